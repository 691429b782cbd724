import { expect, test } from "vitest";
import { badgeMarkdown, badgePath, hasBadge } from "../../src/badge";
import type { Check } from "../../src/types";

test("a badge is there for what the public page shows", () => {
  const check = (tags: string[], paused?: string) => hasBadge({ tags, paused } as Check);
  expect([check(["shop", "public"]), check(["shop"]), check(["public"], "the shop moves"), check(["public"], "")])
    .toEqual([true, false, false, false]);
});

test("the Markdown is an image that leads to the public page", () => {
  expect(badgeMarkdown("https://status.example.com", "shop-home", "Home page"))
    .toBe("[![Home page](https://status.example.com/public/badges/shop-home.svg)](https://status.example.com/public)");
  expect(badgeMarkdown("http://x", "shop-home", "")).toContain("![shop-home](");
  expect(badgePath("a b/c")).toBe("/public/badges/a%20b%2Fc.svg");
});

test("a title cannot end its Markdown", () => {
  expect(badgeMarkdown("http://x", "n", "a](http://evil) [*b*]\n<i>\\"))
    .toBe("[![a\\](http://evil) \\[\\*b\\*\\] \\<i\\>\\\\](http://x/public/badges/n.svg)](http://x/public)");
});
