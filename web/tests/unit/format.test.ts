import { describe, expect, test } from "vitest";
import { ago, bytes, coarse, fromTo, median, percent, plural, rate, span, stamp } from "../../src/format";

describe("times and spans", () => {
  test("a span has the unit that people would say", () => {
    expect([0, 3.94, 81.2, 999.4, 4_010, 90_000].map(span))
      .toEqual(["0.0 ms", "3.9 ms", "81 ms", "999 ms", "4.0 s", "1m 30s"]);
  });
  test("a coarse span has two units at most, next to each other", () => {
    expect([0, 59_000, 3_600_000, 3_605_000, 90_061_000].map(coarse))
      .toEqual(["0s", "59s", "1h", "1h", "1d 1h"]);
  });
  test("a time is told from the present, and none is a dash", () => {
    const now = Date.parse("2026-11-22T04:42:00Z");
    expect(ago("2026-11-22T04:40:30Z", now)).toBe("1m 30s ago");
    expect(ago("2026-11-22T05:42:00Z", now)).toBe("in 1h");
    expect(ago("2026-11-22T04:42:00.300Z", now)).toBe("now");
    expect(ago(null, now)).toBe("—");
  });
  test("a stamp is in UTC wherever the browser is", () => {
    expect(stamp("2026-11-22T23:41:58.614+01:00")).toBe("22 Nov 22:41:58");
  });
});

test("shares, rates, sizes and words", () => {
  expect([percent(0.7211), percent(null), percent(-0.2, 0)]).toEqual(["72.1 %", "—", "-20 %"]);
  expect([rate(14.4), rate(0.5), rate(null)]).toEqual(["14×", "0.50×", "—"]);
  expect([bytes(12), bytes(2048), bytes(3 << 20)]).toEqual(["12 B", "2.0 KiB", "3.0 MiB"]);
  expect([plural(1, "check"), plural(0, "check")]).toEqual(["1 check", "0 checks"]);
});

test("the median of none is none", () => {
  expect([median([]), median([3]), median([9, 1, 5]), median([4, 2])]).toEqual([null, 3, 5, 3]);
});

test("from when to when, the day of the end only where it is another", () => {
  expect(fromTo("2026-11-22T04:00:00.000Z", "2026-11-22T06:30:00.000Z")).toBe("22 Nov 04:00 to 06:30");
  expect(fromTo("2026-11-22T22:00:00.000Z", "2026-11-23T02:00:00.000Z")).toBe("22 Nov 22:00 to 23 Nov 02:00");
});
