// Lists say where they end, and the first page what of the check files is not in force.
import { expect, test } from "vitest";
import { browse, pass } from "./dom";
import { notInForce } from "../../src/reload";
import { INCIDENT, NOW, STATUS } from "./samples";

const many = <T extends object>(count: number, one: T) => Array.from({ length: count }, (_, index) => ({ ...one, id: `id${index}` }));
const delivery = { state: "accepted", action: "trigger", receiver: "web", incident: null, due: NOW, attempts: 1, last_error: "" };

async function open(path: string, count: number, status = STATUS) {
  const page = browse(path, (asked) => (asked.includes("/grid") ? { rounds: 30, checks: [] }
    : asked.includes("/incidents") ? { incidents: many(count, INCIDENT) } : asked.includes("/deliveries") ? { deliveries: many(count, delivery) }
      : asked.includes("/routes") ? { receivers: [] } : status));
  await import("../../src/main");
  await pass(200);
  return page;
}

test("a hundred incidents are the newest hundred, and the older ones can be had", async () => {
  const { app, paths } = await open("/incidents?state=resolved", 100);
  expect(app.textContent).toContain("Only the newest 100 are listed.");
  app.find("button", "Older ones")!.fire("click");
  await pass(200);
  expect(paths().at(-1)).toBe("/api/v1/incidents?limit=100&before=id99&state=resolved");
  expect(app.textContent).not.toContain("Only the newest");
  app.find("button", "Back to the newest")!.fire("click");
  await pass(200);
  expect(paths().at(-1)).toBe("/api/v1/incidents?limit=100&state=resolved");
});

test("a list that is whole says nothing of an end", async () => {
  expect((await open("/incidents", 99)).app.textContent).not.toMatch(/newest \d+|Older/);
  expect((await open("/deliveries", 99)).app.textContent).not.toMatch(/newest \d+/);
});

test("a hundred deliveries are the newest hundred", async () => {
  expect((await open("/deliveries", 100)).app.textContent).toContain("Only the newest 100 are listed.");
  expect((await open("/deliveries?state=owed", 100)).app.textContent).not.toContain("Only the newest");
});

const reload = (more: Partial<typeof STATUS.reload>) => ({ ...STATUS.reload, ...more });

test("definitions that are not in force are told, each with its reason", () => {
  expect(notInForce(STATUS.reload)).toEqual([]);
  expect(notInForce(reload({ warnings: 3 }))).toEqual([]);
  expect(notInForce(reload({ errors: 2, kept: ["home", "pay"] })))
    .toEqual(["2 mistakes in check files: what stands there is not in force", "still as they were before: home, pay"]);
  expect(notInForce(reload({ kept: Array.from({ length: 12 }, (_, index) => `c${index}`) }))[0]).toMatch(/c9 and 2 more$/);
  expect(notInForce(reload({ waits_for_confirmation: "30 of 40 checks would go" })))
    .toEqual(["a change of the check files waits for a confirmation: 30 of 40 checks would go"]);
});

test("the first page tells them, with the mistakes themselves", async () => {
  const { app } = await open("/", 0, { ...STATUS, reload: reload({ errors: 1, diagnostics: "home.yaml:3:1: no such key" }) });
  expect(app.find("main")!.byRole("status").map((one) => one.textContent).join()).toContain("1 mistake in check files");
  expect(app.find("pre")!.textContent).toBe("home.yaml:3:1: no such key");
  expect((await open("/", 0)).app.find("main")!.byRole("status")).toEqual([]);
});
