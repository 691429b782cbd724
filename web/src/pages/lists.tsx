// Pages that are one list each: objectives, agents, deliveries, deployments, CDN.
import { useSignal } from "@preact/signals";
import { usePoll } from "../api";
import { Cut, Empty, Head, Loaded, Mark, Panel, Select, Table, Time } from "../parts/basics";
import { BurnDown } from "../parts/burndown";
import { Meter, Pace, UsedUp } from "../parts/slo";
import { edgesOf } from "../edges";
import { coarse, median, percent, plural, rate, span } from "../format";
import { checkPath, query, runPath, setQuery } from "../router";
import { status } from "../state";
import { Trouble, useChange } from "../parts/who";
import { person } from "../session";
import type { Answers } from "../types";

export function SlosPage() {
  const slos = usePoll<Answers["slos"]>("/api/v1/slos", 30_000);
  return (
    <>
      <Head title="Objectives" note="what is left of each budget, and how fast it burns" />
      <Loaded of={slos}>{({ slos: rows }) => (<>
        <Table caption="Service level objectives" rows={rows} empty={<>No check has an objective: add <code>slo</code> to one.</>} columns={[
          { name: "Check", cell: (row) => <a href={checkPath(row.check)}>{row.check}</a> },
          { name: "Owner", cell: (row) => row.owner || "—" },
          { name: "Objective", number: true, cell: (row) => `${row.availability.objective_percent} % / ${row.window}` },
          { name: "Budget left", cell: (row) => <Meter left={row.availability.budget_left_ratio} /> },
          { name: "Burns", number: true, cell: (row) => rate(row.availability.burn_rates[0]?.long_rate) },
          { name: "Pace", cell: (row) => <Pace rates={row.availability.burn_rates} fast="too fast" fine="fine" /> },
          { name: "Used up", cell: (row) => <UsedUp budget={row.availability} /> },
          { name: "Latency budget", cell: (row) => row.latency ? <Meter left={row.latency.budget_left_ratio} /> : "—" }]} />
        {rows.length > 0 && <ShownBudget rows={rows} />}</>)}</Loaded>
    </>
  );
}

/** The burn-down of one: of the check that is chosen, else of the one with the least left. */
function ShownBudget({ rows }: { rows: Answers["slos"]["slos"] }) {
  const left = (row: (typeof rows)[number]) => row.availability.budget_left_ratio ?? Infinity;
  const least = rows.reduce((a, b) => (left(b) < left(a) ? b : a)).check;
  const wanted = query("check");
  const name = rows.some((row) => row.check === wanted) ? wanted : least;
  return (
    <Panel title="Burn-down" aside={<Select label="Check" value={name} options={rows.map((row) => row.check)} onChange={(value) => setQuery("check", value)} />}>
      <BurnDown key={name} name={name} />
    </Panel>
  );
}

export function AgentsPage() {
  const agents = usePoll<Answers["agents"]>("/api/v1/agents", 10_000);
  return (
    <>
      <Head title="Agents and regions" />
      <Loaded of={agents}>{({ agents: rows, open_tokens }) => (
        <>
          <Table caption="Agents" rows={rows} empty={<>None yet: <code>picket agents token create --region REGION</code>.</>} columns={[
            { name: "Region", cell: (row) => row.region }, { name: "Agent", cell: (row) => row.name },
            { name: "State", cell: (row) => <Mark word={row.revoked ? "revoked" : row.draining ? "draining" : row.blind ? "blind" : row.online ? "online" : "offline"} /> },
            { name: "Last seen", cell: (row) => <Time at={row.last_seen} /> },
            { name: "Enrolled", cell: (row) => <Time at={row.enrolled} /> },
            { name: "Version", cell: (row) => <code>{row.version}</code> }]} />
          <Panel title="Open join tokens"><Table caption="Open join tokens" rows={open_tokens} empty="None." columns={[
            { name: "Region", cell: (row) => row.region }, { name: "Expires", cell: (row) => <Time at={row.expires} /> }]} /></Panel>
        </>)}</Loaded>
    </>
  );
}

export function DeliveriesPage() {
  const state = query("state") || "all";
  const deliveries = usePoll<Answers["deliveries"]>(`/api/v1/deliveries?state=${state}`, 10_000);
  const routes = usePoll<Answers["routes"]>("/api/v1/routes", 30_000);
  const change = useChange(deliveries.refresh);
  return (
    <>
      <Head title="Deliveries" note="who was told of what, and what is still owed">
        <Select label="State" value={state} options={["all", "owed", "dead", "accepted", "confirmed", "suppressed"]} onChange={(value) => setQuery("state", value)} />
      </Head>
      <Trouble of={change} />
      <Panel title="Receivers"><Loaded of={routes}>{(found) => (
        <Table caption="Receivers" rows={found.receivers} empty="No receiver is configured: nobody would be told." columns={[
          { name: "Receiver", cell: (row) => row.name }, { name: "Kind", cell: (row) => row.kind },
          { name: "Fallback", cell: (row) => row.fallback || "—" },
          { name: "Last success", cell: (row) => <Time at={row.last_success} /> },
          { name: "Last failure", cell: (row) => <Time at={row.last_failure} /> },
          { name: "Error", cell: (row) => row.last_error || "—" }]} />)}</Loaded></Panel>
      <Panel title="Messages"><Loaded of={deliveries}>{(found) => (<>
        <Table caption="Messages, newest first" rows={found.deliveries} empty="None in this state." columns={[
          { name: "State", cell: (row) => <Mark word={row.state} /> }, { name: "Action", cell: (row) => row.action },
          { name: "Receiver", cell: (row) => row.receiver },
          { name: "Incident", cell: (row) => row.incident ? <a href={`/incidents/${row.incident}`}>{row.incident.slice(-8)}</a> : "—" },
          { name: "Due", cell: (row) => <Time at={row.due} /> }, { name: "Attempts", number: true, cell: (row) => row.attempts },
          { name: "Error", cell: (row) => row.last_error || "—" },
          { name: "Again", cell: (row) => row.state === "dead" && (
            <button disabled={change.busy.value} onClick={() => change.run(`/api/v1/deliveries/${row.id}/retry`, () => ({ by: person.value }))}>Retry</button>) }]} />
        <Cut rows={found.deliveries} most={state === "owed" ? 1000 : 100}>Choose a state for others.</Cut></>)}</Loaded></Panel>
    </>
  );
}

const seconds = (value: number | null) => (value === null ? "—" : coarse(value * 1_000));

export function DeploymentsPage() {
  const window_ = query("window") || "30d";
  const figures = usePoll<Answers["performance"]>(`/api/v1/delivery-performance?window=${window_}`, 60_000);
  const deployments = usePoll<Answers["deployments"]>("/api/v1/deployments?limit=50", 30_000);
  return (
    <>
      <Head title="Deployments" note="how often each team delivers, and what that costs">
        <Select label="Window" value={window_} options={["7d", "30d", "90d", "365d"]} onChange={(value) => setQuery("window", value)} />
      </Head>
      <Panel title="By service and team"><Loaded of={figures}>{({ delivery_performance: rows }) => (
        <Table caption="Delivery performance" rows={rows} empty={<>No deployment is recorded: <code>picket deployments record</code> in a pipeline.</>} columns={[
          { name: "Service", cell: (row) => row.service || "—" }, { name: "Team", cell: (row) => row.team || "—" },
          { name: "Deployments", number: true, cell: (row) => row.deployments },
          { name: "Per day", number: true, cell: (row) => row.deployment_frequency_per_day.toFixed(2) },
          { name: "Failed", number: true, cell: (row) => percent(row.change_failure_rate) },
          { name: "Incidents", number: true, cell: (row) => row.incidents },
          { name: "Detect", number: true, cell: (row) => seconds(row.time_to_detect.median_seconds) },
          { name: "Acknowledge", number: true, cell: (row) => seconds(row.time_to_acknowledge.median_seconds) },
          { name: "Restore", number: true, cell: (row) => seconds(row.time_to_restore.median_seconds) }]} />)}</Loaded></Panel>
      <Panel title="Newest"><Loaded of={deployments}>{({ deployments: rows }) => (<>
        <Table caption="Newest deployments" rows={rows} empty="None." columns={[
          { name: "At", cell: (row) => <Time at={row.at} /> }, { name: "Service", cell: (row) => row.service },
          { name: "Version", cell: (row) => <code>{row.version}</code> }, { name: "Team", cell: (row) => row.team || "—" },
          { name: "By", cell: (row) => row.recorded_by || "—" }]} />
        <Cut rows={rows} most={50} /></>)}</Loaded></Panel>
    </>
  );
}

export function CdnPage() {
  const found = status.data.value;
  if (!found) return <Loaded of={status}>{() => null}</Loaded>;
  const name = query("check") || found.checks[0]?.name || "";
  return (
    <>
      <Head title="CDN" note="which edge answered which region, and from its cache or not">
        <Select label="Check" value={name} options={found.checks.map((one) => one.name)} onChange={(value) => setQuery("check", value)} />
      </Head>
      {name ? <Edges key={name} name={name} /> : <Empty>No checks yet.</Empty>}
    </>
  );
}

function Edges({ name }: { name: string }) {
  const runs = usePoll<Answers["runs"]>(`/api/v1/checks/${encodeURIComponent(name)}/results?limit=120`, 30_000);
  const shown = useSignal("");
  return (
    <Loaded of={runs}>{({ results }) => {
      const rows = edgesOf(results);
      const regions = [...new Set(results.map((run) => run.region))].sort();
      return (
        <>
          <Table caption={`Edges in the newest ${plural(results.length, "run")}`} rows={rows} empty="No run yet." columns={[
            { name: "Edge", cell: (row) => <b>{row.pop}</b> },
            { name: "Answers", cell: (row) => row.bad === 0 ? <Mark word="up" label="all good" /> : <Mark word="down" label={`${row.bad} of ${row.requests} bad`} /> },
            { name: "Cache hits", number: true, cell: (row) => row.known === 0 ? "—" : percent(row.hits / row.known, 0) },
            { name: "Median", number: true, cell: (row) => span(median(row.times) ?? 0) },
            { name: "Regions", cell: (row) => row.regions.sort().map((region) => <a class="tag" key={region} href={runPath(name, region)}>{region}</a>) }]} />
          {regions.length > 0 && <Panel title="Newest requests" aside={<Select label="Region" all="all regions" value={shown.value} options={regions} onChange={(value) => void (shown.value = value)} />}>
            <Table caption="Newest requests" rows={results.filter((run) => !shown.value || run.region === shown.value).slice(0, 24)} empty="None." columns={[
              { name: "Region", cell: (row) => <a href={runPath(name, row.region, row.started ?? "")}>{row.region}</a> },
              { name: "When", cell: (row) => <Time at={row.started} /> },
              { name: "Edges", cell: (row) => [...new Set(row.attempts.at(-1)!.steps.flatMap((step) => step.requests.map((one) => `${one.pop || "—"} ${one.cache_status}`.trim())))].join(", ") },
              { name: "Took", number: true, cell: (row) => span(row.duration_ms) }]} /></Panel>}
        </>);
    }}</Loaded>
  );
}
