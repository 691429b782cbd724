import { describe, expect, test } from "vitest";
import { type Bucket, RANGES, STRIP_HIGH, availabilityWords, bucketsOf, latencyOf, rangeOf, stripPaths, totals } from "../../src/history";
import { partsOf } from "../../src/events";
import type { History } from "../../src/types";

type Region = History["regions"][number];
const zeros = () => [0, 0, 0, 0];
const nulls = () => [null, null, null, null];
function region(name: string, more: Partial<Region>): Region {
  return { region: name, p50_ms: nulls(), p95_ms: nulls(), max_ms: nulls(), good: zeros(), degraded: zeros(), bad: zeros(),
    unknown: zeros(), missed: zeros(), skipped: zeros(), ...more };
}
function history(...regions: Region[]): History {
  return { schema_version: 1, check: "home", from: "2026-11-22T00:00:00.000Z", until: "2026-11-22T04:00:00.000Z", step_ms: 3_600_000, regions };
}
const bucket = (more: Partial<Bucket>): Bucket => ({ at: 0, good: 0, degraded: 0, bad: 0, unknown: 0, missed: 0, skipped: 0, ...more });
const hours = (times: number[]) => times.map((at) => new Date(at * 1_000).toISOString().slice(11, 13));

describe("latency", () => {
  const found = history(
    region("eu", { good: [0, 1, 0, 2], p50_ms: [null, 80, null, 90], p95_ms: [null, 85, null, 95], max_ms: [null, 86, null, 99] }),
    region("us", { good: [0, 0, 1, 1], p50_ms: [null, null, 120, 130] }), region("new", {}));
  test("a median for every region that has one, from the first bucket of which anything is known", () => {
    const { times, lines } = latencyOf(found, "");
    expect(hours(times)).toEqual(["01", "02", "03"]);
    expect(lines).toEqual([{ label: "eu", values: [80, null, 90] }, { label: "us", values: [null, 120, 130] }]);
  });
  test("of one region the spread as well", () => {
    expect(latencyOf(found, "eu").lines.map((line) => [line.label, line.values[2]])).toEqual([
      ["median", 90], ["95 % faster than", 95], ["slowest", 99]]);
  });
  test("nothing measured is no line", () => {
    expect(latencyOf(found, "new")).toEqual({ times: [], lines: [] });
    expect(latencyOf(history(), "")).toEqual({ times: [], lines: [] });
  });
});

describe("availability", () => {
  test("slots of all regions, or of one, from the first bucket that is known", () => {
    const found = history(region("eu", { good: [0, 2, 2, 1], bad: [0, 0, 0, 1] }), region("us", { missed: [0, 2, 0, 0], good: [0, 0, 2, 2] }));
    expect(bucketsOf(found, "").map((one) => [one.good, one.bad, one.missed])).toEqual([[2, 0, 2], [4, 0, 0], [3, 1, 0]]);
    expect(bucketsOf(found, "us").map((one) => one.good)).toEqual([0, 2, 2]);
    expect(hours(bucketsOf(found, "").map((one) => one.at))).toEqual(["01", "02", "03"]);
    expect(bucketsOf(history(region("eu", {})), "")).toEqual([]);
    expect(totals(bucketsOf(found, ""))).toMatchObject({ good: 9, bad: 1, missed: 2 });
  });
  test("in words, and never 100 % while one failed", () => {
    expect(availabilityWords(bucket({ good: 8, degraded: 1, bad: 1 }))).toBe("90.00 % of 10 runs passed; 1 failed");
    expect(availabilityWords(bucket({ good: 1_000_000, bad: 1, missed: 2 }))).toBe("99.99 % of 1000001 runs passed; 1 failed, 2 slots missed");
    expect(availabilityWords(bucket({ good: 1, unknown: 3 }))).toBe("100 % of 1 run passed; 3 could not measure");
    expect(availabilityWords(bucket({ missed: 1 }))).toBe("no run; 1 slot missed");
    expect(availabilityWords(bucket({ unknown: 12, missed: 1 }))).toBe("not known; 12 could not measure, 1 slot missed");
    expect(availabilityWords(bucket({}))).toBe("no run");
  });
});

describe("strip", () => {
  const heights = (one: Bucket) => Object.fromEntries(stripPaths([one]).map(([end, d]) => {
    const [, top, high] = /^M0 ([\d.]+)h1v([\d.]+)h-1z$/.exec(d)!;
    return [end, [Number(top), Number(high)]];
  }));
  test("what passed fills a bucket", () => {
    expect(heights(bucket({ good: 7 }))).toEqual({ good: [0, STRIP_HIGH] });
  });
  test("one failure of many hangs from the top and is seen: form, not colour alone", () => {
    expect(heights(bucket({ good: 999, bad: 1 }))).toEqual({ bad: [0, 6], good: [6, STRIP_HIGH - 6] });
  });
  test("everything fits, in the order of how bad it is", () => {
    const found = heights(bucket({ good: 1, degraded: 1, bad: 1, unknown: 1, missed: 1, skipped: 1 }));
    const sum = Object.values(found).reduce((total, [, high]) => total + high!, 0);
    expect(sum).toBeCloseTo(STRIP_HIGH);
    expect(found.bad![0]).toBe(0);
  });
  test("nothing known leaves a gap, and the next bucket has its own place", () => {
    expect(stripPaths([bucket({}), bucket({ bad: 1 })])).toEqual([["bad", `M1 0h1v${STRIP_HIGH}h-1z`]]);
    expect(heights(bucket({ missed: 2 }))).toEqual({ missed: [0, STRIP_HIGH] });
  });
});

test("a range that nobody offers is the usual one; long ones are asked for seldom", () => {
  expect(rangeOf("7d")).toBe("7d");
  expect(rangeOf("1y")).toBe("4h");
  expect(RANGES["90d"]).toBeGreaterThanOrEqual(600_000);
  expect(partsOf("/api/v1/checks/home/history?range=4h")).toEqual([]);
  expect(partsOf("/api/v1/checks/home/slo")).toEqual([]);
  expect(partsOf("/api/v1/checks/home")).toEqual(["checks"]);
});
