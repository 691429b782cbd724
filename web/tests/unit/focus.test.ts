// Where a keyboard is: it stays there, and goes to the top of another page.
import { h } from "preact";
import { expect, test } from "vitest";
import { browse, pass } from "./dom";
import { STATUS, check, region } from "./samples";

const answers = (path: string) => (path.includes("/grid") ? { rounds: 30, checks: [] } : path.includes("/incidents") ? { incidents: [] } : STATUS);

test("a row that comes above does not move the focus to another row's button", async () => {
  const { draw, document } = browse("/", answers);
  const { Table } = await import("../../src/parts/basics");
  const drawn = (...ids: string[]) => draw(h(Table<{ id: string }>, { caption: "Silences", empty: "", rows: ids.map((id) => ({ id })),
    columns: [{ name: "End", cell: (row) => h("button", {}, `End ${row.id}`) }] }));
  const app = await drawn("s1", "s2");
  app.find("button", "End s2")!.focus();
  await drawn("s0", "s1", "s2");
  expect(document.activeElement.textContent).toBe("End s2");
  await drawn("s2");
  expect(document.activeElement.textContent).toBe("End s2");
});

test("Back and Forward come to the top of a page with its name, another filter of a page does not", async () => {
  const { app, document, window, location } = browse("/", answers);
  await import("../../src/main");
  await pass(100);
  const back = async (path: string) => {
    location.href = new URL(path, location.origin).href;
    window.dispatchEvent(new Event("popstate"));
    await pass(100);
  };
  const find = app.find("input")!;
  find.focus();
  await back("/?failing=1");
  expect(document.activeElement === find).toBe(true);
  await back("/incidents");
  expect(document.activeElement === app.find("main")).toBe(true);
  expect(app.find("main")!.attributes["aria-label"]).toBe("Incidents");
  expect(document.title).toContain("Incidents");
});

test("the grid is one stop of Tab, wherever its first cell is", async () => {
  const checks = [check("a", "down", { regions: [region("us")] }), check("b", "up", { regions: [region("eu")] })];
  const { app } = browse("/", (path) => (path.includes("/grid") ? { rounds: 30, checks: [] } : { ...STATUS, checks }));
  await import("../../src/main");
  await pass(100);
  const stops = () => app.all((one) => one.localName === "a" && /cell/.test(one.attributes.class ?? ""))
    .filter((one) => one.attributes.tabIndex === "0").map((one) => one.attributes["aria-label"]!.split(":")[0]);
  expect(stops()).toEqual(["a in us"]);
  const { setQuery } = await import("../../src/router");
  setQuery("q", "b");
  await pass(100);
  expect(stops()).toEqual(["b in eu"]);
});
