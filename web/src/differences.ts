// What differs from the last good runs, regions with the same difference in one row. Pure.
import type { RegionDifferences } from "./types";

export interface SharedDifference {
  step: string;
  what: string;
  before: string;
  now: string;
  regions: string[];
}

type Row = Omit<SharedDifference, "regions"> & { region: string };

/** The most shared first; of equals in the order in which they came. */
export function share(found: RegionDifferences[]): SharedDifference[] {
  const rows: Row[] = found.flatMap((one) => one.differences.map((row) => ({ ...row, region: one.region })));
  const shared = [...groups(rows, (row) => [row.step, row.what])].flatMap((same) => {
    const before = span(same.map((row) => row.before));
    const now = span(same.map((row) => row.now));
    return before && now ? [merge(same, before, now)]
      : [...groups(same, (row) => [row.before, row.now])].map((equal) => merge(equal, equal[0]!.before, equal[0]!.now));
  });
  return shared.sort((a, b) => b.regions.length - a.regions.length);
}

const merge = (rows: Row[], before: string, now: string): SharedDifference =>
  ({ step: rows[0]!.step, what: rows[0]!.what, before, now, regions: rows.map((row) => row.region) });

function* groups(rows: Row[], key: (row: Row) => string[]): Generator<Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const name = JSON.stringify(key(row));
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  yield* found.values();
}

/** Equal texts as they are, amounts of one unit as the least to the most; else nothing. */
function span(texts: string[]): string | undefined {
  if (texts.every((text) => text === texts[0])) return texts[0];
  const amounts = texts.map((text) => /^(\d+) (ms|bytes)$/.exec(text));
  const unit = amounts[0]?.[2];
  if (!amounts.every((one) => one?.[2] === unit && unit)) return undefined;
  const numbers = amounts.map((one) => Number(one![1]));
  return `${Math.min(...numbers)} to ${Math.max(...numbers)} ${unit}`;
}
