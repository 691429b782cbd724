// Latency and availability of a check over a range that can be chosen.
import { useMemo, useRef } from "preact/hooks";
import { usePoll } from "../api";
import { Empty, Loaded, Mark, Panel, Select } from "./basics";
import { AsTable, Chart } from "./chart";
import { coarse, span, stamp } from "../format";
import { ENDS, END_WORDS, RANGES, STRIP_HIGH, availabilityWords, bucketsOf, latencyOf, rangeOf, stripPaths, totals } from "../history";
import { query, setQuery } from "../router";
import type { Answers, History } from "../types";

export function HistoryPanel({ name }: { name: string }) {
  const range = rangeOf(query("range"));
  const history = usePoll<Answers["history"]>(`/api/v1/checks/${encodeURIComponent(name)}/history?range=${range}`, RANGES[range]!);
  const region = query("region");
  // What was there before stays under its own name while another range is on its way.
  const kept = useRef<{ range: string; data: History } | null>(null);
  if (history.data.value) kept.current = { range, data: history.data.value };
  else if (history.problem.value) kept.current = null;
  const shown = kept.current;
  const regions = shown?.data.regions.map((one) => one.region) ?? [];
  return (
    <Panel title="Latency and availability" aside={(
      <div class="tools">
        <div class="choice" role="group" aria-label="Range">{Object.keys(RANGES).map((one) => (
          <button key={one} aria-pressed={one === range} onClick={() => setQuery("range", one)}>{one}</button>))}</div>
        <Select label="Region" all="all regions" value={region} options={regions} onChange={(value) => setQuery("region", value)} />
      </div>)}>
      {(history.problem.value || !shown) && <Loaded of={history}>{() => null}</Loaded>}
      {shown && shown.range !== range && <p class="empty" role="status">Loading {range}… Below are still the last {shown.range}.</p>}
      {shown && <div aria-busy={shown.range !== range}>
        <Shown history={shown.data} region={regions.includes(region) ? region : ""} range={shown.range} /></div>}
    </Panel>
  );
}

function Shown({ history, region, range }: { history: History; region: string; range: string }) {
  const buckets = useMemo(() => bucketsOf(history, region), [history, region]);
  const { times, lines } = useMemo(() => latencyOf(history, region), [history, region]);
  const whole = useMemo((): [number, number] => [buckets[0]?.at ?? 0, Date.parse(history.until) / 1_000], [buckets, history]);
  if (buckets.length === 0) return <Empty>No rounds yet in this range: the first one closes soon after the check is defined.</Empty>;
  const words = `${availabilityWords(totals(buckets))} in ${region || "all regions"}`;
  const each = coarse(history.step_ms);
  const trouble = buckets.filter((one) => one.bad + one.unknown + one.missed > 0).reverse();
  return (
    <>
      <p class="caption"><b>Availability</b> {words}</p>
      <svg class="strip" viewBox={`0 0 ${buckets.length} ${STRIP_HIGH}`} preserveAspectRatio="none" role="img" aria-label={`Availability, last ${range}: ${words}`}>
        {stripPaths(buckets).map(([end, d]) => <path key={end} class={`e-${end}`} d={d} />)}</svg>
      <ul class="legend" aria-label="Availability by colour">{ENDS.filter((end) => buckets.some((one) => one[end] > 0)).map((end) => (
        <li key={end}><svg viewBox="0 0 10 10" aria-hidden="true"><rect class={`e-${end}`} width="10" height="10" /></svg>{END_WORDS[end]}</li>))}</ul>
      <p class="caption"><b>Latency</b> {region ? `of runs in ${region} that passed` : "median of the runs that passed, by region"}, each {each}</p>
      {times.length === 0 ? <Empty>No run passed in this range.</Empty>
        : <Chart label={`Latency, last ${range}, ${region || "all regions"}; the table below has the values`} times={times} lines={lines} whole={whole} />}
      <AsTable caption="Latency" rows={times.map((at, index) => ({ at, values: lines.map((line) => line.values[index] ?? null) }))} columns={[
        { name: "From (UTC)", cell: (row) => stamp(new Date(row.at * 1e3).toISOString()) },
        ...lines.map((line, index) => ({ name: line.label, number: true,
          cell: (row: { values: (number | null)[] }) => { const ms = row.values[index] ?? null; return ms === null ? "—" : span(ms); } }))]} />
      <AsTable caption="Failures and gaps" empty="None in this range." rows={trouble} note="newest first" columns={[
        { name: "From (UTC)", cell: (row) => stamp(new Date(row.at * 1e3).toISOString()) },
        { name: "What", cell: (row) => row.bad > 0 ? <Mark word="failed" /> : <Mark word="missing" label="not measured" /> },
        { name: "Failed", number: true, cell: (row) => row.bad },
        { name: "Could not measure", number: true, cell: (row) => row.unknown },
        { name: "Missed", number: true, cell: (row) => row.missed },
        { name: "Passed", number: true, cell: (row) => row.good + row.degraded }]} />
    </>
  );
}
