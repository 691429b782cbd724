// What the grid shows: rows of checks by urgency, a cell per region with its last rounds. Pure.
import type { Check, CheckRegion, Grid } from "./types";

export type Letter = "p" | "r" | "d" | "f" | "u" | ".";
export const WORDS: Record<Letter, string> = {
  p: "passed", r: "passed on retry", d: "degraded", f: "failed", u: "could not measure", ".": "no run",
};
const LETTERS: Record<string, Letter> = {
  pass: "p", pass_on_retry: "r", degraded: "d", fail: "f", unknown: "u",
};

// Height and top of a bar in a cell 16 high: what failed stands out by its shape alone.
export const SHAPES: Record<Letter, [number, number]> = {
  f: [0, 16], d: [4, 12], r: [7, 9], p: [9, 7], u: [9, 7], ".": [14, 2],
};

export interface Filter {
  text: string;
  owner: string;
  tag: string;
  failing: boolean;
}

const URGENCY: Record<string, number> = {
  down: 0, regional: 1, degraded: 2, no_data: 3, pending: 4, up: 5,
};

export const isBad = (check: Check) => check.paused === undefined && (URGENCY[check.verdict] ?? 5) < 4;

/** How all of them are, as the word of a mark and its label: well only if each that is not paused is up. */
export function overall(checks: Check[]): [word: string, label: string] {
  const judged = checks.filter((check) => check.paused === undefined);
  const bad = judged.filter(isBad).length;
  const unknown = judged.filter((check) => check.verdict !== "up").length - bad;
  const pending = unknown > 0 ? `${unknown} not known yet` : "";
  if (bad > 0) return ["down", [`${bad} not up`, pending].filter(Boolean).join(", ")];
  if (judged.length === 0) return ["pending", checks.length === 0 ? "nothing is measured" : "all paused"];
  return pending ? ["pending", pending] : ["up", "all up"];
}

/** Checks that the filter lets through, worst first, then by name. */
export function rowsOf(checks: Check[], filter: Filter): Check[] {
  const text = filter.text.toLowerCase();
  return checks
    .filter((check) => !filter.owner || check.owner === filter.owner)
    .filter((check) => !filter.tag || check.tags.includes(filter.tag))
    .filter((check) => !filter.failing || isBad(check) || check.failing > 0)
    .filter((check) => !text || `${check.name} ${check.title}`.toLowerCase().includes(text))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

const rank = (check: Check) => (check.paused !== undefined ? 6 : (URGENCY[check.verdict] ?? 5));

/** The last rounds of a cell as letters, oldest first, always `count` of them. */
export function lettersOf(
  grid: Grid | null, check: string, region: CheckRegion, count: number,
): string {
  const row = grid?.checks.find((one) => one.check === check);
  const known = row?.regions.find((one) => one.region === region.region)?.verdicts
    ?? region.recent.map((verdict) => LETTERS[verdict] ?? ".").join("");
  return known.slice(-count).padStart(count, ".");
}

/** Whether the bars of a cell say enough: a region that passes, after its first whole round. */
export const isCalm = (state: string, letters: string) => state === "pass" && /[^.]/.test(letters);

/** One path per letter that occurs: bars of 2 and gaps of 1. */
export function barPaths(letters: string): [Letter, string][] {
  const paths = new Map<Letter, string>();
  [...letters].forEach((char, index) => {
    const letter = (char in SHAPES ? char : ".") as Letter;
    const [top, height] = SHAPES[letter];
    const d = letter === "u"
      ? `M${index * 3} ${top}h2v1h-2zM${index * 3} ${top + height - 1}h2v1h-2z`
      : `M${index * 3} ${top}h2v${height}h-2z`;
    paths.set(letter, (paths.get(letter) ?? "") + d);
  });
  return [...paths];
}

/** "28 passed, 2 failed" of a cell. */
export function summary(letters: string): string {
  const counts = new Map<Letter, number>();
  for (const char of letters) counts.set(char as Letter, (counts.get(char as Letter) ?? 0) + 1);
  const known = (Object.keys(WORDS) as Letter[]).filter((letter) => letter !== "." && counts.has(letter));
  return known.map((letter) => `${counts.get(letter)} ${WORDS[letter]}`).join(", ") || "no run yet";
}

export const ownersOf = (checks: Check[]) => [...new Set(checks.map((c) => c.owner))].filter(Boolean).sort();
export const tagsOf = (checks: Check[]) => [...new Set(checks.flatMap((c) => c.tags))].sort();
export const regionsOf = (checks: Check[]) =>
  [...new Set(checks.flatMap((check) => check.regions.map((one) => one.region)))].sort();

/** "eu-west-1" -> "euw1": fits above a narrow column. */
export function shortRegion(region: string): string {
  const compass: Record<string, string> = {
    north: "n", south: "s", east: "e", west: "w", central: "c", northeast: "ne", northwest: "nw",
    southeast: "se", southwest: "sw",
  };
  const parts = region.split("-");
  if (parts.length < 2) return region.slice(0, 8);
  return parts.map((part) => compass[part] ?? part).join("").slice(0, 8);
}

/** A cell of the grid by its names: rows come, go and change places under whoever stands in one. */
export interface Spot {
  check: string;
  region: string;
}

const isAssigned = (check: Check | undefined, region: string | undefined) =>
  check !== undefined && check.regions.some((one) => one.region === region);

/** The one cell that Tab stops at: `wanted` while it is there, else the first. */
export function stopOf(rows: Check[], regions: string[], wanted: Spot | null): Spot | null {
  const at = rows.find((one) => one.name === wanted?.check);
  if (wanted && isAssigned(at, wanted.region)) return wanted;
  for (const row of rows) {
    const region = regions.find((one) => isAssigned(row, one));
    if (region !== undefined) return { check: row.name, region };
  }
  return null;
}

/** Row and column of the next assigned cell in a direction; nothing at the edge. */
export function cellFrom(rows: Check[], regions: string[], at: [number, number], step: [number, number]): [number, number] | null {
  let [row, column] = at;
  do {
    row += step[0];
    column += step[1];
    if (isAssigned(rows[row], regions[column])) return [row, column];
  } while (rows[row] && regions[column] !== undefined);
  return null;
}
