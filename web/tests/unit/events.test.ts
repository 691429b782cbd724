import { beforeEach, expect, test, vi } from "vitest";
import { parseChanged, partsOf } from "../../src/events";

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

class FakeSource extends EventTarget {
  static CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 1;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
  tell(...changed: string[]) {
    this.dispatchEvent(new MessageEvent("changed", { data: JSON.stringify({ changed }) }));
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.onerror?.();
  }
}

const page = { hidden: false, watching: new Set<() => void>() };
function show(visible: boolean) {
  page.hidden = !visible;
  page.watching.forEach((one) => one());
}

const asked = vi.fn(async () => ({ ok: true, json: async () => ({}) }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  asked.mockClear();
  FakeSource.all = [];
  const storage = { getItem: () => null, setItem: () => {} };
  Object.assign(page, { hidden: false, watching: new Set() });
  const document = {
    get hidden() { return page.hidden; },
    addEventListener: (_: string, one: () => void) => void page.watching.add(one),
    removeEventListener: (_: string, one: () => void) => void page.watching.delete(one),
    documentElement: { dataset: {} },
  };
  Object.entries({ EventSource: FakeSource, fetch: asked, document, sessionStorage: storage, localStorage: storage })
    .forEach(([name, value]) => vi.stubGlobal(name, value));
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test("what changed is asked for again, what did not only now and then", async () => {
  const { poll } = await import("../../src/api");
  const { listen } = await import("../../src/events");
  listen();
  const agents = poll("/api/v1/agents", 10_000);
  FakeSource.all[0]!.tell("agents", "checks");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toHaveBeenCalledTimes(2); // at once, and for the first event 4 s later
  FakeSource.all[0]!.tell("checks");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toHaveBeenCalledTimes(2);
  FakeSource.all[0]!.tell("agents");
  FakeSource.all[0]!.tell("agents");
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toHaveBeenCalledTimes(3);
  agents.stop();
  FakeSource.all[0]!.tell("agents");
  await vi.advanceTimersByTimeAsync(100_000);
  expect(asked).toHaveBeenCalledTimes(3);
});

test("an empty path is never asked for and awaits nothing", async () => {
  const { isAwaited, poll } = await import("../../src/api");
  const [none, agents] = [poll("", 5_000), poll("/api/v1/agents", 0)];
  expect([isAwaited(none), isAwaited(agents)]).toEqual([false, true]);
  await none.refresh();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked.mock.calls.map(([path]) => path)).toEqual(["/api/v1/agents"]);
  expect(isAwaited(agents)).toBe(false);
  for (const one of [none, agents]) one.stop();
});

test("without a stream it is asked as often as before, and the stream is tried again", async () => {
  const { poll } = await import("../../src/api");
  const { listen, live } = await import("../../src/events");
  listen();
  const agents = poll("/api/v1/agents", 10_000);
  FakeSource.all[0]!.tell("agents");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(live.value).toBe(true);
  FakeSource.all[0]!.fail(FakeSource.CLOSED);
  expect(live.value).toBe(false);
  asked.mockClear();
  await vi.advanceTimersByTimeAsync(31_000);
  expect(asked).toHaveBeenCalledTimes(3);
  expect(FakeSource.all.length).toBe(2);
  agents.stop();
});

test("a tab that nobody looks at holds no connection", async () => {
  const { listen, live } = await import("../../src/events");
  listen();
  FakeSource.all[0]!.tell("checks");
  show(false);
  expect(FakeSource.all[0]!.readyState).toBe(FakeSource.CLOSED);
  expect(live.value).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSource.all.length).toBe(1);
  show(true);
  expect(FakeSource.all.length).toBe(2);
});
