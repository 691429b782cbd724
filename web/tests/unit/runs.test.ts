import { describe, expect, test } from "vitest";
import { differences, elsewhere, failuresOf, lastGoodBefore, runsAbout, together } from "../../src/runs";
import type { Request, Source } from "../../src/types";
import { attempt, failure, request, run, step } from "./sample_runs";

const bad = run("12:05 a fail");
const texts = (rows: { step: string; what: string; before: string; now: string }[]) =>
  rows.map((row) => `${row.step} ${row.what}: ${row.before} -> ${row.now}`);

describe("the last good run", () => {
  test("is the newest of the region that began before, whatever the order they come in", () => {
    const runs = [run("12:01 a pass"), run("12:04 a fail"), run("12:03 a pass_on_retry"), run("12:04 b pass"), run("12:06 a pass"), bad];
    expect(lastGoodBefore(bad, runs)).toBe(runs[2]);
  });
  test("may have been slow, but was measured", () => {
    expect(lastGoodBefore(bad, [run("12:01 a pass"), run("12:02 a degraded"), run("12:03 a unknown")])?.verdict).toBe("degraded");
  });
  test("is none when nothing passed before", () => {
    expect(lastGoodBefore(bad, [run("12:06 a pass"), run("12:04 b pass"), bad])).toBeUndefined();
  });
});

test("runs about one are asked for until it has come in; of no time nothing is asked", () => {
  expect(runsAbout("/api/v1/checks/home", "a b", "2026-11-22T12:05:00.000Z"))
    .toBe("/api/v1/checks/home/results?region=a%20b&before=2026-11-22T12:15:00.000Z&limit=120");
  for (const started of ["", "yesterday"]) expect(runsAbout("/x", "a", started)).toBe("");
});

test("runs of several lists are told once, by the first list, and regions are told apart", () => {
  const [whole, short, other] = [run("12:05 a fail", attempt(step("whole"))), run("12:05 a fail"), run("12:05 b fail")];
  expect(together([whole], [short, other])).toEqual([whole, other]);
});

describe("another region", () => {
  const [b, c] = [run("12:05 b fail"), run("12:05 c pass")];
  test("is one that passed in the same round", () => {
    expect(elsewhere(bad, [run("12:06 b pass"), b, c, bad])).toEqual({ regions: ["b", "c"], region: "c", other: c });
  });
  test("else the newest that passed at all, in the same round where it ran in it", () => {
    const found = elsewhere(bad, [run("12:01 c pass"), run("12:04 b pass"), b]);
    expect(found).toEqual({ regions: ["b", "c"], region: "b", other: b });
  });
  test("is the one that is chosen, by its newest run where it did not run in the round", () => {
    const newest = run("12:04 d fail");
    expect(elsewhere(bad, [run("12:02 d pass"), newest, c], "d").other).toBe(newest);
  });
  test("is none when no other ran, though its own region did", () => {
    expect(elsewhere(bad, [bad, run("12:04 a pass")])).toEqual({ regions: [], region: "", other: undefined });
  });
});

describe("facts that differ", () => {
  const of = (one: Partial<Request>) => attempt(step("http", { requests: [request(one)] }));
  test("each fact has its row, equal ones have none", () => {
    const good = of({ status: 200, remote_address: "192.0.2.1:443", pop: "FRA", cache_status: "HIT", http_version: "2", body_bytes: 2048 });
    const now = of({ status: 502, remote_address: "192.0.2.2:443", pop: "AMS", cache_status: "MISS", http_version: "1.1", body_bytes: 12 });
    expect(texts(differences(good, now))).toEqual([
      "http status: 200 -> 502", "http address: 192.0.2.1:443 -> 192.0.2.2:443", "http edge: FRA -> AMS", "http cache: HIT -> MISS",
      "http protocol: 2 -> 1.1", "http size: 2.0 KiB -> 12 B"]);
    expect(differences(good, good)).toEqual([]);
  });
  test("another issuer of the certificate is one, and so is no certificate", () => {
    const issued = (issuer: string) => of({ tls: {
      version: "TLSv1.3", cipher: "", verify_error: "", chain: [{ subject: "x", issuer, not_before: null, not_after: null, sha256: "" }] } });
    expect(texts(differences(issued("Good CA"), issued("Other CA")))).toEqual(["http issuer: Good CA -> Other CA"]);
    expect(texts(differences(issued("Good CA"), of({})))).toEqual(["http issuer: Good CA -> "]);
  });
  test("no answer is no status", () => {
    expect(texts(differences(of({}), of({ status: 0 })))).toEqual(["http status: 200 -> "]);
  });
  test("the last request of a step counts, after its redirects", () => {
    const good = attempt(step("http", { requests: [request({ status: 301 }), request()] }));
    expect(differences(good, of({}))).toEqual([]);
  });
  test("steps go by their names, and one that sent nothing is not compared", () => {
    const good = attempt(step("log in", { requests: [request()] }), step("pay", { requests: [request()] }));
    const now = attempt(step("pay", { requests: [request({ status: 500 })] }), step("log in"), step("log out", { requests: [request()] }));
    expect(texts(differences(good, now))).toEqual(["pay status: 200 -> 500"]);
  });
});

describe("what failed", () => {
  const source: Source = {
    schema_version: 1, check: "home", file: "web.check.yaml", line: 2, modified: "2026-11-22T12:00:00.000Z",
    text: "version: 1\nchecks:\n  - name: home\n    expect: {status: 200}\n",
  } as Source;
  const of = (at: string) => attempt(step("http", { failures: [failure("wanted 200, got 500", at)] }));
  test("stands beside its line of the file, which is marked at its column", () => {
    const [found] = failuresOf(of("web.check.yaml:4:14"), source, bad.started);
    expect(found).toMatchObject({ word: "failed", moved: false, failure: { message: "wanted 200, got 500" } });
    expect(found!.lines!.filter((line) => line.marked)).toEqual([
      { number: 4, text: "    expect: {status: 200}", marked: true, column: 14 }]);
  });
  test("the line may be another one when the file was changed after the run", () => {
    expect(failuresOf(of("web.check.yaml:4:14"), source, "2026-11-22T11:59:59.000Z")[0]!.moved).toBe(true);
  });
  test("of another file, without a position or without the file no line is shown, and nothing is said of it", () => {
    for (const at of ["other.check.yaml:4:14", "", "nowhere"])
      expect(failuresOf(of(at), source, "2026-11-22T11:59:59.000Z")[0]).toMatchObject({ lines: null, moved: false });
    expect(failuresOf(of("web.check.yaml:4:14"), null, bad.started)[0]!.lines).toBeNull();
  });
  test("warnings follow the failures of their step", () => {
    const many = attempt(
      step("a", { warnings: [failure("slow")] }), step("b", { failures: [failure("one"), failure("two")], warnings: [failure("old")] }));
    expect(failuresOf(many, null, null).map((row) => `${row.step.name} ${row.word} ${row.failure.message}`))
      .toEqual(["a warning slow", "b failed one", "b failed two", "b warning old"]);
    expect(failuresOf(attempt(step("a")), source, null)).toEqual([]);
  });
});
