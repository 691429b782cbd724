import { describe, expect, test } from "vitest";
import { compare, layOut, requestMs, ticks } from "../../src/waterfall";
import type { Attempt, Phases, Request, Step } from "../../src/types";

const phases = (more: Partial<Phases>): Phases => ({ dns_ms: 0, connect_ms: 0, tls_ms: 0, wait_ms: 0, transfer_ms: 0, ...more });
const request = (more: Partial<Phases>): Request => ({
  method: "GET", url: "http://x/", status: 200, http_version: "2", remote_address: "", body_bytes: 0,
  pop: "", cache_status: "", start_ms: null, phases: phases(more),
});
const step = (name: string, duration_ms: number, requests: Request[] = []): Step => ({
  name, status: "passed", always: false, duration_ms, failures: [], warnings: [], requests,
});
const attempt = (duration_ms: number, steps: Step[]): Attempt => ({ run_id: "", started: null, duration_ms, verdict: "pass", steps });

describe("the layout of a waterfall", () => {
  test("steps follow each other, requests theirs, phases in their order", () => {
    const { rows, total } = layOut(attempt(60, [
      step("a", 30, [request({ dns_ms: 5, wait_ms: 10 }), request({ connect_ms: 4 })]), step("b", 20)]));
    expect(rows.map((row) => [row.start, row.length])).toEqual([[0, 30], [30, 20]]);
    expect(rows[0]!.requests.map((one) => [one.start, one.length])).toEqual([[0, 15], [15, 4]]);
    expect(rows[0]!.requests[0]!.phases).toEqual([
      { phase: "dns", start: 0, length: 5 }, { phase: "wait", start: 5, length: 10 }]);
    expect(total).toBe(60);
  });
  test("a step whose requests took longer than it says does not overlap the next one", () => {
    const { rows, total } = layOut(attempt(1, [step("a", 1, [request({ wait_ms: 9 })]), step("b", 1)]));
    expect(rows[1]!.start).toBe(9);
    expect(total).toBe(10);
  });
  test("requests stand where they began, beside each other", () => {
    const page = [[2, 10], [4, 30], [5, 8]].map(([start_ms, wait_ms]) => ({ ...request({ wait_ms }), start_ms: start_ms! }));
    const { rows, total } = layOut(attempt(50, [step("page", 36, page), step("next", 14)]));
    expect(rows[0]!.requests.map((one) => [one.start, one.length])).toEqual([[2, 10], [4, 30], [5, 8]]);
    expect(rows[1]!.start).toBe(36);
    expect(total).toBe(50);
  });
  test("a step begins no later than its first request", () => {
    const { rows } = layOut(attempt(30, [step("a", 12), step("b", 10, [{ ...request({ wait_ms: 9 }), start_ms: 11.5 }])]));
    expect(rows[1]!.start).toBe(11.5);
  });
  test("an attempt without steps has a scale all the same", () => {
    expect(layOut(attempt(0, []))).toEqual({ rows: [], total: 0.1 });
  });
  test("a request takes what its phases take", () => {
    expect(requestMs(request({ dns_ms: 1, connect_ms: 2, tls_ms: 3, wait_ms: 4, transfer_ms: 5 }))).toBe(15);
  });
});

test("the scale has round marks from 0 and not too many", () => {
  expect(ticks(21, 5)).toEqual([0, 5, 10, 15, 20]);
  expect(ticks(1_000, 5)).toEqual([0, 200, 400, 600, 800, 1_000]);
  expect(ticks(0.1, 5).length).toBeLessThan(8);
});

describe("phases that differ", () => {
  const good = attempt(30, [step("a", 30, [request({ dns_ms: 1, wait_ms: 10 })])]);
  test("the largest change stands first, small ones are left out", () => {
    const bad = attempt(30, [step("a", 30, [request({ dns_ms: 4, wait_ms: 900, tls_ms: 20 })])]);
    expect(compare(good, bad)).toEqual([
      { step: "a", phase: "wait", before: 10, now: 900 }, { step: "a", phase: "tls", before: 0, now: 20 }]);
  });
  test("a step that the other run does not have is not compared", () => {
    expect(compare(good, attempt(1, [step("b", 1, [request({ wait_ms: 900 })])]))).toEqual([]);
  });
});
