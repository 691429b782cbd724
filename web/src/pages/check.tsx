// One check: its verdict, every region, latency, phases, objective, maintenance and its YAML.
import { usePoll } from "../api";
import { hasBadge } from "../badge";
import { Badge } from "../parts/badge";
import { Bars } from "../parts/bars";
import { Empty, Facts, Head, Loaded, Mark, Panel, Table, Time, WhyNot } from "../parts/basics";
import { BurnDown } from "../parts/burndown";
import { HistoryPanel } from "../parts/history";
import { SloFacts } from "../parts/slo";
import { nextSpan } from "../parts/upcoming";
import { Yaml } from "../parts/yaml";
import { fromTo, median, plural, span, stamp } from "../format";
import { lettersOf, summary } from "../grid";
import { runPath } from "../router";
import { grid } from "../state";
import { PHASES, phaseMs } from "../waterfall";
import { itemAt } from "../yaml";
import type { Answers, Check, Run, UpcomingSpan } from "../types";

export function CheckPage({ name }: { name: string }) {
  const path = `/api/v1/checks/${encodeURIComponent(name)}`;
  const check = usePoll<Answers["check"]>(path, 5_000);
  const runs = usePoll<Answers["runs"]>(`${path}/results?limit=120`, 30_000);
  const source = usePoll<Answers["source"]>(`${path}/source`);
  const incidents = usePoll<Answers["incidents"]>(`/api/v1/incidents?check=${encodeURIComponent(name)}&limit=10`, 30_000);
  const maintenance = usePoll<Answers["maintenance"]>(`/api/v1/maintenance?days=90&check=${encodeURIComponent(name)}`, 300_000);
  return (
    <Loaded of={check}>{({ check: one }) => (
      <>
        <Head title={one.name} note={one.title || undefined}>
          <Mark word={one.paused !== undefined ? "paused" : one.verdict} />
          {one.maintenance !== undefined && <Mark word="maintenance" />}
          {one.rollout && <Mark word="shadow" tone="info" />}
          {one.flapping && <Mark word="flapping" tone="warn" />}
        </Head>
        <Panel title="Verdict"><WhyNot of={maintenance} what="Planned maintenance cannot be read" /><Verdict check={one} planned={maintenance.data.value?.spans ?? []} /></Panel>
        <Panel title="Regions"><WhyNot of={grid} what="The last rounds cannot be read" /><Regions check={one} runs={runs.data.value?.results ?? []} /></Panel>
        <HistoryPanel name={name} />
        <div class="columns">
          <div>
            <Panel title="Phases" aside="median of the shown runs">
              <Loaded of={runs}>{({ results }) => <PhaseBars runs={results} />}</Loaded></Panel>
            {one.slo && <Panel title="Error budget"><BurnDown name={name} /></Panel>}
          </div>
          <Panel title="Objective">{one.slo ? <SloFacts slo={one.slo} />
            : <Empty>No objective: add <code>slo</code> to the check.</Empty>}</Panel>
        </div>
        <Panel title="Incidents" aside={<a href={`/incidents?check=${encodeURIComponent(name)}`}>all</a>}>
          <Loaded of={incidents}>{({ incidents: rows }) => (
            <Table caption="Newest incidents of this check" rows={rows} empty="None so far." columns={[
              { name: "State", cell: (row) => <Mark word={row.state} /> },
              { name: "Incident", cell: (row) => <a href={`/incidents/${row.id}`}>{row.title}</a> },
              { name: "Opened", cell: (row) => <Time at={row.opened} /> }]} />)}</Loaded></Panel>
        <Panel title="Badge" aside={<a href="/public">public status</a>}>{hasBadge(one) ? <Badge name={one.name} title={one.title} />
          : <Empty>{one.paused !== undefined ? "None while it is paused." : <>None: give the check the tag <code>public</code>.</>}</Empty>}</Panel>
        <Panel title="Definition" aside={<code>{one.source}</code>}>
          <Loaded of={source}>{(file) => <Yaml lines={itemAt(file.text, file.line)} label="The check in its file" />}</Loaded>
        </Panel>
      </>
    )}</Loaded>
  );
}

function Verdict({ check, planned }: { check: Check; planned: UpcomingSpan[] }) {
  const rows: Parameters<typeof Facts>[0]["rows"] = [
    ["since", <Time at={check.since} />],
    ["failing", `${check.failing} of ${check.reporting} regions, quorum ${check.quorum}`],
    ["interval", span(check.interval_ms)],
  ];
  if (check.worst_gap_ms !== undefined) rows.push(["longest gap", span(check.worst_gap_ms)]);
  if (check.owner) rows.push(["owner", <a href={`/?owner=${encodeURIComponent(check.owner)}`}>{check.owner}</a>]);
  if (check.tags.length > 0) rows.push(["tags", check.tags.map((tag) => <a class="tag" key={tag} href={`/?tag=${encodeURIComponent(tag)}`}>{tag}</a>)]);
  if (check.firing.length > 0) rows.push(["firing", check.firing.join(", ")]);
  if (check.paused !== undefined) rows.push(["paused", check.paused || "yes"]);
  if (check.maintenance !== undefined) rows.push(["maintenance", check.maintenance || "a window holds now"]);
  const next = nextSpan(planned);
  if (next) rows.push([next.kind === "silence" ? "next silence" : "next maintenance",
    <><Time at={next.begin} />, {fromTo(next.begin, next.end)}{next.reason && `: ${next.reason}`}</>]);
  rows.push(["revision", <code>{check.revision.slice(0, 12)}</code>]);
  return (
    <>
      <Facts rows={rows} />
      {check.round && check.round.findings.length > 0 && (
        <ul class="findings">{check.round.findings.map((one) => <li key={one}><Mark word="degraded" label={one} /></li>)}</ul>)}
    </>
  );
}

function Regions({ check, runs }: { check: Check; runs: Run[] }) {
  const durations = (region: string) => runs
    .filter((run) => run.region === region && run.kind === "scheduled" && run.verdict !== "fail" && run.verdict !== "unknown")
    .map((run) => run.duration_ms);
  return (
    <Table caption="State by region" rows={check.regions} empty="No region is assigned." columns={[
      { name: "Region", cell: (row) => <a href={runPath(check.name, row.region)}>{row.region}</a> },
      { name: "State", cell: (row) => <Mark word={row.state} /> },
      { name: "Last 30 rounds", cell: (row) => {
        const letters = lettersOf(grid.data.value, check.name, row, 30);
        return <span class="bars-wide"><Bars letters={letters} /><span class="hidden">{summary(letters)}</span></span>;
      } },
      { name: "Median", number: true, cell: (row) => { const m = median(durations(row.region)); return m === null ? "—" : span(m); } },
      { name: "Last run", cell: (row) => <Time at={row.last_run} /> },
      { name: "Newest failure", cell: (row) => row.failure ? row.failure.message : "—" },
    ]} />
  );
}

function PhaseBars({ runs }: { runs: Run[] }) {
  const passed = runs.filter((run) => run.verdict === "pass").map((run) => run.attempts.at(-1)!);
  if (passed.length === 0) return <Empty>No run passed yet.</Empty>;
  const rows = PHASES.map((phase) => ({ phase, ms: median(passed.map((attempt) =>
    attempt.steps.flatMap((step) => step.requests).reduce((sum, request) => sum + phaseMs(request.phases, phase), 0))) ?? 0 }));
  const most = Math.max(...rows.map((row) => row.ms), 0.1);
  return (<>
    <dl class="phase-bars">{rows.map(({ phase, ms }) => (
      <div key={phase}><dt>{phase}</dt><dd>
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class={`p-${phase}`} width={(ms / most) * 100} height="8" /></svg>
        <span>{span(ms)}</span></dd></div>))}</dl>
    <div class="note">over {plural(passed.length, "run")} until {stamp(runs[0]?.started)} UTC</div>
  </>);
}
