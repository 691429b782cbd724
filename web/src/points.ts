// What the map says of each region: how it is, which checks fail there, and where it stands. Pure.
import type { Place } from "./geo";
import type { Status } from "./types";

export interface Point {
  region: string;
  word: "offline" | "blind" | "failing" | "degraded" | "unknown" | "no_checks" | "ok";
  failing: string[];
  checks: number;
  place: Place | null; // not known
}

type Region = Status["regions"][number];

/** As the controller says it: from its configuration, else by the names that clouds give regions. */
function placeOf({ latitude, longitude }: Region): Place | null {
  return typeof latitude === "number" && typeof longitude === "number" ? [longitude, latitude] : null;
}

/** Well only where every check has passed; what is not known, or not measured, is neither. */
function wordOf(region: Region, states: string[]): Point["word"] {
  const some = (...these: string[]) => states.some((one) => these.includes(one));
  if (!region.online) return "offline";
  if (region.blind) return "blind";
  if (some("failing", "fail")) return "failing";
  if (some("degraded", "pass_on_retry")) return "degraded";
  if (states.length === 0) return "no_checks";
  return states.every((one) => one === "pass") ? "ok" : "unknown";
}

export function pointsOf(found: Status): Point[] {
  return found.regions.map((one) => {
    const mine = found.checks.filter((check) => check.paused === undefined).flatMap((check) =>
      check.regions.filter((row) => row.region === one.region).map((row) => ({ name: check.name, state: row.state })));
    const failing = mine.filter((row) => row.state === "failing" || row.state === "fail").map((row) => row.name);
    return { region: one.region, word: wordOf(one, mine.map((row) => row.state)), failing, checks: mine.length, place: placeOf(one) };
  });
}

/** "53.3° N, 6.3° W" */
export function placeWords([longitude, latitude]: Place): string {
  const degrees = (value: number, [positive, negative]: [string, string]) =>
    `${Number(Math.abs(value).toFixed(1))}° ${value < 0 ? negative : positive}`;
  return `${degrees(latitude, ["N", "S"])}, ${degrees(longitude, ["E", "W"])}`;
}
