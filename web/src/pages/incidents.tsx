// All incidents, newest first, and what is still to do after them.
import { usePoll } from "../api";
import { Head, Loaded, Mark, Select, Table, Time } from "../parts/basics";
import { coarse } from "../format";
import { now } from "../session";
import { checkPath, query, setQuery } from "../router";
import { Trouble, useChange } from "../parts/who";
import { person } from "../session";
import type { Answers, Incident } from "../types";

const STATES = ["open", "acknowledged", "resolved", "suspected"];

const MOST = 100;

function lasted(row: Incident): string {
  if (!row.opened) return "—";
  const end = row.resolved ? Date.parse(row.resolved) : now.value;
  return coarse(end - Date.parse(row.opened));
}

export function IncidentsPage() {
  const state = query("state");
  const check = query("check");
  const before = query("before");
  const path = `/api/v1/incidents?limit=${MOST}${before ? `&before=${encodeURIComponent(before)}` : ""}${state ? `&state=${state}` : ""}${check ? `&check=${encodeURIComponent(check)}` : ""}`;
  const incidents = usePoll<Answers["incidents"]>(path, 10_000);
  return (
    <>
      <Head title="Incidents" note={check && <>of <a href={checkPath(check)}>{check}</a></>}>
        <Select label="State" all="any state" value={state} options={STATES} onChange={(value) => setQuery("state", value)} />
      </Head>
      {before && <p class="note cut">Older ones. <button class="link" onClick={() => setQuery("before", "")}>Back to the newest</button></p>}
      <Loaded of={incidents}>{({ incidents: rows }) => (<>
        <Table caption="Incidents, newest first" rows={rows} empty="No incident of this kind. Good." columns={[
          { name: "State", cell: (row) => <Mark word={row.state} /> },
          { name: "Severity", cell: (row) => <Mark word={row.severity} /> },
          { name: "Incident", cell: (row) => <a href={`/incidents/${row.id}`}>{row.title}</a> },
          { name: "Owner", cell: (row) => row.owner || "—" },
          { name: "Opened", cell: (row) => <Time at={row.opened} /> },
          { name: "Lasted", number: true, cell: (row) => lasted(row) }]} />
        {rows.length >= MOST && <p class="note cut">{before ? `${MOST} are listed.` : `Only the newest ${MOST} are listed.`} <button class="link"
          onClick={() => setQuery("before", rows.at(-1)!.id)}>Older ones</button></p>}</>)}</Loaded>
    </>
  );
}

export function ActionsPage() {
  const state = query("state") || "open";
  const items = usePoll<Answers["actions"]>(`/api/v1/action-items?state=${state}`, 30_000);
  const done = useChange(items.refresh);
  return (
    <>
      <Head title="Action items" note="what was promised after incidents, by deadline">
        <Select label="State" value={state} options={["open", "done", "deprioritised", "all"]} onChange={(value) => setQuery("state", value)} />
      </Head>
      <Trouble of={done} />
      <Loaded of={items}>{({ action_items: rows }) => (
        <Table caption="Action items" rows={rows} empty="None." columns={[
          { name: "State", cell: (row) => <Mark word={row.overdue ? "overdue" : row.state} tone={row.overdue ? "bad" : row.state === "open" ? "info" : "quiet"} /> },
          { name: "What", cell: (row) => row.text }, { name: "Owner", cell: (row) => row.owner },
          { name: "Due", cell: (row) => <Time at={row.due} /> },
          { name: "Incident", cell: (row) => <a href={`/incidents/${row.incident}`}>{row.check}</a> },
          { name: "Close", cell: (row) => row.state === "open"
            ? <button disabled={done.busy.value} onClick={() => done.run(`/api/v1/action-items/${row.id}/done`, () => ({ by: person.value }))}>Done</button>
            : row.reason ?? row.closed_by ?? "" }]} />)}</Loaded>
    </>
  );
}
