// uPlot as a part: one line per series over time, in the colours of the theme.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { span } from "../format";
import { theme } from "../session";

export interface Line {
  label: string;
  values: (number | null)[];
}

const clock = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(11, 19).replace(/:00$/, "");
const DASHES = [[], [6, 3], [2, 3]];

export function Chart({ label, times, lines }: { label: string; times: number[]; lines: Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = theme.value;
  useEffect(() => {
    const host = place.current!;
    const style = getComputedStyle(host);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const series: uPlot.Series[] = lines.map((line, index) => ({
      label: line.label, stroke: colour(`--series-${index % 6}`), width: 1.5,
      dash: DASHES[Math.floor(index / 6) % DASHES.length]!, spanGaps: true, points: { size: 4 },
      value: (_, value) => (typeof value === "number" ? span(value) : "—"),
    }));
    const chart = new uPlot({
      width: host.clientWidth, height: 220, series: [{ label: "UTC", value: (_, at) => (at ? clock(at) : "—") }, ...series], tzDate: (at) => uPlot.tzDate(new Date(at * 1e3), "UTC"),
      axes: [{ ...axis, space: 80, values: (_, marks) => marks.map(clock) }, { ...axis, size: 64, values: (_, marks) => marks.map((one) => span(one)) }],
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      legend: { live: true }, cursor: { y: false },
    }, [times, ...lines.map((line) => line.values)] as uPlot.AlignedData, host);
    const watch = new ResizeObserver(() => chart.setSize({ width: host.clientWidth, height: 220 }));
    watch.observe(host);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [times, lines, scheme]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}
