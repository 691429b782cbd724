// Where regions are, for the map: as the controller says (picket_region_info). A region of which it
// does not know the place is in every other panel, but not on the map.
import { ofController } from './frame.js';

// The query with the label `geohash` on every series that has a `probe` with a place. `probe` must
// be the only label that tells its series apart.
export function placed(expr: string): string {
  const places = `max by (region, geohash) (picket_region_info{${ofController},geohash!=""})`;
  return `${expr} * on (probe) group_left (geohash) label_join(${places}, "probe", "", "region")`;
}
