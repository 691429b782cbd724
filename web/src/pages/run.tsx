// One run: what it did when, what failed beside its line of the file, the evidence, and what is
// different from the last good run of the region and from another region.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { usePoll } from "../api";
import { Empty, Facts, Head, Loaded, Mark, Panel, Scroll, Select, Table, Time, WhyNot } from "../parts/basics";
import { Waterfall } from "../parts/waterfall";
import { Yaml } from "../parts/yaml";
import { bytes, span, stamp } from "../format";
import { checkPath, go, runPath } from "../router";
import { compare } from "../waterfall";
import { excerpt, parsePosition } from "../yaml";
import type { Answers, Attempt, Request, Run, Source } from "../types";

const last = (run: Run): Attempt => run.attempts.at(-1)!;
const passed = (run: Run) => run.verdict === "pass" || run.verdict === "pass_on_retry" || run.verdict === "degraded";

export function RunPage({ name, region, started }: { name: string; region: string; started: string }) {
  const path = `/api/v1/checks/${encodeURIComponent(name)}`;
  const here = encodeURIComponent(region);
  const runs = usePoll<Answers["runs"]>(`${path}/results?region=${here}&limit=60`, 30_000);
  const evidence = usePoll<Answers["runs"]>(`${path}/evidence?region=${here}&limit=40`, 30_000);
  const source = usePoll<Answers["source"]>(`${path}/source`);
  const known = evidence.data.value !== null;
  return (<>
    <WhyNot of={evidence} what="Runs kept with evidence cannot be read" />
    <WhyNot of={source} what="The file of the check cannot be read" />
    <Loaded of={runs}>{({ results }) => {
      const whole = evidence.data.value?.results ?? [];
      const all = [...results, ...whole.filter((one) => !results.some((run) => run.started === one.started))];
      const found = started ? all.find((run) => run.started === started) : results[0];
      if (!found && started && !known) return <Empty>{evidence.problem.value ? "Whether this run is stored is not known." : "Loading…"}</Empty>;
      if (!found) return <Empty>{started ? "This run is not stored any more." : `No run of ${name} in ${region} yet.`} <a href={checkPath(name)}>Back to the check</a></Empty>;
      const run = whole.find((one) => one.started === found.started) ?? found;
      const good = [...all].filter((one) => passed(one) && one.started! < run.started!)
        .sort((a, b) => b.started!.localeCompare(a.started!))[0];
      return <Found run={run} runs={results} good={good} known={known} source={source.data.value} />;
    }}</Loaded>
  </>);
}

function Found({ run, runs, good, known, source }:
  { run: Run; runs: Run[]; good: Run | undefined; known: boolean; source: Source | null }) {
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
      <Failures attempt={attempt} source={source} run={run} />
      <div class="columns">
        <Compare title="Against the last good run" run={run} other={good}
          none={known ? "No good run before this one is stored." : "Whether a good run before this one is stored is not known."} />
        <OtherRegion run={run} />
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

function Failures({ attempt, source, run }: { attempt: Attempt; source: Source | null; run: Run }) {
  const rows = attempt.steps.flatMap((step) => [
    ...step.failures.map((failure) => ({ step, failure, word: "failed" })),
    ...step.warnings.map((failure) => ({ step, failure, word: "warning" }))]);
  if (rows.length === 0) return null;
  const moved = source && run.started && source.modified > run.started;
  return (
    <Panel title="What failed" class="failures">
      {rows.map(({ step, failure, word }, index) => {
        const at = parsePosition(failure.at);
        const own = source && at && at.file === source.file;
        return (
          <article key={index}>
            <p><Mark word={word} label={failure.kind.replaceAll("_", " ")} /> in step <b>{step.name}</b></p>
            <p class="message">{failure.message}</p>
            {failure.advice && <p class="note">{failure.advice}</p>}
            {own && <Yaml lines={excerpt(source.text, at.line, at.column)} label={`The expectation at ${failure.at}`} />}
            {own && moved && <p class="note">The file has changed since this run: the line may be another one.</p>}
            {failure.at && <p class="note"><code>{failure.at}</code></p>}
          </article>);
      })}
    </Panel>
  );
}

function Compare({ title, run, other, none, children }:
  { title: string; run: Run; other: Run | undefined; none: string; children?: ComponentChildren }) {
  if (!other) return <Panel title={title}><Empty>{none}</Empty></Panel>;
  const phases = compare(last(other), last(run));
  const facts = differences(last(other), last(run));
  const where = title.charAt(0).toLowerCase() + title.slice(1);
  return (
    <Panel title={title} aside={<a href={runPath(other.check, other.region, other.started ?? "")}>{other.region}, {stamp(other.started)}</a>}>
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

function OtherRegion({ run }: { run: Run }) {
  const runs = usePoll<Answers["runs"]>(`/api/v1/checks/${encodeURIComponent(run.check)}/results?limit=120`);
  const chosen = useSignal("");
  const others = (runs.data.value?.results ?? []).filter((one) => one.region !== run.region);
  const regions = [...new Set(others.map((one) => one.region))].sort();
  const best = others.find((one) => passed(one) && one.round === run.round) ?? others.find(passed);
  const region = chosen.value || best?.region || regions[0] || "";
  const other = others.find((one) => one.region === region && one.round === run.round)
    ?? others.find((one) => one.region === region);
  const none = runs.data.value ? "No other region ran it lately."
    : runs.problem.value ? `What other regions saw cannot be read: ${runs.problem.value.message}.` : "Loading…";
  return (
    <Compare title="Against another region" run={run} other={other} none={none}>
      <div class="row"><Select label="Other region" value={region} options={regions} onChange={(value) => void (chosen.value = value)} /></div>
    </Compare>
  );
}

interface Difference { step: string; what: string; before: string; now: string }

const FACTS: [string, (request: Request) => string][] = [
  ["status", (one) => String(one.status || "")], ["address", (one) => one.remote_address],
  ["edge", (one) => one.pop], ["cache", (one) => one.cache_status],
  ["protocol", (one) => one.http_version], ["size", (one) => bytes(one.body_bytes)],
  ["issuer", (one) => one.tls?.chain[0]?.issuer ?? ""],
];

function differences(good: Attempt, bad: Attempt): Difference[] {
  return bad.steps.flatMap((step) => {
    const other = good.steps.find((one) => one.name === step.name);
    const [before, now] = [other?.requests.at(-1), step.requests.at(-1)];
    if (!before || !now) return [];
    return FACTS.map(([what, fact]) => ({ step: step.name, what, before: fact(before), now: fact(now) }))
      .filter((row) => row.before !== row.now);
  });
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
