import { describe, expect, test } from "vitest";
import { burnDownSeries, burnDownWords, rowsAbout, tickName } from "../../src/series";
import type { BurnDownLine } from "../../src/types";

const at = (text: string) => Date.parse(text) / 1_000;

test("ticks are times of the day, and dates where a day begins or ticks are days apart", () => {
  expect(tickName(at("2026-11-22T14:30:00Z"), 1_800)).toBe("14:30");
  expect(tickName(at("2026-11-22T14:30:15Z"), 15)).toBe("14:30:15");
  expect(tickName(at("2026-11-22T00:00:00Z"), 3_600)).toBe("22 Nov");
  expect(tickName(at("2026-11-22T00:00:00Z"), 60)).toBe("00:00");
  expect(tickName(at("2026-11-02T06:00:00Z"), 86_400)).toBe("2 Nov");
});

test("a table shows some of many rows, the first and the last among them", () => {
  const rows = Array.from({ length: 100 }, (_, index) => index);
  const some = rowsAbout(rows, 12);
  expect([some.length, some[0], some.at(-1)]).toEqual([12, 0, 99]);
  expect(new Set(some).size).toBe(12);
  expect(rowsAbout([1, 2], 12)).toEqual([1, 2]);
});

describe("burn-down", () => {
  const line = (points: [string, number, number | null][]): BurnDownLine => ({
    objective_percent: 99.9, good: 90, bad: 10,
    points: points.map(([time, left_ratio, left_then_ratio]) => ({ at: `2026-11-22T${time}:00Z`, left_ratio, left_then_ratio })),
  });
  test("an even burn goes from all to nothing over what is shown", () => {
    const { times, lines } = burnDownSeries(line([["00:00", 1, null], ["01:00", 1, 1], ["04:00", 0.4, 0.4]]));
    expect(times).toHaveLength(3);
    expect(lines.map((one) => one.values)).toEqual([[1, 1, 0.4], [1, 0.75, 0]]);
    expect(lines[1]).toMatchObject({ reference: true, label: "even burn" });
  });
  test("what windows had left then is shown where it is known all along", () => {
    const { lines } = burnDownSeries(line([["00:00", 1, 0.2], ["04:00", 0.4, 0.4]]));
    expect(lines[2]!.values).toEqual([0.2, 0.4]);
  });
  test("nothing measured is no line", () => {
    expect(burnDownSeries(line([]))).toEqual({ times: [], lines: [] });
    expect(burnDownWords(line([]), "rounds")).toContain("No round");
  });
  test("in words, also when overspent", () => {
    expect(burnDownWords(line([["00:00", 1, null], ["04:00", 0.4, 0.4]]), "rounds")).toBe("40.0 % is left; 10 of 100 rounds were bad.");
    expect(burnDownWords(line([["00:00", 1, null], ["04:00", -1.5, 0.4]]), "runs")).toBe("150.0 % more than the budget is spent; 10 of 100 runs were bad.");
    expect(burnDownWords({ ...line([["00:00", 1, 1]]), bad: 1 }, "runs")).toContain("1 of 91 runs was bad");
  });
});
