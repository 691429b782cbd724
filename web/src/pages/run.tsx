// One run: what it did when, what failed beside its line of the file, the evidence, and what is
// different from the last good run of the region and from another region.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { type Resource, usePoll } from "../api";
import { Empty, Facts, Head, Loaded, Mark, NoneIn, Panel, Scroll, Select, Table, Time, WhyNot } from "../parts/basics";
import { Waterfall } from "../parts/waterfall";
import { Yaml } from "../parts/yaml";
import { bytes, span, stamp } from "../format";
import { checkPath, go, runPath } from "../router";
import { type Failed, differences, elsewhere, failuresOf, last, lastGoodBefore, runsAbout, together } from "../runs";
import { compare } from "../waterfall";
import type { Answers, Attempt, Request, Run, Source } from "../types";

export function RunPage({ name, region, started }: { name: string; region: string; started: string }) {
  const path = `/api/v1/checks/${encodeURIComponent(name)}`;
  const here = encodeURIComponent(region);
  const newest = usePoll<Answers["runs"]>(`${path}/results?region=${here}&limit=60`, 30_000);
  const about = usePoll<Answers["runs"]>(runsAbout(path, region, started));
  const evidence = usePoll<Answers["runs"]>(`${path}/evidence?region=${here}&limit=40`, 30_000);
  const good = usePoll<Answers["runs"]>(`${path}/evidence?last_good=1`, 30_000);
  const source = usePoll<Answers["source"]>(`${path}/source`);
  // A run that is picked of those that were had stays in sight until those about it have come.
  const had = useRef<Run[]>([]);
  if (about.data.value) had.current = about.data.value.results;
  const isHad = had.current.some((one) => one.check === name && one.region === region && one.started === started);
  const around = about.data.value || isHad ? had.current : [];
  const back = <a href={checkPath(name)}>Back to the check</a>;
  return (<>
    <WhyNot of={about} what="Runs about this one cannot be read" />
    <WhyNot of={evidence} what="Runs kept with evidence cannot be read" />
    <WhyNot of={good} what="The last good run of each region cannot be read" />
    <WhyNot of={source} what="The file of the check cannot be read" />
    <Loaded of={newest}>{({ results }) => {
      const kept = good.data.value?.results ?? [];
      const runs = together(results, around);
      const whole = together(evidence.data.value?.results ?? [], kept.filter((one) => one.region === region));
      const found = started ? together(runs, whole).find((run) => run.started === started) : results[0];
      if (!found && started) return <NoneIn reads={[about, evidence, good]} unsure="Whether this run is stored is not known.">This run is not stored any more. {back}</NoneIn>;
      if (!found) return <Empty>No run of {name} in {region} yet. {back}</Empty>;
      const run = whole.find((one) => one.started === found.started) ?? found;
      return <Found run={run} runs={runs} good={good} source={source.data.value} />;
    }}</Loaded>
  </>);
}

/** `runs`: of this region, none left out between them; `good`: one of each region. */
function Found({ run, runs, good, source }:
  { run: Run; runs: Run[]; good: Resource<Answers["runs"]>; source: Source | null }) {
  const picked = useSignal({ started: run.started, attempt: -1 });
  // Of the run that it was picked of: another one begins at its last attempt.
  const chosen = picked.value.started === run.started && run.attempts[picked.value.attempt] ? picked.value.attempt : run.attempts.length - 1;
  const attempt = run.attempts[chosen]!;
  return (
    <>
      <Head title={<><a href={checkPath(run.check)}>{run.check}</a> in {run.region}</>}
        note={<>{stamp(run.started)} UTC, <Time at={run.started} />, {run.kind}</>}>
        <Mark word={run.verdict} />
        <RunPicker run={run} runs={runs} />
      </Head>
      <Panel title="Run" aside={run.attempts.length > 1 && (
        <Select label="Attempt" value={String(chosen + 1)} options={run.attempts.map((_, index) => String(index + 1))}
          onChange={(value) => void (picked.value = { started: run.started, attempt: Number(value) - 1 })} />)}>
        <Facts rows={[["took", span(run.duration_ms)], ["late by", span(run.lateness_ms)],
          ["round", stamp(run.round)], ["attempts", String(run.attempts.length)],
          ["trace", <code>{run.trace_id}</code>], ["revision", <code>{run.revision.slice(0, 12)}</code>]]} />
        <Waterfall attempt={attempt} />
      </Panel>
      <Failures rows={failuresOf(attempt, source, run.started)} />
      <div class="columns">
        <LastGood run={run} runs={runs} good={good} />
        <OtherRegion run={run} good={good} />
      </div>
      <Evidence key={run.started} attempt={attempt} />
    </>
  );
}

function RunPicker({ run, runs }: { run: Run; runs: Run[] }) {
  const label = (one: Run) => `${stamp(one.started)} ${one.verdict.replaceAll("_", " ")}`;
  return (
    <label class="field"><span>Run</span>
      <select value={run.started ?? ""} onChange={(event) => go(runPath(run.check, run.region, event.currentTarget.value), false, false)}>
        {!runs.some((one) => one.started === run.started) && <option value={run.started ?? ""}>{label(run)}</option>}
        {runs.map((one) => <option key={one.started} value={one.started ?? ""}>{label(one)}</option>)}
      </select></label>
  );
}

function Failures({ rows }: { rows: Failed[] }) {
  if (rows.length === 0) return null;
  return (
    <Panel title="What failed" class="failures">
      {rows.map(({ step, failure, word, lines, moved }, index) => (
        <article key={index}>
          <p><Mark word={word} label={failure.kind.replaceAll("_", " ")} /> in step <b>{step.name}</b></p>
          <p class="message">{failure.message}</p>
          {failure.advice && <p class="note">{failure.advice}</p>}
          {lines && <Yaml lines={lines} label={`The expectation at ${failure.at}`} />}
          {moved && <p class="note">The file has changed since this run: the line may be another one.</p>}
          {failure.at && <p class="note"><code>{failure.at}</code></p>}
        </article>))}
    </Panel>
  );
}

/** `above`: of what was read for it; `none`: where there is no other. */
function Compare({ title, run, other, above, none, children }:
  { title: string; run: Run; other: Run | undefined; above: ComponentChildren; none: ComponentChildren; children?: ComponentChildren }) {
  if (!other) return <Panel title={title}>{above}{none}</Panel>;
  const phases = compare(last(other), last(run));
  const facts = differences(last(other), last(run));
  const where = title.charAt(0).toLowerCase() + title.slice(1);
  return (
    <Panel title={title} aside={<a href={runPath(other.check, other.region, other.started ?? "")}>{other.region}, {stamp(other.started)}</a>}>
      {above}
      {children}
      <Facts rows={[["took", `${span(other.duration_ms)} → ${span(run.duration_ms)}`], ["verdict", `${other.verdict.replaceAll("_", " ")} → ${run.verdict.replaceAll("_", " ")}`]]} />
      <Table caption={`Facts that differ: ${where}`} rows={facts} empty="Same answers, addresses and edges." columns={[
        { name: "Step", cell: (row) => row.step }, { name: "What", cell: (row) => row.what },
        { name: "There", cell: (row) => <code>{row.before || "—"}</code> },
        { name: "Here", cell: (row) => <code>{row.now || "—"}</code> }]} />
      {phases.length > 0 && <Table caption={`Phases that differ by more than 5 ms: ${where}`} rows={phases} empty="" columns={[
        { name: "Step", cell: (row) => row.step }, { name: "Phase", cell: (row) => row.phase },
        { name: "There", number: true, cell: (row) => span(row.before) },
        { name: "Here", number: true, cell: (row) => span(row.now) }]} />}
    </Panel>
  );
}

/** Behind an outage that is longer than what is listed the controller looks; beyond what it stores, what it keeps. */
function LastGood({ run, runs, good }: { run: Run; runs: Run[]; good: Resource<Answers["runs"]> }) {
  const listed = lastGoodBefore(run, runs);
  const asked = usePoll<Answers["runs"]>(listed || !run.started ? ""
    : `/api/v1/checks/${encodeURIComponent(run.check)}/results?region=${encodeURIComponent(run.region)}&good=1&before=${run.started}&limit=1`);
  const other = listed ?? asked.data.value?.results[0] ?? lastGoodBefore(run, good.data.value?.results ?? []);
  return (
    <Compare title="Against the last good run" run={run} other={other} above={<WhyNot of={asked} what="Good runs before this one cannot be read" />}
      none={<NoneIn reads={[asked, good]} unsure="Whether a good run before this one is stored is not known.">No good run before this one is stored.</NoneIn>} />
  );
}

function OtherRegion({ run, good }: { run: Run; good: Resource<Answers["runs"]> }) {
  const runs = usePoll<Answers["runs"]>(`/api/v1/checks/${encodeURIComponent(run.check)}/results?limit=120`);
  const chosen = useSignal("");
  const { regions, region, other } = elsewhere(run, together(runs.data.value?.results ?? [], good.data.value?.results ?? []), chosen.value);
  return (
    <Compare title="Against another region" run={run} other={other} above={<WhyNot of={runs} what="What other regions saw cannot be read" />}
      none={<NoneIn reads={[runs, good]} unsure="Whether another region ran it is not known.">No other region ran it lately, and no good run of another one is kept.</NoneIn>}>
      <div class="row"><Select label="Other region" value={region} options={regions} onChange={(value) => void (chosen.value = value)} /></div>
    </Compare>
  );
}

function Evidence({ attempt }: { attempt: Attempt }) {
  const rows = attempt.steps.flatMap((step) => step.requests.map((request) => ({ step, request })));
  return (
    <Panel title="Requests" aside="headers and body are kept of failed and of last good runs">
      {rows.length === 0 && <Empty>No request was sent.</Empty>}
      {rows.map(({ step, request }, index) => (
        <details key={index} open={step.status === "failed" || step.failures.length > 0}>
          <summary><b>{request.method}</b> {request.url} <span class="note">{request.status || "no answer"} · {step.name}</span></summary>
          <RequestFacts request={request} />
        </details>))}
    </Panel>
  );
}

function Headers({ title, rows }: { title: string; rows: string[][] }) {
  return <Table caption={title} rows={rows} empty="None." columns={[
    { name: "Name", cell: (row) => <code>{row[0]}</code> }, { name: "Value", cell: (row) => <code>{row[1]}</code> }]} />;
}

function RequestFacts({ request }: { request: Request }) {
  const { tls, evidence } = request;
  return (
    <div class="evidence">
      <Facts rows={[["address", request.remote_address || "—"], ["protocol", request.http_version || "—"],
        ["body", bytes(request.body_bytes)], ["edge", request.pop || "—"], ["cache", request.cache_status || "—"],
        ["TLS", tls ? `${tls.version} ${tls.cipher}` : "—"],
        ["certificate until", tls?.chain[0] ? stamp(tls.chain[0].not_after) : "—"],
        ...(tls?.verify_error ? [["not trusted", tls.verify_error] as [string, string]] : [])]} />
      {evidence && (
        <>
          <Scroll pre label="The request as a curl command">{evidence.curl}</Scroll>
          <Headers title="Request headers" rows={evidence.request_headers} />
          <Headers title="Response headers" rows={evidence.response_headers} />
          {evidence.body_start && <Scroll pre class="body" label="Start of the body">{evidence.body_start}</Scroll>}
          {evidence.route.length > 0 && <Scroll pre label="Route">{evidence.route.join("\n")}</Scroll>}
        </>)}
    </div>
  );
}
