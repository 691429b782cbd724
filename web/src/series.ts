// Series of charts: names of their ticks, rows of their tables, and the burn-down of a budget. Pure.
import { stamp } from "./format";
import type { BurnDownLine } from "./types";

export interface Line {
  label: string;
  values: (number | null)[];
  /** No measurement: what the others are compared with. */
  reference?: boolean;
}

export interface Series {
  times: number[];
  lines: Line[];
}

/** A tick of a time axis whose ticks are `step` seconds apart, UTC: a day by its date. */
export function tickName(seconds: number, step: number): string {
  const text = new Date(seconds * 1_000).toISOString();
  if (step >= 86_400 || (seconds % 86_400 === 0 && step >= 600)) return stamp(text).slice(0, -9);
  return step < 60 ? text.slice(11, 19) : text.slice(11, 16);
}

/** At most `most` of the rows at equal distances, the last one among them. */
export function rowsAbout<T>(rows: T[], most: number): T[] {
  if (rows.length <= most) return rows;
  const apart = (rows.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => rows[Math.round(index * apart)]!);
}

/**
 * What was left of a budget: the line of this window, what an even burn would have left, and, where
 * it is known all along, what each window that ended then had left.
 */
export function burnDownSeries(line: BurnDownLine): Series {
  const points = line.points;
  if (points.length < 2) return { times: [], lines: [] };
  const times = points.map((one) => Date.parse(one.at) / 1_000);
  const [first, last] = [times[0]!, times.at(-1)!];
  const lines: Line[] = [
    { label: "left of this window's budget", values: points.map((one) => one.left_ratio) },
    { label: "even burn", reference: true, values: times.map((at) => (last - at) / (last - first)) },
  ];
  if (points.every((one) => one.left_then_ratio !== null))
    lines.push({ label: "left of the window that ended then", values: points.map((one) => one.left_then_ratio) });
  return { times, lines };
}

/** "72.1 % is left; 12 of 43033 rounds were bad": the burn-down in a sentence. */
export function burnDownWords(line: BurnDownLine, by: "rounds" | "runs" | "good runs"): string {
  const left = line.points.at(-1)?.left_ratio;
  if (left === undefined) return "No round of the window was measured yet.";
  const share = `${Math.abs(left * 100).toFixed(1)} %`;
  const bad = `${line.bad} of ${line.good + line.bad} ${by} ${line.bad === 1 ? "was" : "were"} bad`;
  return left < 0 ? `${share} more than the budget is spent; ${bad}.` : `${share} is left; ${bad}.`;
}
