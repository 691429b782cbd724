// How the budgets of a check's objective were spent over their window.
import { useMemo } from "preact/hooks";
import { usePoll } from "../api";
import { Empty, Loaded, Time } from "./basics";
import { AsTable, Chart, SHARES } from "./chart";
import { percent, stamp } from "../format";
import { burnDownSeries, burnDownWords } from "../series";
import type { Answers, BurnDownLine } from "../types";

function Budget({ name, line, by }: { name: string; line: BurnDownLine; by: Parameters<typeof burnDownWords>[1] }) {
  const { times, lines } = useMemo(() => burnDownSeries(line), [line]);
  const words = burnDownWords(line, by);
  return (
    <div>
      <p class="caption"><b>{name}, {line.objective_percent} %</b> {words}</p>
      {times.length > 0 && <>
        <Chart label={`Burn-down of the ${name} budget: ${words}`} times={times} lines={lines} unit={SHARES} />
        <AsTable caption={`Burn-down, ${name}`} rows={line.points} columns={[
          { name: "Until (UTC)", cell: (row) => stamp(row.at) },
          { name: "Left", number: true, cell: (row) => percent(row.left_ratio) },
          { name: "Left of the window that ended then", number: true, cell: (row) => percent(row.left_then_ratio) }]} /></>}
    </div>
  );
}

export function BurnDown({ name }: { name: string }) {
  const slo = usePoll<Answers["burndown"]>(`/api/v1/checks/${encodeURIComponent(name)}/slo`, 60_000);
  return (
    <Loaded of={slo}>{(found) => found.availability.points.length === 0
      ? <Empty>No round was measured yet: the burn-down begins with the first.</Empty>
      : <>
        <p class="note">over {found.window}, by {found.budget_by}; since <Time at={found.from} /></p>
        <div class="columns">
          <Budget name="availability" line={found.availability} by={found.budget_by} />
          {found.latency && <Budget name="latency" line={found.latency} by="good runs" />}
        </div></>}</Loaded>
  );
}
