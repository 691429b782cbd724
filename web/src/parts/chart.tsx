// uPlot as a part: one line per series over time, in the colours of the theme, with the same values
// as a table below.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { type Column, Table } from "./basics";
import { percent, span, stamp } from "../format";
import { theme } from "../session";
import { type Line, rowsAbout, tickName } from "../series";

const DASHES = [[], [6, 3], [2, 3]];
const HEIGHT = 210;

/** How values of a chart are written, and from where to where its axis goes. */
export interface Unit {
  write: (value: number) => string;
  range: (least: number, most: number) => [number, number];
}
export const SPANS: Unit = { write: span, range: (_, most) => [0, Math.max(1, most * 1.1)] };
/** Of a budget: from all of it to none of it, or to as much as was overspent, at most once more. */
export const SHARES: Unit = { write: (one) => percent(one, 0), range: (least) => [Math.max(-1, Math.min(0, least * 1.1)), 1.04] };

/** Whether half of a tick's name would stand outside. */
const isCut = (chart: uPlot, at: number) => chart.valToPos(at, "x") > chart.bbox.width / devicePixelRatio - 12;

/** `whole`: from when to when the axis goes; without it from the first value to the last. */
export function Chart({ label, times, lines, unit = SPANS, whole }:
  { label: string; times: number[]; lines: Line[]; unit?: Unit; whole?: [number, number] }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = theme.value;
  useEffect(() => {
    const host = place.current!;
    const style = getComputedStyle(host);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const write = (value: unknown) => (typeof value === "number" ? unit.write(value) : "—");
    const series: uPlot.Series[] = lines.map((line, index) => line.reference
      ? { label: line.label, stroke: colour("--quiet"), width: 1, dash: [4, 4], points: { show: false }, value: (_, value) => write(value) }
      : { label: line.label, stroke: colour(`--series-${index % 6}`), width: 1.5, dash: DASHES[Math.floor(index / 6) % DASHES.length]!,
          points: { size: 4 }, value: (_, value) => write(value) });
    const chart = new uPlot({
      width: host.clientWidth, height: HEIGHT, tzDate: (at) => uPlot.tzDate(new Date(at * 1e3), "UTC"),
      series: [{ label: "UTC", value: (_, at) => (at ? stamp(new Date(at * 1e3).toISOString()) : "—") }, ...series],
      axes: [{ ...axis, space: 80, size: 32, values: (self, marks, _, __, step) => marks.map((one) => (isCut(self, one) ? "" : tickName(one, step))) },
        { ...axis, size: 64, values: (_, marks) => marks.map(unit.write) }],
      padding: [8, 8, null, null],
      scales: { x: whole ? { range: () => whole } : {}, y: { range: (_, least, most) => unit.range(least, most) } },
      legend: { live: true }, cursor: { y: false },
    }, [times, ...lines.map((line) => line.values)] as uPlot.AlignedData, host);
    const watch = new ResizeObserver(() => chart.setSize({ width: host.clientWidth, height: HEIGHT }));
    watch.observe(host);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [times, lines, scheme, unit, whole]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

/** What a chart shows, in words for who cannot see it: closed until somebody wants it. */
export function AsTable<T>({ caption, rows, columns, note, empty = "Nothing." }:
  { caption: string; rows: T[]; columns: Column<T>[]; note?: ComponentChildren; empty?: string }) {
  return (
    <details>
      <summary>{caption} as a table</summary>
      <Table caption={caption} rows={rowsAbout(rows, 25)} empty={empty} columns={columns} />
      {note && <p class="note">{note}</p>}
    </details>
  );
}
