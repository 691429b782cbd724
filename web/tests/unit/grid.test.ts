import { describe, expect, test } from "vitest";
import {
  SHAPES, barPaths, cellFrom, isCalm, lettersOf, overall, ownersOf, regionsOf, rowsOf, shortRegion, stopOf, summary, tagsOf,
} from "../../src/grid";
import type { Check, Grid } from "../../src/types";
import { check, region } from "./samples";

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

describe("how all checks are", () => {
  const words = (...checks: Check[]) => overall(checks).join(": ");
  test("well only if there is one that is not paused, and each such one is up", () => {
    expect(words(check("a"), check("b", "down", { paused: "moves" }))).toBe("up: all up");
    expect(words()).toBe("pending: nothing is measured");
    expect(words(check("a", "up", { paused: "" }), check("b", "up", { paused: "moves" }))).toBe("pending: all paused");
    expect(words(check("a"), check("b", "pending"))).toBe("pending: 1 not known yet");
    expect(words(check("a"), check("b", "news" as Check["verdict"]))).toBe("pending: 1 not known yet");
  });
  test("what is bad is counted, beside what is not known", () => {
    expect(words(check("a", "no_data"), check("b", "degraded"), check("c"))).toBe("down: 2 not up");
    expect(words(check("a", "down"), check("b", "pending"))).toBe("down: 1 not up, 1 not known yet");
  });
});

describe("the grid by keyboard", () => {
  const at = (...names: string[]) => ({ regions: names.map((one) => region(one)) });
  const rows = [check("x", "up", at("b", "d")), check("y", "up", at("a", "c")), check("z", "up", at("b"))];
  const regions = ["a", "b", "c", "d"];
  test("Tab stops at one cell that is there: where somebody stood, else at the first", () => {
    expect(stopOf(rows, regions, null)).toEqual({ check: "x", region: "b" });
    expect(stopOf(rows, regions, { check: "y", region: "c" })).toEqual({ check: "y", region: "c" });
    expect(stopOf(rows.slice(2), regions, { check: "y", region: "c" })).toEqual({ check: "z", region: "b" });
    expect(stopOf(rows, regions, { check: "y", region: "b" })).toEqual({ check: "x", region: "b" });
    expect(stopOf([check("empty")], regions, null)).toBe(null);
  });
  test("arrows pass over what is not assigned, and stop at the edge", () => {
    expect(cellFrom(rows, regions, [0, 1], [0, 1])).toEqual([0, 3]);
    expect(cellFrom(rows, regions, [0, 3], [0, -1])).toEqual([0, 1]);
    expect(cellFrom(rows, regions, [0, 1], [1, 0])).toEqual([2, 1]);
    expect(cellFrom(rows, regions, [2, 1], [-1, 0])).toEqual([0, 1]);
    for (const step of [[0, 1], [1, 0], [0, -1]] as [number, number][]) expect(cellFrom(rows, regions, [2, 1], step)).toBe(null);
  });
});
