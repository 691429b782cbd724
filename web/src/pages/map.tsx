// The regions on a world of dots, each with what its checks say.
import { useMemo } from "preact/hooks";
import { Head, Loaded, Mark, Panel, Table } from "../parts/basics";
import { HEIGHT, WIDTH, landDots, spotOf } from "../geo";
import { plural } from "../format";
import { type Point, placeWords, pointsOf } from "../points";
import { status } from "../state";
import { runPath } from "../router";

const RING = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0M-2.500 0a2.500 2.500 0 1 1 5 0a2.500 2.500 0 1 1-5 0";
const SHAPES: Record<Point["word"], string> = {
  degraded: "M0 7L7-6H-7z", unknown: RING, no_checks: RING,
  ok: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0", failing: "M-5.500-5.500h11v11h-11z",
  offline: "M0-7L7 0L0 7L-7 0z", blind: "M0-7L7 6H-7z",
};

export function MapPage() {
  const land = useMemo(() => landDots(), []);
  return (
    <>
      <Head title="World" note="circle: all pass, square: something fails, triangle down: degraded, ring: not known or no checks, diamond: offline, triangle up: blind" />
      <Loaded of={status}>{(found) => {
        const points = pointsOf(found);
        return (
          <>
            <div class="panel map">
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${plural(points.length, "region")} on a map; the table below says the same`}>
                <path class="land" d={land} />
                {points.map((point) => {
                  if (!point.place) return null;
                  const [x, y] = spotOf(point.place);
                  return (
                    <g key={point.region} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} class={`spot ${point.word}`}>
                      <circle class="halo" r="12" /><path d={SHAPES[point.word]} />
                      <text x={x > WIDTH - 110 ? -9 : 9} y="3" text-anchor={x > WIDTH - 110 ? "end" : "start"}>{point.region}</text><title>{point.region}: {point.word.replaceAll("_", " ")}</title>
                    </g>);
                })}
              </svg>
            </div>
            <Panel title="Regions"><Table caption="Regions" rows={points} empty="No agent is enrolled." columns={[
              { name: "Region", cell: (row) => row.region }, { name: "State", cell: (row) => <Mark word={row.word} /> },
              { name: "Checks", number: true, cell: (row) => row.checks },
              { name: "Failing", cell: (row) => row.failing.length === 0 ? "—" : row.failing.map((name) => <a class="tag" key={name} href={runPath(name, row.region)}>{name}</a>) },
              { name: "Place", cell: (row) => row.place ? placeWords(row.place)
                : <>not on the map: set <code>latitude</code> and <code>longitude</code> of the region in the controller's configuration</> }]} /></Panel>
          </>);
      }}</Loaded>
    </>
  );
}
