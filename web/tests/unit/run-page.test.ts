// The page of a run is made of three answers: what one of them does not say is not said.
import { expect, test } from "vitest";
import { type Answerer, browse, json, pass } from "./dom";
import { NOW, STATUS, request, run, step } from "./samples";

const OLD = "2026-11-22T04:37:00.000Z";
const attempt = (name: string) => run([step([request()], { name })]).attempts[0]!;
const NEWEST = run([step([request()])], { verdict: "fail" });
const EARLIER = run([], { started: OLD, verdict: "fail", attempts: [attempt("first"), attempt("second")] });

async function open(path: string, more: Record<string, (...args: Parameters<Answerer>) => unknown> = {}) {
  const answers: Record<string, (...args: Parameters<Answerer>) => unknown> = {
    "/results?region": () => ({ results: [NEWEST, EARLIER] }), "/results?limit": () => ({ results: [NEWEST] }), "/evidence": () => ({ results: [] }),
    "/source": () => ({ file: "a.yaml", line: 1, column: 1, modified: NOW, text: "" }), "/grid": () => ({ rounds: 30, checks: [] }), ...more };
  const page = browse(path, (asked) => (answers[Object.keys(answers).find((one) => asked.includes(one)) ?? ""] ?? (() => STATUS))(asked));
  await import("../../src/main");
  await pass(200);
  return { ...page, main: () => page.app.find("main")!.textContent };
}
const broken = () => json({ error: { message: "the disk is slow", hint: "" } }, 503);

test("a run is not stored only when both reads say so", async () => {
  const gone = "/checks/home/runs/eu/2026-11-21T00:00:00.000Z";
  expect((await open(gone)).main()).toContain("This run is not stored any more.");
  const failed = await open(gone, { "/evidence": broken });
  expect(failed.main()).toContain("Runs kept with evidence cannot be read: the disk is slow");
  expect(failed.main()).not.toContain("not stored any more");
  const slow = await open(gone, { "/evidence": () => new Promise(() => {}) });
  expect(slow.main()).not.toContain("not stored any more");
});

test("what could not be read is not taken for nothing", async () => {
  const { main } = await open("/checks/home/runs/eu", { "/evidence": broken, "/results?limit": broken, "/source": broken });
  expect(main()).not.toMatch(/No other region ran it lately|No good run/);
  expect(main()).toContain("What other regions saw cannot be read: the disk is slow.");
  expect(main()).toContain("The file of the check cannot be read: the disk is slow");
  const { main: whole } = await open("/checks/home/runs/eu");
  expect(whole()).toMatch(/No good run.*No other region ran it lately/);
});

test("what is asked for once is asked for again until it is had", async () => {
  let slow = true;
  const { main, paths } = await open("/checks/home/runs/eu", { "/results?limit": () => (slow ? broken() : { results: [] }) });
  slow = false;
  await pass(16_000);
  expect(main()).toContain("No other region ran it lately");
  await pass(100_000);
  expect(paths().filter((one) => one.includes("/results?limit")).length).toBe(2);
});

test("another run is picked without losing the place, and begins at its last attempt", async () => {
  const { app, document, main } = await open("/checks/home/runs/eu");
  const select = (label: string) => app.find("label", label)!.find("select")! as unknown as { value: string; focus: () => void; fire: (type: string) => void };
  const run_ = select("Run");
  run_.focus();
  run_.value = OLD;
  run_.fire("change");
  await pass(200);
  expect(document.activeElement === (run_ as unknown)).toBe(true);
  expect(main()).toContain("second");
  const attempts = select("Attempt");
  attempts.value = "1";
  attempts.fire("change");
  await pass(100);
  expect(main()).toContain("first");
  run_.value = NOW;
  run_.fire("change");
  await pass(200);
  run_.value = OLD;
  run_.fire("change");
  await pass(200);
  expect(document.activeElement === (run_ as unknown)).toBe(true);
});

test("a newer run that comes shows its own last attempt", async () => {
  const first = run([], { started: OLD, attempts: [attempt("one of one")] });
  const second = run([], { started: NOW, attempts: [attempt("one of two"), attempt("two of two")] });
  let runs = [first];
  const { main } = await open("/checks/home/runs/eu", { "/results?region": () => ({ results: runs }) });
  expect(main()).toContain("one of one");
  runs = [second, first];
  await pass(40_000);
  expect(main()).toContain("two of two");
  expect(main()).not.toContain("one of two");
});
