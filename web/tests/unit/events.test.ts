import { expect, test } from "vitest";
import { parseChanged, partsOf } from "../../src/events";
import { FakeSource, browse, pass } from "./dom";

test("the parts of an answer follow from its path", () => {
  expect(partsOf("/api/v1/grid?rounds=30")).toEqual(["checks"]);
  expect(partsOf("/api/v1/checks/home/results?limit=3")).toEqual(["checks"]);
  expect(partsOf("/api/v1/incidents/01ABC")).toContain("deliveries");
  expect(partsOf("/public/status.json")).toEqual([]);
});

test("data of an event that is no list of names is none", () => {
  expect(parseChanged('{"changed":["checks","agents"]}')).toEqual(["checks", "agents"]);
  for (const data of ["", "null", "{}", '{"changed":"checks"}', "[", '{"changed":[1]}'])
    expect(parseChanged(data)).toEqual([]);
});

test("what changed is asked for again, what did not only now and then", async () => {
  const { asked } = browse("/", () => ({}));
  const { poll } = await import("../../src/api");
  const { listen } = await import("../../src/events");
  listen();
  const agents = poll("/api/v1/agents", 10_000);
  FakeSource.all[0]!.tell("agents", "checks");
  await pass(5_000);
  expect(asked).toHaveBeenCalledTimes(2); // at once, and for the first event 4 s later
  FakeSource.all[0]!.tell("checks");
  await pass(30_000);
  expect(asked).toHaveBeenCalledTimes(2);
  FakeSource.all[0]!.tell("agents");
  FakeSource.all[0]!.tell("agents");
  await pass(10);
  expect(asked).toHaveBeenCalledTimes(3);
  agents.stop();
  FakeSource.all[0]!.tell("agents");
  await pass(100_000);
  expect(asked).toHaveBeenCalledTimes(3);
});

test("an empty path is never asked for and awaits nothing", async () => {
  const { paths } = browse("/", () => ({}));
  const { isAwaited, isKnown, poll } = await import("../../src/api");
  const [none, agents] = [poll("", 5_000), poll("/api/v1/agents", 0)];
  expect([none, agents].map((one) => [isAwaited(one), isKnown(one)])).toEqual([[false, true], [true, false]]);
  await none.refresh();
  await pass(60_000);
  expect(paths()).toEqual(["/api/v1/agents"]);
  expect([isAwaited(agents), isKnown(agents)]).toEqual([false, true]);
});

test("what cannot be had is neither awaited nor known", async () => {
  browse("/", () => new Response("", { status: 503 }));
  const { isAwaited, isKnown, poll } = await import("../../src/api");
  const agents = poll("/api/v1/agents", 0);
  await pass(10);
  expect([isAwaited(agents), isKnown(agents)]).toEqual([false, false]);
});

test("without a stream it is asked as often as before, and the stream is tried again", async () => {
  const { asked } = browse("/", () => ({}));
  const { poll } = await import("../../src/api");
  const { listen, live } = await import("../../src/events");
  listen();
  const agents = poll("/api/v1/agents", 10_000);
  FakeSource.all[0]!.tell("agents");
  await pass(5_000);
  expect(live.value).toBe(true);
  FakeSource.all[0]!.fail(FakeSource.CLOSED);
  expect(live.value).toBe(false);
  asked.mockClear();
  await pass(31_000);
  expect(asked).toHaveBeenCalledTimes(3);
  expect(FakeSource.all.length).toBe(2);
  agents.stop();
});

test("a tab that nobody looks at holds no connection", async () => {
  const { document } = browse("/", () => ({}));
  const { listen, live } = await import("../../src/events");
  listen();
  FakeSource.all[0]!.tell("checks");
  document.show(false);
  expect(FakeSource.all[0]!.readyState).toBe(FakeSource.CLOSED);
  expect(live.value).toBe(false);
  await pass(60_000);
  expect(FakeSource.all.length).toBe(1);
  document.show(true);
  expect(FakeSource.all.length).toBe(2);
});

test("a stream that says nothing for 45 s is opened again, and until it tells it is not live", async () => {
  const { asked } = browse("/", () => ({}));
  const { poll } = await import("../../src/api");
  const { listen, live } = await import("../../src/events");
  listen();
  poll("/api/v1/agents", 10_000);
  FakeSource.all[0]!.tell("agents");
  await pass(44_000);
  FakeSource.all[0]!.beat();
  await pass(44_000);
  expect([live.value, FakeSource.all.length]).toEqual([true, 1]);
  asked.mockClear();
  await pass(2_000);
  expect([live.value, FakeSource.all.length, FakeSource.all[0]!.readyState]).toEqual([false, 2, FakeSource.CLOSED]);
  await pass(40_000);
  expect(asked.mock.calls.length).toBeGreaterThanOrEqual(4); // every 10 s, as without a stream
  FakeSource.all[0]!.tell("agents"); // too late: closed
  expect(live.value).toBe(false);
  await pass(5_000);
  expect(FakeSource.all.length).toBe(3); // the second one never said anything
  FakeSource.all[2]!.tell("agents");
  expect(live.value).toBe(true);
  FakeSource.all[2]!.fail(FakeSource.CLOSED);
  await pass(14_000);
  expect(FakeSource.all.length).toBe(3);
  await pass(2_000);
  expect(FakeSource.all.length).toBe(4);
});
