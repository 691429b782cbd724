// Runs beside each other: which one a run is compared with, the facts that differ between two, and
// what failed beside its line of the file. Pure.
import { bytes } from "./format";
import { type Line, excerpt, parsePosition } from "./yaml";
import type { Attempt, Failure, Request, Run, Source, Step } from "./types";

export const last = (run: Run): Attempt => run.attempts.at(-1)!;
export const passed = (run: Run) => run.verdict === "pass" || run.verdict === "pass_on_retry" || run.verdict === "degraded";

const newestFirst = (a: Run, b: Run) => b.started!.localeCompare(a.started!);

const isSame = (a: Run, b: Run) => a.region === b.region && a.started === b.started;

/** Each run of the lists once, as the first list that has it tells it. */
export const together = (...lists: Run[][]): Run[] =>
  lists.flat().filter((one, index, all) => all.findIndex((other) => isSame(one, other)) === index);

/** The newest good run of the same region that began before `run`. */
export const lastGoodBefore = (run: Run, runs: Run[]): Run | undefined =>
  runs.filter((one) => passed(one) && one.region === run.region && one.started! < run.started!).sort(newestFirst)[0];

const RECEIVED_MS = 600_000; // by then a run has come in; of the shortest interval 60 runs

/** What to ask for the runs about one that began at `started`, for which the newest may be too new; "" for no time. */
export function runsAbout(path: string, region: string, started: string): string {
  const at = Date.parse(started);
  return Number.isNaN(at) ? "" : `${path}/results?region=${encodeURIComponent(region)}&before=${new Date(at + RECEIVED_MS).toISOString()}&limit=120`;
}

export interface Elsewhere {
  regions: string[]; // that can be chosen
  region: string; // that is shown
  other: Run | undefined;
}

/**
 * The run of another region to compare with: of the `chosen` region, else of one that passed in the
 * same round, else of one that passed at all; of a region the same round before its newest run.
 */
export function elsewhere(run: Run, runs: Run[], chosen = ""): Elsewhere {
  const others = runs.filter((one) => one.region !== run.region).sort(newestFirst);
  const regions = [...new Set(others.map((one) => one.region))].sort();
  const best = others.find((one) => passed(one) && one.round === run.round) ?? others.find(passed);
  const region = chosen || best?.region || regions[0] || "";
  const there = others.filter((one) => one.region === region);
  return { regions, region, other: there.find((one) => one.round === run.round) ?? there[0] };
}

export interface Difference {
  step: string;
  what: string;
  before: string;
  now: string;
}

const FACTS: [string, (request: Request) => string][] = [
  ["status", (one) => String(one.status || "")], ["address", (one) => one.remote_address],
  ["edge", (one) => one.pop], ["cache", (one) => one.cache_status],
  ["protocol", (one) => one.http_version], ["size", (one) => bytes(one.body_bytes)],
  ["issuer", (one) => one.tls?.chain[0]?.issuer ?? ""],
];

/** Of the last request of each step that both attempts have. */
export function differences(good: Attempt, bad: Attempt): Difference[] {
  return bad.steps.flatMap((step) => {
    const other = good.steps.find((one) => one.name === step.name);
    const [before, now] = [other?.requests.at(-1), step.requests.at(-1)];
    if (!before || !now) return [];
    return FACTS.map(([what, fact]) => ({ step: step.name, what, before: fact(before), now: fact(now) }))
      .filter((row) => row.before !== row.now);
  });
}

export interface Failed {
  step: Step;
  failure: Failure;
  word: "failed" | "warning";
  lines: Line[] | null; // around the expectation, where it stands in the file that is there
  moved: boolean; // the file has changed since
}

/** Failures and warnings of an attempt in the order of its steps. */
export function failuresOf(attempt: Attempt, source: Source | null, started: string | null): Failed[] {
  const moved = Boolean(source && started && source.modified > started);
  const linesAt = (at: string) => {
    const position = parsePosition(at);
    return source && position && position.file === source.file ? excerpt(source.text, position.line, position.column) : null;
  };
  const told = (step: Step, word: Failed["word"]) => (failure: Failure): Failed => {
    const lines = linesAt(failure.at);
    return { step, failure, word, lines, moved: moved && lines !== null };
  };
  return attempt.steps.flatMap((step) => [
    ...step.failures.map(told(step, "failed")), ...step.warnings.map(told(step, "warning"))]);
}
