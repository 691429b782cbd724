import { expect, test } from "vitest";
import { share } from "../../src/differences";
import type { RegionDifferences } from "../../src/types";

const region = (name: string, ...rows: [what: string, before: string, now: string][]): RegionDifferences => ({
  region: name, failed_run: null, good_run: null,
  differences: rows.map(([what, before, now]) => ({ step: "pay", what, before, now })),
});
const texts = (found: RegionDifferences[]) =>
  share(found).map((row) => `${row.what}: ${row.before} -> ${row.now} in ${row.regions.join(" ")}`);

test("regions with one difference share a row, the most shared first", () => {
  expect(texts([
    region("a", ["pop", "FRA", "AMS"], ["status", "200", "502"]), region("b", ["status", "200", "502"]),
  ])).toEqual(["status: 200 -> 502 in a b", "pop: FRA -> AMS in a"]);
});
test("another answer is a row of its own", () => {
  expect(texts([region("a", ["status", "200", "502"]), region("b", ["status", "200", "503"])]))
    .toEqual(["status: 200 -> 502 in a", "status: 200 -> 503 in b"]);
});
test("amounts of one unit become least and most", () => {
  expect(texts([
    region("a", ["wait", "57 ms", "201 ms"]), region("b", ["wait", "9 ms", "1206 ms"]), region("c", ["wait", "60 ms", "300 ms"]),
  ])).toEqual(["wait: 9 to 60 ms -> 201 to 1206 ms in a b c"]);
});
test("an amount beside something else is not mixed with it", () => {
  expect(texts([region("a", ["size", "10 bytes", "20 bytes"]), region("b", ["size", "10 bytes", ""])]))
    .toEqual(["size: 10 bytes -> 20 bytes in a", "size: 10 bytes ->  in b"]);
});
test("steps are told apart, and nothing differs without regions", () => {
  const other = region("a", ["status", "200", "502"]);
  other.differences[0]!.step = "log in";
  expect(share([other, region("b", ["status", "200", "502"])])).toHaveLength(2);
  expect(share([])).toEqual([]);
});
