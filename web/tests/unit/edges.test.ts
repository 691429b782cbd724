import { expect, test } from "vitest";
import { edgesOf } from "../../src/edges";
import type { Request } from "../../src/types";
import { attempt, phases, request, run, step } from "./sample_runs";

const of = (text: string, ...requests: Partial<Request>[]) =>
  run(text, attempt(step("http", { requests: requests.map(request) })));

test("edges stand by name with the regions that they answered, each once", () => {
  const found = edgesOf([
    of("12:05 eu fail", { pop: "FRA" }, { pop: "AMS" }), of("12:04 eu pass", { pop: "FRA" }), of("12:05 us pass", { pop: "FRA" })]);
  expect(found.map((edge) => [edge.pop, edge.regions, edge.requests])).toEqual([["AMS", ["eu"], 1], ["FRA", ["eu", "us"], 3]]);
});

test("the share of hits is of those that told of the cache", () => {
  const [edge] = edgesOf([of("12:05 eu pass", { pop: "FRA", cache_status: "TCP_HIT" }, { pop: "FRA", cache_status: "Miss from x" }, { pop: "FRA" })]);
  expect(edge).toMatchObject({ requests: 3, known: 2, hits: 1 });
});

test("no answer and a 5xx are bad, what the client did wrong is not the edge's", () => {
  const statuses = [0, 200, 301, 404, 499, 500, 503];
  const [edge] = edgesOf([of("12:05 eu fail", ...statuses.map((status) => ({ status, pop: "FRA" })))]);
  expect(edge!.bad).toBe(3);
});

test("each attempt counts, and a request takes what its phases take", () => {
  const slow = attempt(step("http", { requests: [request({ phases: phases({ dns_ms: 5, wait_ms: 40 }) })] }));
  const [edge] = edgesOf([run("12:05 eu pass_on_retry", slow, attempt(step("http", { requests: [request({ phases: phases({ wait_ms: 9 }) })] })))]);
  expect(edge).toMatchObject({ pop: "no edge named", requests: 2, times: [45, 9] });
});

test("runs that sent nothing have no edge", () => {
  expect(edgesOf([run("12:05 eu unknown"), of("12:04 eu fail")])).toEqual([]);
});
