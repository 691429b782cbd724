// What the build made: within its budget, nothing inline, nothing from elsewhere.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const DIST = new URL("../../dist/", import.meta.url);
const SCRIPT_BYTES = 60 * 1024;

const files = existsSync(DIST) ? readdirSync(new URL("assets/", DIST)) : [];
const text = (name: string) => readFileSync(new URL(name, DIST), "utf8");

test("the interface is built", () => {
  expect(files.length, "npm run build comes first").toBeGreaterThan(0);
});

test("all script together is within 60 KB, packed", () => {
  const scripts = files.filter((name) => name.endsWith(".js"));
  const packed = scripts.reduce((sum, name) => sum + gzipSync(text(`assets/${name}`), { level: 9 }).length, 0);
  expect(packed).toBeGreaterThan(0);
  expect(packed).toBeLessThanOrEqual(SCRIPT_BYTES);
});

test("the page holds nothing inline, so that the policy can forbid it", () => {
  const page = text("index.html");
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/i);
  for (const tag of page.match(/<script[^>]*>/g) ?? []) expect(tag).toMatch(/src="\/assets\//);
});

test("names of assets carry a hash, because they are kept for ever", () => {
  for (const name of files) expect(name).toMatch(/-[\w-]{8}\.\w+$/);
});

test("no file asks another host", () => {
  for (const name of files.filter((one) => one.endsWith(".css"))) expect(text(`assets/${name}`)).not.toMatch(/url\(\s*["']?(https?:)?\/\//);
});
