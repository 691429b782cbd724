// Where the bars of a run's waterfall stand: steps one after the other, requests within their step,
// phases within their request. A request stands where it began; of an agent that did not say when,
// requests of a step follow each other. What the step took beyond them is its own. Pure.
import type { Attempt, Phases, Request, Step } from "./types";

export const PHASES = ["dns", "connect", "tls", "wait", "transfer"] as const;
export type Phase = (typeof PHASES)[number];

export interface Bar {
  start: number; // ms from the start of the attempt
  length: number;
}
export interface RequestRow extends Bar {
  request: Request;
  phases: (Bar & { phase: Phase })[];
}
export interface StepRow extends Bar {
  step: Step;
  requests: RequestRow[];
}

export const phaseMs = (phases: Phases, phase: Phase) => phases[`${phase}_ms`];
export const requestMs = (request: Request) =>
  PHASES.reduce((sum, phase) => sum + phaseMs(request.phases, phase), 0);

export function layOut(attempt: Attempt): { rows: StepRow[]; total: number } {
  let at = 0;
  const rows = attempt.steps.map((step) => {
    const row: StepRow = { step, start: at, length: step.duration_ms, requests: [] };
    let within = at;
    for (const request of step.requests) {
      const start = request.start_ms ?? within;
      row.requests.push(layOutRequest(request, start));
      within = Math.max(within, start + requestMs(request));
    }
    row.start = Math.min(at, ...row.requests.map((one) => one.start));
    at = Math.max(row.start + step.duration_ms, within);
    return row;
  });
  return { rows, total: Math.max(at, attempt.duration_ms, 0.1) };
}

function layOutRequest(request: Request, start: number): RequestRow {
  let at = start;
  const phases = PHASES.map((phase) => {
    const bar = { phase, start: at, length: phaseMs(request.phases, phase) };
    at += bar.length;
    return bar;
  }).filter((bar) => bar.length > 0);
  return { request, start, length: at - start, phases };
}

/** Marks of the scale: 1, 2 or 5 of a power of ten, at most `most` of them. */
export function ticks(total: number, most: number): number[] {
  const rough = total / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough)!;
  const marks: number[] = [];
  for (let at = 0; at <= total; at += step) marks.push(Number(at.toPrecision(6)));
  return marks;
}

export interface PhaseDifference {
  step: string;
  phase: Phase;
  before: number;
  now: number;
}

/** Phases summed by step that changed by more than `least` ms, largest change first. */
export function compare(good: Attempt, bad: Attempt, least = 5): PhaseDifference[] {
  const differences: PhaseDifference[] = [];
  for (const step of bad.steps) {
    const other = good.steps.find((one) => one.name === step.name);
    for (const phase of PHASES) {
      const [before, now] = [other, step].map((one) =>
        (one?.requests ?? []).reduce((sum, request) => sum + phaseMs(request.phases, phase), 0));
      if (other && Math.abs(now! - before!) > least)
        differences.push({ step: step.name, phase, before: before!, now: now! });
    }
  }
  return differences.sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
}
