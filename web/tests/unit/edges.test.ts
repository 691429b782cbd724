import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgesOf, isCacheHit } from "../../src/edges";
import { request, run, step } from "./samples";

const bad = (...steps: ReturnType<typeof step>[]) => edgesOf([run(steps)]).map((one) => `${one.pop} ${one.bad}/${one.requests}`);

test("an edge that answers what its step did not want is bad, whatever the status", () => {
  for (const status of [403, 404, 429, 200]) expect(bad(step([request({ status })], { status: "failed" }))).toEqual(["fra1 1/1"]);
  expect(bad(step([request({ status: 403 })]))).toEqual(["fra1 0/1"]); // wanted
  expect(bad(step([request({ status: 0 })]), step([request({ status: 503 })]), step([request()]))).toEqual(["fra1 2/3"]);
});

test("edges are told apart, an attempt that was tried again counts too", () => {
  const failed = { ...run([step([request({ pop: "lhr1" })], { status: "failed" })]).attempts[0]! };
  const passed = { ...run([step([request({ pop: "lhr1" }), request({ pop: "" })])]).attempts[0]! };
  const found = edgesOf([run([], { attempts: [failed, passed] }), run([step([request({ pop: "lhr1" })])], { region: "us" })]);
  expect(found.map((one) => [one.pop, one.bad, one.requests, one.regions])).toEqual([["lhr1", 1, 3, ["eu", "us"]], ["no edge named", 0, 1, ["eu"]]]);
});

test("hits are what the agent counts as hits, and words that it does not know are left out", () => {
  const source = readFileSync(new URL("../../../agent/probe/cache_words.cpp", import.meta.url), "utf8");
  const [hits, others] = [...source.matchAll(/for \(const std::string_view word : \{(.*?)\}\)\s+if \(status == word\) return (true|false);/gs)]
    .map(([, words]) => words!.match(/[A-Z]+/g)!);
  expect([hits!.length, others!.length]).toEqual([4, 4]);
  expect(hits!.map(isCacheHit)).toEqual(hits!.map(() => true));
  expect(others!.map(isCacheHit)).toEqual(others!.map(() => false));
  expect(["", "CONFIG", "NOHIT", "PRERENDERED"].map(isCacheHit)).toEqual([null, null, null, null]);
  const [edge] = edgesOf([run([step(["STALE", "HIT", "MISS", "", "ODD_HIT"].map((cache_status) => request({ cache_status })))])]);
  expect([edge!.hits, edge!.known, edge!.requests]).toEqual([2, 3, 5]);
});
