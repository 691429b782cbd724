import { expect, test } from "vitest";
import { claim, release } from "../../src/names";

test("a name that is taken gets a number", () => {
  const names = [claim("Route"), claim("Route"), claim("Route")];
  expect(names).toEqual(["Route", "Route 2", "Route 3"]);
  names.forEach(release);
});

test("a numbered name does not collide with a label that is written like it", () => {
  const names = [claim("Route 2"), claim("Route"), claim("Route"), claim("Route 2")];
  expect(new Set(names).size).toBe(4);
  names.forEach(release);
});

test("a released name is free again", () => {
  const [first, second] = [claim("Body"), claim("Body")];
  release(first!);
  expect(claim("Body")).toBe("Body");
  release("Body");
  release(second!);
});
