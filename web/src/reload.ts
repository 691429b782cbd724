// Definitions that stand in the check files and are not in force. Pure.
import { plural } from "./format";
import type { Status } from "./types";

/** Why, in sentences; none when what the files say is in force. */
export function notInForce({ errors, kept, waits_for_confirmation: waits }: Status["reload"]): string[] {
  const words: string[] = [];
  if (errors > 0) words.push(`${plural(errors, "mistake")} in check files: what stands there is not in force`);
  if (kept.length > 0) words.push(`still as they were before: ${kept.slice(0, 10).join(", ")}${kept.length > 10 ? ` and ${kept.length - 10} more` : ""}`);
  if (waits) words.push(`a change of the check files waits for a confirmation: ${waits}`);
  return words;
}
