import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgesOf, isCacheHit } from "../../src/edges";
import type { Request, Step } from "../../src/types";
import { attempt, phases, request, run, step } from "./sample_runs";

const sent = (requests: Partial<Request>[], more: Partial<Step> = {}) => step("http", { requests: requests.map(request), ...more });
const of = (text: string, ...requests: Partial<Request>[]) => run(text, attempt(sent(requests)));

test("edges stand by name with the regions that they answered, each once", () => {
  const found = edgesOf([
    of("12:05 eu fail", { pop: "FRA" }, { pop: "AMS" }, {}), of("12:04 eu pass", { pop: "FRA" }), of("12:05 us pass", { pop: "FRA" })]);
  expect(found.map((edge) => [edge.pop, edge.regions, edge.requests])).toEqual([
    ["AMS", ["eu"], 1], ["FRA", ["eu", "us"], 3], ["no edge named", ["eu"], 1]]);
});

test("an edge that answers what its step did not want is bad, whatever the status", () => {
  const bad = (...steps: Step[]) => edgesOf([run("12:05 eu fail", attempt(...steps))]).map((one) => `${one.bad}/${one.requests}`);
  for (const status of [403, 404, 429, 200]) expect(bad(sent([{ status }], { status: "failed" }))).toEqual(["1/1"]);
  expect(bad(sent([0, 200, 301, 403, 499, 500, 503].map((status) => ({ status }))))).toEqual(["3/7"]); // what was wanted is fine
});

test("hits are what the agent counts as hits, and words that it does not know are left out", () => {
  const source = readFileSync(new URL("../../../agent/probe/cache_words.cpp", import.meta.url), "utf8");
  const [hits, others] = [...source.matchAll(/for \(const std::string_view word : \{(.*?)\}\)\s+if \(status == word\) return (true|false);/gs)]
    .map(([, words]) => words!.match(/[A-Z]+/g)!);
  expect([hits!.length, others!.length]).toEqual([4, 4]);
  expect(hits!.map(isCacheHit)).toEqual(hits!.map(() => true));
  expect(others!.map(isCacheHit)).toEqual(others!.map(() => false));
  expect(["", "CONFIG", "NOHIT", "PRERENDERED"].map(isCacheHit)).toEqual([null, null, null, null]);
  const [edge] = edgesOf([of("12:05 eu pass", ...["STALE", "HIT", "MISS", "", "ODD_HIT"].map((cache_status) => ({ cache_status })))]);
  expect(edge).toMatchObject({ requests: 5, known: 3, hits: 2 });
});

test("each attempt counts, and a request takes what its phases take", () => {
  const slow = attempt(sent([{ phases: phases({ dns_ms: 5, wait_ms: 40 }) }], { status: "failed" }));
  const [edge] = edgesOf([run("12:05 eu pass_on_retry", slow, attempt(sent([{ phases: phases({ wait_ms: 9 }) }])))]);
  expect(edge).toMatchObject({ pop: "no edge named", requests: 2, bad: 1, times: [45, 9] });
});

test("runs that sent nothing have no edge", () => {
  expect(edgesOf([run("12:05 eu unknown"), of("12:04 eu fail")])).toEqual([]);
});
