// What comes back, or does not, when the interface asks.
import { expect, test } from "vitest";
import { browse, hang, json, pass } from "./dom";

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
  expect([agents.problem.value, agents.data.value]).toEqual([null, { agents: [] }]);
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
