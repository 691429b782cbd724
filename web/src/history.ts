// The history of a check as charts show it: latency as lines, how slots ended as a strip. Pure.
import { plural } from "./format";
import type { Line, Series } from "./series";
import type { History } from "./types";

/** Ranges to choose from, and how often each is asked for while somebody looks. */
export const RANGES: Record<string, number> = {
  "1h": 30_000, "4h": 60_000, "24h": 120_000, "7d": 600_000, "30d": 600_000, "90d": 600_000,
};
export const rangeOf = (wanted: string) => (wanted in RANGES ? wanted : "4h");

export const ENDS = ["good", "degraded", "bad", "unknown", "missed", "skipped"] as const;
export type End = (typeof ENDS)[number];
export const END_WORDS: Record<End, string> = {
  good: "passed", degraded: "degraded", bad: "failed", unknown: "could not measure", missed: "missed", skipped: "skipped",
};

export type Counts = Record<End, number>;
export interface Bucket extends Counts {
  at: number; // s since 1970
}

type Region = History["regions"][number];

const regionsOf = (history: History, region: string) =>
  history.regions.filter((one) => !region || one.region === region);

/** The first bucket of which anything is known: what lies before it is left out. */
function firstKnown(history: History): number {
  const known = history.regions.map((one) =>
    one.good.findIndex((_, index) => ENDS.some((end) => one[end][index]! > 0)));
  const found = known.filter((index) => index >= 0);
  return found.length > 0 ? Math.min(...found) : -1;
}

/** How the slots of one region, or of all, ended; none where nothing is known. */
export function bucketsOf(history: History, region: string): Bucket[] {
  const first = firstKnown(history);
  const shown = regionsOf(history, region);
  if (first < 0 || shown.length === 0) return [];
  const from = Date.parse(history.from) / 1_000;
  return shown[0]!.good.map((_, index) => {
    const sum = (end: End) => shown.reduce((total, one) => total + one[end][index]!, 0);
    return { at: from + (index * history.step_ms) / 1_000, good: sum("good"), degraded: sum("degraded"),
      bad: sum("bad"), unknown: sum("unknown"), missed: sum("missed"), skipped: sum("skipped") };
  }).slice(first);
}

/** The medians of every region; of a single one also what 95 % were faster than, and the slowest. */
export function latencyOf(history: History, region: string): Series {
  const first = firstKnown(history);
  const known = (values: (number | null)[]) => values.some((one) => one !== null);
  const shown = regionsOf(history, region).filter((one) => known(one.p50_ms));
  if (first < 0 || shown.length === 0) return { times: [], lines: [] };
  const single = (one: Region): Line[] => [
    { label: "median", values: one.p50_ms }, { label: "95 % faster than", values: one.p95_ms }, { label: "slowest", values: one.max_ms }];
  const lines = region ? single(shown[0]!) : shown.map((one) => ({ label: one.region, values: one.p50_ms }));
  const from = Date.parse(history.from) / 1_000;
  return {
    times: shown[0]!.p50_ms.map((_, index) => from + (index * history.step_ms) / 1_000).slice(first),
    lines: lines.map((line) => ({ ...line, values: line.values.slice(first) })),
  };
}

export function totals(buckets: Bucket[]): Counts {
  const sum = (end: End) => buckets.reduce((total, one) => total + one[end], 0);
  return { good: sum("good"), degraded: sum("degraded"), bad: sum("bad"), unknown: sum("unknown"),
    missed: sum("missed"), skipped: sum("skipped") };
}

/** "99.93 % of 8640 runs passed; 6 failed, 3 slots were missed". */
export function availabilityWords(counts: Counts): string {
  const passed = counts.good + counts.degraded;
  const ran = passed + counts.bad;
  const share = (passed / ran) * 100;
  // Never 100 % while one failed.
  const exact = counts.bad > 0 ? Math.min(99.99, Math.floor(share * 100) / 100).toFixed(2) : "100";
  const rest = [counts.bad > 0 && `${counts.bad} failed`, counts.unknown > 0 && `${counts.unknown} could not measure`,
    counts.missed > 0 && `${plural(counts.missed, "slot")} missed`].filter(Boolean);
  const most = ran > 0 ? `${exact} % of ${plural(ran, "run")} passed` : counts.unknown > 0 ? "not known" : "no run";
  return `${most}${rest.length > 0 ? `; ${rest.join(", ")}` : ""}`;
}

export const STRIP_HIGH = 24;
const LEAST = 6; // so that one failure of many is seen

/**
 * One path per end: in each bucket what passed stands at the bottom and what failed hangs from the
 * top, with at least a quarter of the height.
 */
export function stripPaths(buckets: Bucket[]): [End, string][] {
  const paths = new Map<End, string>();
  const bar = (end: End, x: number, top: number, high: number) => {
    if (high > 0) paths.set(end, `${paths.get(end) ?? ""}M${x} ${round(top)}h1v${round(high)}h-1z`);
  };
  buckets.forEach((bucket, x) => {
    const all = ENDS.reduce((total, end) => total + bucket[end], 0);
    if (all === 0) return;
    const high = (end: End) => (bucket[end] === 0 ? 0 : Math.max(LEAST / 2, (bucket[end] / all) * STRIP_HIGH));
    const bad = bucket.bad === 0 ? 0 : Math.max(LEAST, high("bad"));
    bar("bad", x, 0, bad);
    let bottom = STRIP_HIGH;
    for (const end of ["missed", "skipped", "unknown", "degraded", "good"] as const) {
      const space = bottom - bad;
      const own = end === "good" && bucket.good > 0 ? space : Math.min(space, high(end));
      bottom -= own;
      bar(end, x, bottom, own);
    }
  });
  return ENDS.filter((end) => paths.has(end)).map((end) => [end, paths.get(end)!]);
}

const round = (value: number) => Math.round(value * 10) / 10;
