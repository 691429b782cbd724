// The page of a run is made of three answers: what one of them does not say is not said.
import { expect, test } from "vitest";
import { type Answerer, browse, json, pass } from "./dom";
import { attempt, request, run, step } from "./sample_runs";
import { NOW, STATUS } from "./samples";

const named = (name: string) => attempt(step(name, { requests: [request()] }));
const NEWEST = run("04:42 eu fail", named("home"));
const EARLIER = run("04:37 eu fail", named("first"), named("second"));
const OLD = EARLIER.started!;

type Ways = Record<string, (...args: Parameters<Answerer>) => unknown>;

/** Of the ways that are in what is asked for the first answers; `more` of them before the others. */
async function open(path: string, more: Ways = {}) {
  const ways: Ways = { ...more };
  for (const [way, results] of Object.entries({ "&good=1": [], "&before=": [], last_good: [], "/results?region": [NEWEST, EARLIER],
    "/results?limit": [NEWEST], "/evidence": [] })) ways[way] ??= () => ({ results });
  ways["/source"] ??= () => ({ file: "a.yaml", line: 1, column: 1, modified: NOW, text: "" });
  ways["/grid"] ??= () => ({ rounds: 30, checks: [] });
  const page = browse(path, (asked) => (ways[Object.keys(ways).find((one) => asked.includes(one)) ?? ""] ?? (() => STATUS))(asked));
  await import("../../src/main");
  await pass(200);
  return { ...page, main: () => page.app.find("main")!.textContent };
}
const broken = () => json({ error: { message: "the disk is slow", hint: "" } }, 503);

const READS = { "/evidence?region": "Runs kept with evidence cannot be read", "&before=": "Runs about this one cannot be read",
  last_good: "The last good run of each region cannot be read" };

test("a run is not stored only when every read says so", async () => {
  const gone = "/checks/home/runs/eu/2026-11-21T00:00:00.000Z";
  expect((await open(gone)).main()).toContain("This run is not stored any more.");
  for (const [read, problem] of Object.entries(READS)) {
    const failed = await open(gone, { [read]: broken });
    expect(failed.main()).toContain(`${problem}: the disk is slow`);
    expect(failed.main()).toContain("Whether this run is stored is not known.");
    const slow = await open(gone, { [read]: () => new Promise(() => {}) });
    expect(slow.main()).toContain("Loading…");
    for (const { main } of [failed, slow]) expect(main()).not.toContain("not stored any more");
  }
});

test("what could not be read is not taken for nothing", async () => {
  const { main } = await open("/checks/home/runs/eu", { "&good=1": broken, "/results?limit": broken, "/source": broken });
  expect(main()).not.toMatch(/No other region ran it lately|No good run/);
  expect(main()).toContain("What other regions saw cannot be read: the disk is slow");
  expect(main()).toContain("Good runs before this one cannot be read: the disk is slow");
  expect(main()).toContain("The file of the check cannot be read: the disk is slow");
  const { main: kept } = await open("/checks/home/runs/eu", { last_good: broken });
  expect(kept()).not.toMatch(/No other region ran it lately|No good run/);
  const { main: whole } = await open("/checks/home/runs/eu");
  expect(whole()).toMatch(/No good run.*No other region ran it lately/);
});

test("behind what is listed the controller looks for the last good run, before what it keeps", async () => {
  const [good, kept, other] = [run("04:20 eu pass"), run("04:10 eu pass"), run("04:12 us pass")];
  const { main, paths } = await open("/checks/home/runs/eu", { "&good=1": () => ({ results: [good] }), last_good: () => ({ results: [kept, other] }) });
  expect(main()).toMatch(/Against the last good run.*04:20.*Against another region.*us, .*04:12/);
  expect(paths().filter((one) => one.includes("good=1&before="))).toEqual([
    `/api/v1/checks/home/results?region=eu&good=1&before=${NEWEST.started}&limit=1`]);
  const { main: lost } = await open("/checks/home/runs/eu", { "&good=1": broken, last_good: () => ({ results: [kept] }) });
  expect(lost()).toMatch(/04:10.*Good runs before this one cannot be read/);
});

test("a run that is older than the newest is found among those about it, and the next one keeps the place", async () => {
  const [old, older] = [run("02:10 eu fail", named("old")), run("02:05 eu fail", named("older"))];
  let slow = false;
  const { app, document, main } = await open(`/checks/home/runs/eu/${old.started}`, {
    "&good=1": () => ({ results: [] }), "&before=": () => (slow ? new Promise(() => {}) : { results: [old, older] }) });
  expect(main()).toContain("old");
  const select = app.find("label", "Run")!.find("select")! as unknown as { value: string; focus: () => void; fire: (type: string) => void };
  slow = true;
  select.focus();
  select.value = older.started!;
  select.fire("change");
  await pass(200);
  expect(main()).toContain("older");
  expect(document.activeElement === (select as unknown)).toBe(true);
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
  const first = run("04:37 eu pass", named("one of one"));
  const second = run("04:42 eu pass", named("one of two"), named("two of two"));
  let runs = [first];
  const { main } = await open("/checks/home/runs/eu", { "/results?region": () => ({ results: runs }) });
  expect(main()).toContain("one of one");
  runs = [second, first];
  await pass(40_000);
  expect(main()).toContain("two of two");
  expect(main()).not.toContain("one of two");
});
