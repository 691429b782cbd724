import { h } from "preact";
import { expect, test } from "vitest";
import { browse } from "./dom";
import type { Budget } from "../../src/types";

const rates = (long_rate: number | null, short_rate: number | null, too_fast = false): Budget["burn_rates"][number] =>
  ({ factor: 14.4, long: "1h", short: "5m", long_rate, short_rate, too_fast });
const budget = (budget_left_ratio: number | null, exhausted_at: string | null = null): Budget =>
  ({ objective_percent: 99.9, good: 1, bad: 0, budget_left_ratio, exhausted_at, burn_rates: [] });

async function drawn(what: "Pace" | "UsedUp", given: object) {
  const { draw } = browse("/", () => ({}));
  const parts = await import("../../src/parts/slo");
  const app = await draw(h(parts[what] as () => null, given));
  return [app.textContent, (app.find("span") as { className?: string; attributes: Record<string, string> } | undefined)?.attributes.class ?? ""].join(" | ");
}
const pace = (...all: Budget["burn_rates"]) => drawn("Pace", { rates: all, fast: "too fast", fine: "fine" });

test("a pace is fine only where it was measured in every window", async () => {
  expect(await pace(rates(0.2, 0.1), rates(1, 1))).toBe("fine | mark good");
  expect(await pace(rates(20, 30, true), rates(null, null))).toBe("too fast | mark bad");
  expect(await pace(rates(null, null))).toBe("not known | mark quiet");
  expect(await pace(rates(0.2, null))).toBe("not known | mark quiet");
  expect(await pace()).toBe("not known | mark quiet");
});

test("a budget that is spent is not called safe at this pace", async () => {
  expect(await drawn("UsedUp", { budget: budget(0.5) })).toMatch(/^not at this pace/);
  expect(await drawn("UsedUp", { budget: budget(-0.5) })).toMatch(/^already/);
  expect(await drawn("UsedUp", { budget: budget(null) })).toMatch(/^not known/);
  expect(await drawn("UsedUp", { budget: budget(0.5, "2020-01-01T00:00:00Z") })).toMatch(/ ago/);
});
