// The chart of a range shows that range, or says that it does not yet.
import { h } from "preact";
import { expect, test } from "vitest";
import { browse, json, pass } from "./dom";
import { NOW } from "./samples";

const history = (bad: number) => ({
  check: "home", from: "2026-11-22T00:00:00.000Z", until: NOW, step_ms: 60_000,
  regions: [{ region: "eu", good: [9, 9], degraded: [0, 0], bad: [bad, 0], unknown: [0, 0], missed: [0, 0], skipped: [0, 0],
    p50_ms: [null, null], p95_ms: [null, null], max_ms: [null, null] }],
});

async function choose(day: () => unknown) {
  const page = browse("/checks/home", (path) => (path.includes("range=24h") ? day() : history(0)));
  const { HistoryPanel } = await import("../../src/parts/history");
  await page.draw(h(HistoryPanel, { name: "home" }));
  page.app.find("button", "24h")!.fire("click");
  await pass(100);
  const strip = () => (page.app.byRole("img")[0]?.attributes["aria-label"] ?? "none").replace(/ in all.*/, "");
  return { ...page, strip, said: (role: string) => page.app.byRole(role).map((one) => one.textContent).join() };
}

test("while a range is on its way the figures of the last one keep their name", async () => {
  let arrive: (body: unknown) => void = () => {};
  const { strip, said } = await choose(() => new Promise((resolve) => (arrive = resolve)));
  expect(strip()).toBe("Availability, last 4h: 100 % of 18 runs passed");
  expect(said("status")).toContain("Loading 24h");
  arrive(history(18));
  await pass(100);
  expect(strip()).toBe("Availability, last 24h: 50.00 % of 36 runs passed; 18 failed");
  expect(said("status")).toBe("");
});

test("when a range cannot be had the figures of another do not stand in for it", async () => {
  const { strip, said } = await choose(() => json({ error: { message: "the ledger is busy", hint: "" } }, 503));
  expect(strip()).toBe("none");
  expect(said("alert")).toContain("the ledger is busy");
});
