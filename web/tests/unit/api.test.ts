// What comes back, or does not, when the interface asks.
import { expect, test } from "vitest";
import { FakeSource, browse, hang, json, pass } from "./dom";

test("who gets no answer gives up after 15 s, says so, and asks again", async () => {
  let hangs = true;
  const { asked } = browse("/", (_, init) => (hangs ? hang(init) : { agents: [] }));
  const { poll } = await import("../../src/api");
  const agents = poll("/api/v1/agents", 10_000);
  await pass(14_000);
  expect([agents.problem.value, asked.mock.calls.length]).toEqual([null, 1]);
  await pass(2_000);
  expect(agents.problem.value?.message).toBe("no answer within 15 s");
  hangs = false;
  await pass(10_000);
  expect([agents.problem.value, agents.data.value]).toEqual([null, { schema_version: 1, agents: [] }]);
});

test("a body that never ends is no answer either", async () => {
  const { asked } = browse("/", (_, init) => {
    const body = new ReadableStream({ start: (one) => {
      one.enqueue(new TextEncoder().encode('{"agents":'));
      init!.signal!.addEventListener("abort", () => one.error(init!.signal!.reason));
    } });
    return new Response(body);
  });
  const { poll } = await import("../../src/api");
  const agents = poll("/api/v1/agents", 10_000);
  await pass(16_000);
  expect(agents.problem.value?.message).toBe("no answer within 15 s");
  expect(asked).toHaveBeenCalledTimes(1);
});

test("a change that gets no answer may have been made", async () => {
  browse("/", (_, init) => hang(init));
  const { change } = await import("../../src/api");
  const done = change("/api/v1/incidents/1/acknowledge", {}).catch((error) => error);
  await pass(16_000);
  expect((await done).hint).toMatch(/may be done all the same/);
});

test("a problem of the controller is told in its words", async () => {
  browse("/", (path) => (path === "/a" ? json({ error: { message: "no check home", hint: "look" } }, 404) : new Response("<p>", { status: 502 })));
  const { read } = await import("../../src/api");
  expect(await read("/a").catch((error) => error)).toMatchObject({ status: 404, message: "no check home", hint: "look" });
  expect(await read("/b").catch((error) => error)).toMatchObject({ status: 502, message: "HTTP 502" });
});

const STRANGERS: [string, () => Response][] = [
  ["a login page", () => new Response("<!doctype html><title>Sign in</title>", { headers: { "content-type": "text/html" } })],
  ["half of an answer", () => new Response('{"schema_version":1,"checks":[{"name":"ho')],
  ["nothing", () => new Response("")], ["another program", () => json({ status: "ok" })], ["null", () => json(null)], ["a list", () => json([])],
];
for (const [name, stranger] of STRANGERS)
  test(`${name} with a 200 is no answer: what was known stays, beside the problem`, async () => {
    let between = false;
    browse("/", () => (between ? stranger() : { agents: ["a1"] }));
    const { poll, change } = await import("../../src/api");
    const agents = poll<{ agents: string[] }>("/api/v1/agents", 10_000);
    await pass(1);
    between = true;
    await pass(10_000);
    expect(agents.data.value?.agents).toEqual(["a1"]);
    expect(agents.problem.value?.message).toMatch(/what answered is not the controller/);
    expect(await change("/api/v1/incidents/1/acknowledge", {}).catch((error) => error.hint)).toMatch(/look before you send it again/);
    between = false;
    await pass(10_000);
    expect(agents.problem.value).toBe(null);
  });

/** A controller that answers each request when the test says so. */
function slow() {
  const waiting: ((body: unknown) => void)[] = [];
  return { waiting, ...browse("/", () => new Promise((resolve) => waiting.push(resolve))) };
}

test("one request at a time: no old answer takes the place of a newer one", async () => {
  const { waiting } = slow();
  const { poll } = await import("../../src/api");
  const { listen } = await import("../../src/events");
  listen();
  const status = poll<{ verdict: string }>("/api/v1/status", 5_000);
  for (let second = 0; second < 10; second++) {
    FakeSource.all[0]!.tell("checks");
    await pass(1_000);
  }
  expect(waiting.length).toBe(1);
  waiting[0]!({ verdict: "up" });
  await pass(10);
  expect([status.data.value?.verdict, waiting.length]).toEqual(["up", 2]); // as something changed since
  waiting[1]!({ verdict: "down" });
  await pass(1_000);
  expect([status.data.value?.verdict, waiting.length]).toEqual(["down", 2]);
});

test("who changes something sees an answer that was asked for after it", async () => {
  const { waiting } = slow();
  const { poll } = await import("../../src/api");
  const silences = poll<{ is: string }>("/api/v1/silences", 10_000);
  let seen: unknown = "nothing";
  void silences.refresh().then(() => void (seen = silences.data.value!.is));
  void silences.refresh();
  await pass(1_000);
  expect(waiting.length).toBe(1);
  waiting[0]!({ is: "before" });
  await pass(10);
  expect([seen, waiting.length]).toEqual(["nothing", 2]);
  waiting[1]!({ is: "after" });
  await pass(10);
  expect([seen, waiting.length]).toEqual(["after", 2]);
});

test("who stops while a request is under way asks no more", async () => {
  const { waiting } = slow();
  const { poll } = await import("../../src/api");
  const silences = poll("/api/v1/silences", 10_000);
  void silences.refresh();
  silences.stop();
  waiting[0]!({});
  await pass(60_000);
  expect([waiting.length, silences.data.value]).toEqual([1, null]);
});

test("a tab that nobody looks at asks nothing, and at once when somebody does again", async () => {
  const { asked, document } = browse("/", () => ({}));
  const { poll } = await import("../../src/api");
  poll("/api/v1/silences", 10_000);
  await pass(1);
  document.show(false);
  await pass(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
  document.show(true);
  await pass(1);
  expect(asked).toHaveBeenCalledTimes(2);
  await pass(10_000);
  expect(asked).toHaveBeenCalledTimes(3);
});
