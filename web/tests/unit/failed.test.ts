// A page is made of several answers: one that did not come is missed, not taken for an empty one.
import { expect, test } from "vitest";
import { type Answerer, browse, json, pass } from "./dom";
import { NOW, STATUS, check, region } from "./samples";

const broken = (message: string) => json({ error: { message, hint: "" } }, 500);
const home = check("home", "up", { regions: [region("eu")] });
const answers: Record<string, unknown> = {
  grid: { rounds: 30, checks: [] }, status: STATUS, "checks/home": { check: home }, results: { results: [] },
  source: { file: "a.yaml", line: 1, column: 1, modified: NOW, text: "" }, incidents: { incidents: [] }, maintenance: { spans: [], more: false },
  history: { check: "home", from: NOW, until: NOW, step_ms: 60_000, regions: [] },
};

/** The page at `path` while what `breaks` says cannot be read. */
async function at(path: string, breaks: string) {
  const answer: Answerer = (asked) => {
    const name = Object.keys(answers).sort((a, b) => b.length - a.length).find((one) => asked.split("?")[0]!.endsWith(one))!;
    return name === breaks ? broken(`no ${name}`) : answers[name];
  };
  const { app } = browse(path, answer);
  await import("../../src/main");
  await pass(200);
  return { text: app.textContent, alerts: app.byRole("alert").map((one) => one.textContent.trim()) };
}

test("nothing is said to fail where nothing does", async () => {
  expect((await at("/", "")).alerts).toEqual([]);
  expect((await at("/checks/home", "")).alerts).toEqual([]);
});

test("the grid says that the last rounds cannot be read", async () => {
  expect((await at("/", "grid")).alerts).toEqual(["The last rounds cannot be read: no grid"]);
});

for (const [breaks, alert] of [["grid", "The last rounds cannot be read: no grid"], ["maintenance", "Planned maintenance cannot be read: no maintenance"],
  ["results", "no results"], ["source", "no source"], ["history", "no history"], ["incidents", "no incidents"]])
  test(`the page of a check says that ${breaks} cannot be read`, async () => {
    expect((await at("/checks/home", breaks!)).alerts).toEqual([alert]);
  });
