// One incident as people work with it: whose fault, what is different, the timeline, and the steps
// from "somebody is on it" to the post-mortem and its action items.
import { useSignal } from "@preact/signals";
import { read, usePoll } from "../api";
import { Facts, Head, Loaded, Mark, Panel, Scroll, Table, Time } from "../parts/basics";
import { Trouble, useChange } from "../parts/who";
import { share } from "../differences";
import { stamp } from "../format";
import { checkPath, runPath } from "../router";
import { person } from "../session";
import type { Answers, IncidentAnswer } from "../types";

export function IncidentPage({ id }: { id: string }) {
  const resource = usePoll<Answers["incident"]>(`/api/v1/incidents/${id}`, 5_000);
  return <Loaded of={resource}>{(found) => <Found found={found} refresh={resource.refresh} />}</Loaded>;
}

function Found({ found, refresh }: { found: IncidentAnswer; refresh: () => Promise<void> }) {
  const one = found.incident;
  const path = `/api/v1/incidents/${one.id}`;
  const change = useChange(refresh);
  const by = () => ({ by: person.value });
  const live = one.state === "open" || one.state === "suspected" || one.state === "acknowledged";
  return (
    <>
      <Head title={one.title} note={<>opened <Time at={one.opened} /> ({stamp(one.opened)} UTC)</>}>
        <Mark word={one.state} /><Mark word={one.severity} />
        {live && one.state !== "acknowledged" && (
          <button class="primary" disabled={change.busy.value} onClick={() => change.run(`${path}/acknowledge`, by)}>Acknowledge</button>)}
        {(one.state === "open" || one.state === "acknowledged") && (
          <button disabled={change.busy.value} onClick={() => change.run(`${path}/resolve`, by)}>Resolve by hand</button>)}
      </Head>
      <Trouble of={change} />
      <div class="columns">
        <div>
          <Panel title="What is known"><Known found={found} /></Panel>
          <Panel title="What is different" aside="from each region's last good run"><Differences found={found} /></Panel>
          <Panel title="Pages"><Pages found={found} /></Panel>
        </div>
        <div>
          <Panel title="Timeline"><Timeline found={found} />
            <NoteForm send={(text) => change.run(`${path}/note`, () => ({ ...by(), text }))} /></Panel>
          <Panel title="Action items"><Actions found={found} change={change} /></Panel>
          <Panel title="Post-mortem"><Postmortem id={one.id} /></Panel>
        </div>
      </div>
    </>
  );
}

function Known({ found }: { found: IncidentAnswer }) {
  const one = found.incident;
  const blame = one.detail?.attribution;
  const rows: Parameters<typeof Facts>[0]["rows"] = [
    ["check", one.check ? <a href={checkPath(one.check)}>{one.check}</a> : one.subject],
    ["alert", one.alert], ["first bad run", one.started ? `${stamp(one.started)} UTC` : "—"],
  ];
  if (one.owner) rows.push(["owner", one.owner]);
  if (one.detail?.reason) rows.push(["why", one.detail.reason]);
  if (one.detail?.runbook) rows.push(["runbook", <a href={one.detail.runbook} rel="noreferrer" target="_blank">{one.detail.runbook}</a>]);
  if (one.acknowledged) rows.push(["acknowledged", <Time at={one.acknowledged} />]);
  if (one.resolved) rows.push(["resolved", <><Time at={one.resolved} />{one.resolved_by && ` by ${one.resolved_by}`}</>]);
  if (one.parent) rows.push(["joined", <a href={`/incidents/${one.parent}`}>{one.cause || one.parent}</a>]);
  if (one.page_again) rows.push(["pages again", <Time at={one.page_again} />]);
  if (blame?.scope) rows.push(["scope", `${blame.scope.replaceAll("_", " ")}: ${blame.failing_count} of ${blame.reporting} regions fail`]);
  return (
    <>
      <Facts rows={rows} />
      {blame?.failing && one.check && <p class="tags">{blame.failing.map((region) =>
        <a class="tag" key={region} href={runPath(one.check, region)}>{region}</a>)}</p>}
      {blame?.shared && blame.shared.length > 0 && (
        <Table caption="What the failing regions share" rows={blame.shared} empty="" columns={[
          { name: "What", cell: (row) => row.dimension }, { name: "Value", cell: (row) => <code>{row.value}</code> },
          { name: "Fail / pass", number: true, cell: (row) => `${row.failing ?? "?"} / ${row.passing ?? "?"}` },
          { name: "Proven", cell: (row) => row.proven ? <Mark word="down" label="the culprit" tone="warn" /> : "no" }]} />)}
      {found.deployments.length > 0 && (
        <Table caption="Deployments nearby" rows={found.deployments} empty="" columns={[
          { name: "Service", cell: (row) => row.service }, { name: "Version", cell: (row) => <code>{row.version}</code> },
          { name: "By", cell: (row) => row.recorded_by || row.team }, { name: "At", cell: (row) => <Time at={row.at} /> }]} />)}
    </>
  );
}

function Differences({ found }: { found: IncidentAnswer }) {
  const all = found.differences.filter((one) => one.differences.length > 0).length;
  const where = (regions: string[]) => regions.length === all && all > 1 ? `all ${all} regions` : regions.join(", ");
  return <Table caption="Differences" rows={share(found.differences)} empty="Nothing, as far as both runs left evidence." columns={[
    { name: "Step", cell: (row) => row.step }, { name: "What", cell: (row) => row.what },
    { name: "Before", cell: (row) => <code>{row.before || "—"}</code> },
    { name: "Now", cell: (row) => <code>{row.now || "—"}</code> },
    { name: "Regions", cell: (row) => where(row.regions) }]} />;
}

function Pages({ found }: { found: IncidentAnswer }) {
  return <Table caption="Messages of this incident" rows={found.pages} empty="Nobody was told." columns={[
    { name: "State", cell: (row) => <Mark word={row.state} /> }, { name: "Action", cell: (row) => row.action },
    { name: "Receiver", cell: (row) => row.receiver }, { name: "Attempts", number: true, cell: (row) => row.attempts },
    { name: "Done", cell: (row) => <Time at={row.finished} /> }, { name: "Error", cell: (row) => row.last_error || "—" }]} />;
}

function Timeline({ found }: { found: IncidentAnswer }) {
  return (
    <ol class="timeline">{found.timeline.map((row, index) => (
      <li key={index} class={row.kind}><time dateTime={row.at ?? ""}>{stamp(row.at)}</time>
        <span class="kind">{row.kind.replaceAll("_", " ")}</span><span>{row.text}</span></li>))}</ol>
  );
}

function NoteForm({ send }: { send: (text: string) => Promise<boolean> }) {
  const text = useSignal("");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await send(text.value)) text.value = "";
  };
  return (
    <form class="row" onSubmit={submit}>
      <label class="field grow"><span>Note for the timeline</span>
        <input required maxLength={900} value={text.value} onInput={(event) => void (text.value = event.currentTarget.value)} /></label>
      <button>Add</button>
    </form>
  );
}

function Actions({ found, change }: { found: IncidentAnswer; change: ReturnType<typeof useChange> }) {
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = Object.fromEntries(new FormData(form)) as Record<string, string>;
    if (await change.run(`/api/v1/incidents/${found.incident.id}/action-items`, () => ({ ...values, by: person.value }))) form.reset();
  };
  return (
    <>
      <Table caption="Action items of this incident" rows={found.action_items} empty="None yet; three at most." columns={[
        { name: "State", cell: (row) => <Mark word={row.state} tone={row.state === "open" ? "info" : "quiet"} /> },
        { name: "What", cell: (row) => row.text }, { name: "Owner", cell: (row) => row.owner },
        { name: "Due", cell: (row) => <Time at={row.due} /> }]} />
      <form class="row" onSubmit={submit}>
        <label class="field grow"><span>What</span><input name="text" required /></label>
        <label class="field"><span>Owner</span><input name="owner" required /></label>
        <label class="field"><span>Due</span><input name="due" type="date" required /></label>
        <button>Add</button>
      </form>
    </>
  );
}

function Postmortem({ id }: { id: string }) {
  const text = useSignal("");
  const problem = useSignal("");
  const load = () => read<Answers["postmortem"]>(`/api/v1/incidents/${id}/postmortem`)
    .then((draft) => void (text.value = draft.markdown), (error) => void (problem.value = String(error.message)));
  if (problem.value) return <p class="problem" role="alert">{problem.value}</p>;
  if (!text.value) return <p><button onClick={load}>Write a draft</button> <span class="note">from timeline, pages and evidence, as Markdown</span></p>;
  return <Scroll pre class="body" label="Draft of the post-mortem">{text.value}</Scroll>;
}
