import { expect, test } from "vitest";
import { excerpt, itemAt, parsePosition } from "../../src/yaml";

const FILE = `version: 1
checks:
  - name: home
    http: GET https://example.com/
    expect:
      status: 200

  - name: other
    http: GET https://example.org/
`;

test("a position is file, line and column, also with colons in the file's name", () => {
  expect(parsePosition("a/b.check.yaml:41:11")).toEqual({ file: "a/b.check.yaml", line: 41, column: 11 });
  expect(parsePosition("c:d.yaml:3")).toEqual({ file: "c:d.yaml", line: 3, column: 0 });
  expect(parsePosition("")).toBeNull();
});

test("an item ends where the next one begins, without the empty lines between", () => {
  const lines = itemAt(FILE, 3);
  expect(lines.map((line) => line.number)).toEqual([3, 4, 5, 6]);
  expect(lines[0]!.text).toBe("- name: home");
  expect(lines[3]!.text).toBe("    status: 200");
  expect(itemAt(FILE, 8).map((line) => line.number)).toEqual([8, 9]);
});

test("a line that is gone has no item", () => {
  expect(itemAt(FILE, 99)).toEqual([]);
});

test("an excerpt marks its line and column and stays within the file", () => {
  const lines = excerpt(FILE, 2, 1, 2);
  expect(lines.map((line) => [line.number, line.marked, line.column])).toEqual([
    [1, false, 0], [2, true, 1], [3, false, 0], [4, false, 0]]);
  expect(excerpt(FILE, 99, 1)).toEqual([]);
});
