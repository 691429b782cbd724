// An objective: what is left of its budget, and how fast it burns in each pair of windows.
import { Facts, Mark, Table, Time } from "./basics";
import { percent, rate } from "../format";
import type { Budget, Slo } from "../types";

export function Meter({ left }: { left: number | null }) {
  const share = Math.max(0, Math.min(1, left ?? 0));
  const tone = left === null ? "quiet" : left < 0.1 ? "bad" : left < 0.5 ? "warn" : "good";
  return (
    <span class={`meter ${tone}`}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="8" /><rect class="level" width={share * 100} height="8" /></svg>
      {percent(left)}
    </span>
  );
}

type Rates = Budget["burn_rates"];

/** Whether a budget burns too fast. Of windows in which nothing was measured nobody knows. */
export function Pace({ rates, fast, fine }: { rates: Rates; fast: string; fine: string }) {
  if (rates.some((one) => one.too_fast)) return <Mark word="down" label={fast} />;
  const known = rates.length > 0 && rates.every((one) => one.long_rate !== null && one.short_rate !== null);
  return known ? <Mark word="up" label={fine} /> : <Mark word="unknown" label="not known" />;
}

/** When a budget is used up. */
export function UsedUp({ budget }: { budget: Budget }) {
  const left = budget.budget_left_ratio;
  if (budget.exhausted_at) return <Time at={budget.exhausted_at} />;
  return <>{left === null ? "not known" : left <= 0 ? "already" : "not at this pace"}</>;
}

function BudgetFacts({ name, budget }: { name: string; budget: Budget }) {
  return (
    <>
      <Facts rows={[
        [name, `${budget.objective_percent} %`], ["budget left", <Meter left={budget.budget_left_ratio} />],
        ["good / bad", `${budget.good} / ${budget.bad}`],
        ["used up", <UsedUp budget={budget} />]]} />
      <Table caption={`Burn rates, ${name}`} rows={budget.burn_rates} empty="No burn rates." columns={[
        { name: "Windows", cell: (row) => `${row.long} / ${row.short}` },
        { name: "Raises at", number: true, cell: (row) => rate(row.factor) },
        { name: "Burns", number: true, cell: (row) => `${rate(row.long_rate)} / ${rate(row.short_rate)}` },
        { name: "Too fast", cell: (row) => <Pace rates={[row]} fast="yes" fine="no" /> }]} />
    </>
  );
}

export function SloFacts({ slo }: { slo: Slo }) {
  return (
    <>
      <p class="note">over {slo.window}, by {slo.budget_by}, until <Time at={slo.until} /></p>
      <BudgetFacts name="availability" budget={slo.availability} />
      {slo.latency && <BudgetFacts name="latency" budget={slo.latency} />}
    </>
  );
}
