import { expect, test } from "vitest";
import { staleWords } from "../../src/freshness";
import { FakeSource, browse, hang, pass } from "./dom";
import { STATUS } from "./samples";

const AT = Date.parse(STATUS.now);
const came = { now: STATUS.now, at: AT };

test("what is of now needs no words", () => {
  expect(staleWords(null, "", AT)).toBe("");
  expect(staleWords(came, "", AT + 59_000)).toBe("");
});

test("the age of what is shown is told when no new answer came, whatever the reason", () => {
  expect(staleWords(came, "", AT + 61_000)).toBe("nothing new from the controller: what is shown is 1m old");
  expect(staleWords(came, "HTTP 502", AT + 20_000)).toBe("HTTP 502: what is shown is less than a minute old");
  expect(staleWords(came, "HTTP 502", AT + 7_290_000)).toBe("HTTP 502: what is shown is 2h 1m old");
  expect(staleWords(null, "HTTP 502", AT)).toBe("HTTP 502");
});

test("a new answer with another time is old, or a clock is wrong", () => {
  for (const apart of [-600_000, 600_000])
    expect(staleWords({ now: STATUS.now, at: AT + apart }, "", AT + apart)).toMatch(/a time 10m away: it is old, or a clock is wrong/);
});

test("the head of every page says it while the network hangs, and that it is over", async () => {
  let hangs = false;
  const { app } = browse("/", (path, init) => (hangs ? hang(init) : path.includes("/grid") ? { schema_version: 1, rounds: 30, checks: [] }
    : { ...STATUS, now: new Date().toISOString() }));
  await import("../../src/main");
  FakeSource.all[0]!.tell("checks");
  await pass(1_000);
  const head = () => app.find("header")!.byRole("status")[0]!.textContent;
  const foot = () => app.find("footer")!.textContent;
  expect(head()).toBe("");
  expect(foot()).toContain("live");
  hangs = true;
  FakeSource.all[0]!.tell("checks");
  await pass(20_000);
  expect(head()).toBe("no answer within 15 s: what is shown is less than a minute old");
  expect(foot()).toContain("not up to date");
  await pass(120_000);
  expect(head()).toBe("no answer within 15 s: what is shown is 2m old");
  hangs = false;
  await pass(20_000);
  expect(head()).toBe("");
});

test("an old answer that is given again and again does not look new", async () => {
  const { app } = browse("/", (path) => (path.includes("/grid") ? { schema_version: 1, rounds: 30, checks: [] } : { ...STATUS, now: "2026-11-22T04:42:00.000Z" }));
  const { came: newest } = await import("../../src/state");
  await import("../../src/main");
  await pass(90_000);
  expect(newest.value!.at).toBeLessThan(Date.now() - 80_000);
  expect(app.find("header")!.byRole("status")[0]!.textContent).toMatch(/nothing new from the controller: what is shown is 1m old/);
});
