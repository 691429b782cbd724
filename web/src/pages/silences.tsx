// What keeps pages back: silences that people made, and maintenance that checks are in.
import { useSignal } from "@preact/signals";
import { usePoll } from "../api";
import { Head, Loaded, Mark, Panel, Table, Time } from "../parts/basics";
import { Trouble, useChange } from "../parts/who";
import { Upcoming } from "../parts/upcoming";
import { checkPath } from "../router";
import { person } from "../session";
import { status } from "../state";
import type { Answers } from "../types";

export function SilencesPage() {
  const silences = usePoll<Answers["silences"]>("/api/v1/silences", 10_000);
  const change = useChange(silences.refresh);
  const matchers = useSignal("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = Object.fromEntries(new FormData(form)) as Record<string, string>;
    const body = () => ({ matchers: values.matchers!.split(/\s+/).filter(Boolean), author: person.value, comment: values.comment, duration: values.duration });
    if (await change.run("/api/v1/silences", body)) form.reset();
  };
  return (
    <>
      <Head title="Silences and maintenance" />
      <Trouble of={change} />
      <Panel title="Silences">
        <Loaded of={silences}>{({ silences: rows }) => (
          <Table caption="Silences that hold now or later" rows={rows} empty="None: every page goes out." columns={[
            { name: "State", cell: (row) => <Mark word={row.active ? "active" : "later"} tone={row.active ? "info" : "quiet"} /> },
            { name: "Matches", cell: (row) => row.matchers.map((one) => <code class="tag" key={one}>{one}</code>) },
            { name: "Why", cell: (row) => row.comment }, { name: "By", cell: (row) => row.author },
            { name: "Until", cell: (row) => <Time at={row.until} /> },
            { name: "End", cell: (row) => <button disabled={change.busy.value} aria-label={`End the silence of ${row.matchers.join(" ")}`}
              onClick={() => change.run(`/api/v1/silences/${row.id}/end`, () => ({ by: person.value }))}>End</button> }]} />)}</Loaded>
        <form class="row" onSubmit={submit}>
          <label class="field grow"><span>Matchers</span><input name="matchers" required placeholder="owner=payments check=shop-pay"
            onInput={(event) => void (matchers.value = event.currentTarget.value)} /></label>
          <label class="field grow"><span>Why</span><input name="comment" required maxLength={500} placeholder="PSP is down, ticket 4711" /></label>
          <label class="field"><span>For</span><select name="duration">{["1h", "2h", "4h", "8h", "24h", "7d"].map((one) => <option key={one}>{one}</option>)}</select></label>
          <button>Silence</button>
        </form>
      </Panel>
      <Panel title="In maintenance now"><Loaded of={status}>{(found) => (
        <Table caption="Checks in maintenance" rows={found.checks.filter((check) => check.maintenance !== undefined)} empty="No window holds now." columns={[
          { name: "Check", cell: (row) => <a href={checkPath(row.name)}>{row.name}</a> },
          { name: "Why", cell: (row) => row.maintenance || "—" }, { name: "Verdict", cell: (row) => <Mark word={row.verdict} /> }]} />)}</Loaded></Panel>
      <Panel title="Coming up" aside="the next 14 days"><Upcoming /></Panel>
      <Panel title="Paused or in shadow"><Loaded of={status}>{(found) => (
        <Table caption="Checks that page nobody" rows={found.checks.filter((check) => check.paused !== undefined || check.rollout)} empty="None." columns={[
          { name: "Check", cell: (row) => <a href={checkPath(row.name)}>{row.name}</a> },
          { name: "How", cell: (row) => row.paused !== undefined ? `paused: ${row.paused}` : "shadow" }]} />)}</Loaded></Panel>
    </>
  );
}
