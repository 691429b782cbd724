// Whether what is shown is of now, in words. Pure: the present is an argument.
import { coarse } from "./format";

/** What the controller's clock said in its newest answer, and this browser's when that came. */
export interface Came {
  now: string;
  at: number; // ms since 1970
}

const OLD_MS = 60_000; // asked for every 30 s at least, and given up after 15 s

// In minutes: whoever hears the page is not told every second.
const about = (ms: number) => (ms < 60_000 ? "less than a minute" : coarse(Math.floor(ms / 60_000) * 60_000));

/** Why it may not be; nothing while answers come. `problem`: why the newest answer did not. */
export function staleWords(came: Came | null, problem: string, now: number): string {
  if (!came) return problem;
  const age = now - came.at;
  if (problem) return `${problem}: what is shown is ${about(age)} old`;
  if (age > OLD_MS) return `nothing new from the controller: what is shown is ${about(age)} old`;
  const apart = Math.abs(came.at - Date.parse(came.now));
  return apart > OLD_MS ? `an answer of now has a time ${about(apart)} away: it is old, or a clock is wrong` : "";
}
