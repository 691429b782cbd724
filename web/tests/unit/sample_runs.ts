// Runs, attempts, steps and requests of which a test says only what it is about.
import type { Attempt, Failure, Phases, Request, Run, Step } from "../../src/types";

export const phases = (more: Partial<Phases> = {}): Phases => ({ dns_ms: 0, connect_ms: 0, tls_ms: 0, wait_ms: 0, transfer_ms: 0, ...more });
export const request = (more: Partial<Request> = {}): Request => ({
  method: "GET", url: "http://x/", status: 200, http_version: "2", remote_address: "", body_bytes: 0,
  pop: "", cache_status: "", start_ms: null, phases: phases(), ...more,
});
export const step = (name: string, more: Partial<Step> = {}): Step => ({
  name, status: "passed", always: false, duration_ms: 1, failures: [], warnings: [], requests: [], ...more,
});
export const attempt = (...steps: Step[]): Attempt => ({ run_id: "", started: null, duration_ms: 1, verdict: "pass", steps });
export const failure = (message: string, at = ""): Failure => ({ kind: "http_status", class: "retryable", message, at, advice: "" });

/** "12:05 eu-west-1 fail" of the 22nd, in the round of its minute. */
export function run(text: string, ...attempts: Attempt[]): Run {
  const [time, region, verdict] = text.split(" ");
  const at = `2026-11-22T${time}:00.000Z`;
  return {
    check: "home", region: region!, round: at, kind: "scheduled", ordinal: 0, revision: "", started: at, lateness_ms: 0, duration_ms: 1,
    verdict: verdict!, trace_id: "", attempts: attempts.length > 0 ? attempts : [attempt()],
  } as Run;
}
