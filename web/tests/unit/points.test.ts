import { expect, test } from "vitest";
import { placeWords, pointsOf } from "../../src/points";
import type { Check, Status } from "../../src/types";

type Region = Status["regions"][number];
const region = (name: string, more: Partial<Region> = {}): Region =>
  ({ region: name, online: true, blind: false, agents: 1, provider: null, latitude: null, longitude: null, geohash: null, ...more });
const check = (name: string, states: Record<string, string>, paused?: string) => ({
  name, paused, regions: Object.entries(states).map(([one, state]) => ({ region: one, state, recent: [], last_run: null })),
}) as unknown as Check;
const points = (regions: Region[], ...checks: Check[]) => pointsOf({ regions, checks } as unknown as Status);

test("a region stands where the controller says, whatever its name", () => {
  const found = points([
    region("office", { latitude: 52.5, longitude: 13.4 }), region("eu-west-1", { latitude: 40.4, longitude: -3.7 }),
    region("null-island", { latitude: 0, longitude: 0 })]);
  expect(found.map((one) => one.place)).toEqual([[13.4, 52.5], [-3.7, 40.4], [0, 0]]);
});

test("a region whose place is not known has none and is listed all the same", () => {
  const found = points([region("eu-west-1"), region("half", { latitude: 1 })], check("home", { "eu-west-1": "pass" }));
  expect(found).toEqual([
    { region: "eu-west-1", word: "ok", failing: [], checks: 1, place: null },
    { region: "half", word: "no_checks", failing: [], checks: 0, place: null }]);
});

test("a region that does not see is no region that fails", () => {
  const bad = check("home", { a: "failing", b: "failing", c: "fail", d: "pass" });
  const found = points([
    region("a", { online: false }), region("b", { blind: true }), region("c"), region("d")], bad, check("gone", { d: "fail" }, "moves"));
  expect(found.map((one) => one.word)).toEqual(["offline", "blind", "failing", "ok"]);
  expect(found[2]!.failing).toEqual(["home"]);
  expect(found[3]).toMatchObject({ checks: 1, failing: [] });
});

test("a region is well only where every check has passed", () => {
  const word = (...states: string[]) => points([region("a")], ...states.map((state, index) => check(`c${index}`, { a: state })))[0]!.word;
  expect(word("pass", "pass")).toBe("ok");
  for (const state of ["no_data", "unknown", "pending", "blind", "offline", "news"]) expect([state, word("pass", state)]).toEqual([state, "unknown"]);
  for (const state of ["degraded", "pass_on_retry"]) expect([state, word("pass", state, "pending")]).toEqual([state, "degraded"]);
  expect(word("pending", "degraded", "fail")).toBe("failing");
  expect(word()).toBe("no_checks");
  expect(points([region("a")], check("gone", { a: "fail" }, "moves"))[0]!.word).toBe("no_checks");
});

test("places in words have their hemispheres", () => {
  expect(placeWords([-6.3, 53.3])).toBe("53.3° N, 6.3° W");
  expect(placeWords([151.21, -33.9])).toBe("33.9° S, 151.2° E");
  expect(placeWords([0, 0])).toBe("0° N, 0° E");
});
