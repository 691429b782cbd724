import { describe, expect, test } from "vitest";
import {
  SHAPES, barPaths, isCalm, lettersOf, ownersOf, regionsOf, rowsOf, shortRegion, summary, tagsOf,
} from "../../src/grid";
import type { Check, Grid } from "../../src/types";

function check(name: string, verdict: Check["verdict"], more: Partial<Check> = {}): Check {
  return {
    name, title: "", owner: "web", verdict, since: null, interval_ms: 300_000, quorum: 1, failing: 0,
    reporting: 2, tags: [], firing: [], flapping: false, revision: "", source: "", regions: [], ...more,
  };
}
const NONE = { text: "", owner: "", tag: "", failing: false };
const names = (checks: Check[]) => checks.map((one) => one.name);

test("a cell needs no word when its bars say that it passes", () => {
  expect([isCalm("pass", "....pp"), isCalm("pass", "fffffp")]).toEqual([true, true]);
  // The first look of a region that joined, before any round has closed: no bar says that it is fine.
  expect(isCalm("pass", "......")).toBe(false);
  expect(isCalm("failing", "pppppp")).toBe(false);
});

describe("rows of the grid", () => {
  const all = [
    check("b-up", "up"), check("a-up", "up", { owner: "pay", tags: ["shop"], title: "Pay here" }),
    check("c-down", "down"), check("d-regional", "regional"), check("e-paused", "down", { paused: "" }),
    check("f-no-data", "no_data"),
  ];
  test("the worst stands first, a paused one last, equals by name", () => {
    expect(names(rowsOf(all, NONE))).toEqual(["c-down", "d-regional", "f-no-data", "a-up", "b-up", "e-paused"]);
  });
  test("each filter takes away, and they add up", () => {
    expect(names(rowsOf(all, { ...NONE, owner: "pay" }))).toEqual(["a-up"]);
    expect(names(rowsOf(all, { ...NONE, tag: "shop", text: "PAY" }))).toEqual(["a-up"]);
    expect(names(rowsOf(all, { ...NONE, failing: true }))).toEqual(["c-down", "d-regional", "f-no-data"]);
    expect(rowsOf(all, { ...NONE, owner: "pay", failing: true })).toEqual([]);
  });
  test("a check that is up but fails somewhere counts as failing", () => {
    expect(rowsOf([check("x", "up", { failing: 1 })], { ...NONE, failing: true })).toHaveLength(1);
  });
  test("what can be chosen is what there is", () => {
    expect(ownersOf(all)).toEqual(["pay", "web"]);
    expect(tagsOf(all)).toEqual(["shop"]);
    const regions = ["b", "a"].map((region) => ({ region, state: "pass" as const, recent: [], last_run: null }));
    expect(regionsOf([check("x", "up", { regions })])).toEqual(["a", "b"]);
  });
});

describe("bars of a cell", () => {
  const region = { region: "eu", state: "pass" as const, recent: ["pass", "fail"] as ("pass" | "fail")[], last_run: null };
  const grid: Grid = { schema_version: 1, rounds: 4, checks: [{ check: "x", interval_ms: 1, last_round: null, regions: [{ region: "eu", verdicts: ".prf" }] }] };
  test("the grid's letters are used, and before it is there the newest runs", () => {
    expect(lettersOf(grid, "x", region, 3)).toBe("prf");
    expect(lettersOf(grid, "x", region, 6)).toBe("...prf");
    expect(lettersOf(null, "x", region, 4)).toBe("..pf");
  });
  test("what failed is the tallest, what did not run the lowest: shape, not colour alone", () => {
    const height = (letter: keyof typeof SHAPES) => SHAPES[letter][1];
    expect(height("f")).toBeGreaterThan(height("d"));
    expect(height("d")).toBeGreaterThan(height("r"));
    expect(height("r")).toBeGreaterThan(height("p"));
    expect(height("p")).toBeGreaterThan(height("."));
  });
  test("one path per letter, each bar at its place", () => {
    expect(barPaths("pfp")).toEqual([["p", "M0 9h2v7h-2zM6 9h2v7h-2z"], ["f", "M3 0h2v16h-2z"]]);
    expect(barPaths("x")[0]![0]).toBe(".");
  });
  test("what is not known is not counted as passed", () => {
    expect(summary("..ppf")).toBe("2 passed, 1 failed");
    expect(summary("...")).toBe("no run yet");
  });
});

test("names of regions are short enough for a column", () => {
  expect(["eu-west-1", "ap-southeast-2", "us-central-1", "home"].map(shortRegion)).toEqual(["euw1", "apse2", "usc1", "home"]);
});
