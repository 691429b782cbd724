// The page of the public beside the pages of the people: two programs in one file.
import { expect, test } from "vitest";
import { browse, pass } from "./dom";
import { STATUS } from "./samples";

const PUBLIC = { schema_version: 1, now: STATUS.now, state: "operational", components: [{ name: "home", title: "Home page", state: "operational" }], incidents: [] };
const answers = (path: string) => (path.startsWith("/public/") ? PUBLIC : path.includes("/grid") ? { schema_version: 1, rounds: 30, checks: [] } : STATUS);

for (const path of ["/public", "/public/"])
  test(`at ${path} nothing is asked for but its own document`, async () => {
    const { app, paths, document, window } = browse(path, answers);
    await import("../../src/main");
    await pass(60_000);
    expect(app.textContent).toContain("Everything is operational");
    expect(new Set(paths())).toEqual(new Set(["/public/status.json"]));
    // Nor does a key lead to a page that would never be asked for again.
    document.body.fire("keydown", { key: "/" });
    expect(window.history.pushState).not.toHaveBeenCalled();
  });

/** Whether a click on a link at `at` is taken, and the browser leaves it to the program. */
async function clicks(at: string, links: string[]) {
  const { document, location } = browse(at, answers);
  await import("../../src/router");
  return links.map((path) => {
    const link = document.createElementNS("", "a");
    Object.assign(link, { origin: location.origin, pathname: path, search: "", target: "" });
    document.body.appendChild(link);
    return link.fire("click", { button: 0 }).defaultPrevented;
  });
}

test("a link to the public's page loads it anew, others do not", async () => {
  expect(await clicks("/", ["/public", "/public/", "/public/status.json", "/metrics"])).toEqual([false, false, false, false]);
  expect(await clicks("/", ["/", "/incidents", "/publications"])).toEqual([true, true, true]);
});

test("a link on the public's page loads what it leads to", async () => {
  expect(await clicks("/public", ["/", "/incidents", "/public"])).toEqual([false, false, false]);
});

test("the pages of the people ask on after one has looked at another page", async () => {
  const { app, paths } = browse("/agents", (path) => (path.includes("/agents") ? { schema_version: 1, agents: [], open_tokens: [] } : answers(path)));
  await import("../../src/main");
  await pass(100);
  const { go } = await import("../../src/router");
  go("/");
  await pass(100);
  expect(app.textContent).toContain("Find");
  const before = paths().filter((one) => one === "/api/v1/status").length;
  await pass(20_000);
  expect(paths().filter((one) => one === "/api/v1/status").length).toBeGreaterThan(before + 2);
});
