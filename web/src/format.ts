// Times, spans and shares as people read them. Pure: the present is an argument.

const UNITS: [number, string][] = [
  [86_400_000, "d"], [3_600_000, "h"], [60_000, "m"], [1_000, "s"],
];

/** 81.2 -> "81 ms", 4010 -> "4.0 s", 90_000 -> "1m 30s": two units at most. */
export function span(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return coarse(ms);
}

/** The two largest units, for spans from seconds up: "1m 30s", "2h", "3d 4h". */
export function coarse(ms: number): string {
  let left = Math.max(0, Math.floor(ms / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0s";
}

/** "3m 20s ago", "in 2h", "now"; a dash for no time. */
export function ago(time: string | null | undefined, now: number): string {
  if (!time) return "—";
  const past = now - Date.parse(time);
  if (Math.abs(past) < 1_000) return "now";
  return past > 0 ? `${coarse(past)} ago` : `in ${coarse(-past)}`;
}

/** "22 Nov 04:41:58" in UTC: one clock for everybody in an incident. */
export function stamp(time: string | null | undefined): string {
  if (!time) return "—";
  const at = new Date(time);
  const month = at.toLocaleString("en-GB", { month: "short", timeZone: "UTC" });
  return `${at.getUTCDate()} ${month} ${at.toISOString().slice(11, 19)}`;
}

/** "22 Nov 04:00 to 06:00" in UTC, with the day of the end where it is another one. */
export function fromTo(begin: string, end: string): string {
  const [from, to] = [stamp(begin).slice(0, -3), stamp(end).slice(0, -3)];
  return `${from} to ${begin.slice(0, 10) === end.slice(0, 10) ? to.slice(-5) : to}`;
}

export function percent(ratio: number | null | undefined, digits = 1): string {
  return ratio === null || ratio === undefined ? "—" : `${(ratio * 100).toFixed(digits)} %`;
}

export function rate(value: number | null | undefined): string {
  return value === null || value === undefined ? "—" : `${value.toFixed(value < 10 ? 2 : 0)}×`;
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** The middle value; null of none. */
export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
