// Walks through the interface of a running controller in Debian's Chromium, as tests/e2e/web_test.py
// starts it (what it takes of the environment: browser.mjs; SHOTS: a folder for screenshots, if any).
// Prints each failure; exits 1 on any.
import { AxeBuilder } from "@axe-core/playwright";
import { BASE, CHECK, PAGES, REGION, TOKEN, browser, check, failures, open, visit } from "./browser.mjs";
import { failedRun, people, withoutStream } from "./work.mjs";

const { SHOTS } = process.env;

async function everyPage(theme, width) {
  const page = await open({ colorScheme: theme, viewport: { width, height: 900 } });
  for (const name of Object.keys(PAGES)) {
    await visit(page, name);
    // Closed details too: what is in them is no landmark until somebody opens them.
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    const named = await page.locator("[role=region]").evaluateAll((all) => all.map((one) => one.ariaLabel));
    check(new Set(named).size === named.length, `${name}: regions of one name: ${named}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(overflow <= 0, `${name} at ${width} px is ${overflow} px too wide`);
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    for (const one of found.violations)
      check(false, `axe: ${name}, ${theme}, ${width} px: ${one.id}: ${one.help}: ${one.nodes[0].target} ${one.nodes[0].failureSummary}`);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${theme}-${width}.png`, fullPage: true });
  }
  await page.context().close();
}

/** As it looks, and as Markdown that leads to what it looks like; none of a check that is not public. */
async function badges() {
  const markdown = `[![Home page](${BASE}/public/badges/${CHECK}.svg)](${BASE}/public)`;
  const page = await open({ viewport: { width: 1440, height: 900 }, permissions: ["clipboard-read", "clipboard-write"] });
  for (const where of ["check", "public"]) {
    await visit(page, where);
    if (where === "public") await page.getByText("Badges", { exact: true }).click();
    const image = page.getByRole("img", { name: "Badge of Home page" });
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction((one) => one.complete && one.naturalWidth > 40, await image.elementHandle());
    check(await page.getByLabel("Markdown", { exact: true }).inputValue() === markdown, `${where}: another Markdown`);
    await page.evaluate(() => navigator.clipboard.writeText("something else"));
    await page.getByRole("button", { name: "Copy the Markdown of Home page" }).click();
    await page.getByText("Copied").waitFor();
    check(await page.evaluate(() => navigator.clipboard.readText()) === markdown, `${where}: something else is copied`);
  }
  await page.goto(`${BASE}/checks/widget`);
  await page.getByText("None: give the check the tag public.").waitFor();
  await page.context().close();
}

async function byKeyboard() {
  const page = await open();
  await visit(page, "grid");
  await page.keyboard.press("Tab");
  check(await page.locator(".skip").evaluate((one) => one === document.activeElement), "Tab does not come to the skip link first");
  await page.keyboard.press("Enter");
  check(await page.evaluate(() => document.activeElement.id === "main"), "the skip link does not skip");
  await page.locator("td[data-cell='0:0'] a").focus();
  await page.keyboard.press("ArrowRight");
  check(await page.evaluate(() => document.activeElement.closest("td")?.dataset.cell === "0:1"), "an arrow does not move in the grid");
  check(await page.locator("td[data-cell] a[tabindex='0']").count() === 1, "the grid is more than one stop of Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/checks\/.+\/runs\/.+/);
  await page.keyboard.press("/");
  await page.locator("#find").or(page.locator("h1", { hasText: "Checks" })).first().waitFor();
  await page.goBack();
  await page.waitForURL(/\/runs\//);
  await page.context().close();
}

async function filters() {
  const page = await open();
  await visit(page, "grid");
  const rows = page.locator("table.matrix tbody tr");
  const names = async () => (await rows.locator("th a").allInnerTexts()).sort().join();
  const shows = async (wanted, what) => {
    await rows.nth(wanted.length).waitFor({ state: "detached" });
    await rows.nth(wanted.length - 1).waitFor();
    check(await names() === [...wanted].sort().join(), `${what} shows ${await names()}`);
  };
  const ALL = [CHECK, "shop-page", "widget"];
  check(await rows.locator("th a").first().innerText() === CHECK, "the worst does not stand first");
  await shows(ALL, "no filter");
  await page.locator("#find").fill("there is none like this");
  await page.getByText("No check passes the filter").waitFor();
  check(page.url().includes("q="), "a filter is not in the address");
  await page.locator("#find").fill("WIDGET of");
  await shows(["widget"], "a part of a title");
  await page.locator("#find").fill("");
  await shows(ALL, "a filter that is taken away");

  await page.getByLabel("Owner").selectOption("partners");
  await shows(["widget"], "an owner");
  await page.getByLabel("Owner").selectOption("web");
  await shows([CHECK, "shop-page"], "another owner");
  await page.getByLabel("Tag").selectOption("third-party");
  await page.getByText("No check passes the filter").waitFor(); // both hold
  await page.getByLabel("Owner").selectOption("");
  await shows(["widget"], "a tag");
  await page.getByLabel("Tag").selectOption("");
  await page.getByLabel("failing only").check();
  await shows([CHECK], "failing only");
  check(new URL(page.url()).search === "?failing=1", `the address of what fails: ${page.url()}`);
  await page.reload();
  await shows([CHECK], "a link to what fails");
  await page.context().close();
}

async function history() {
  const page = await open();
  const asked = { history: 0, check: 0 };
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (path.endsWith("/history")) asked.history++;
    if (path === `/api/v1/checks/${CHECK}`) asked.check++;
  });
  await visit(page, "check");
  await page.getByRole("img", { name: /^Availability, last 4h: .* % of .* passed; .* failed/ }).waitFor();
  await page.getByRole("img", { name: /^Latency, last 4h/ }).waitFor();
  for (const budget of ["availability", "latency"])
    await page.getByRole("img", { name: new RegExp(`^Burn-down of the ${budget} budget`) }).waitFor();
  await page.locator("dt", { hasText: "next maintenance" }).waitFor();
  // What changes with every run is asked for again, the history is not.
  await page.waitForRequest((request) => new URL(request.url()).pathname === `/api/v1/checks/${CHECK}`);
  check(asked.history === 1, `the history was asked for ${asked.history} times, the check ${asked.check} times`);
  const [day] = await Promise.all([
    page.waitForResponse((answer) => answer.url().includes("/history?range=24h")),
    page.getByRole("button", { name: "24h", exact: true }).click()]);
  check((await day.json()).step_ms > 120_000, "the figures of a day are not those of a day");
  await page.getByRole("img", { name: /^Availability, last 24h/ }).waitFor();
  check(await page.getByRole("button", { name: "24h", exact: true }).getAttribute("aria-pressed") === "true", "a chosen range is not pressed");
  await page.getByRole("combobox", { name: /^Region/ }).selectOption(REGION);
  await page.locator(".u-legend", { hasText: "95 % faster than" }).waitFor();
  check(/range=24h/.test(page.url()) && page.url().includes(`region=${REGION}`), "range and region are not in the address");
  await page.getByText("Failures and gaps as a table").click();
  await page.getByRole("table", { name: "Failures and gaps" }).getByText("failed").first().waitFor();
  await visit(page, "slos");
  await page.getByRole("img", { name: /^Burn-down of the availability budget/ }).waitFor();
  await visit(page, "silences");
  await page.getByRole("table", { name: "Maintenance windows and silences to come" }).getByText("the shop moves").waitFor();
  await page.context().close();
}

/** Regions stand where the controller's configuration says, else where clouds say; each is listed. */
async function places() {
  const page = await open();
  await visit(page, "map");
  const listed = (region) => page.getByRole("table", { name: "Regions" }).locator("tr", { hasText: region });
  await listed("eu-west-1").getByText("53.3° N, 6.3° W").waitFor();
  await listed("office").getByText("33.9° S, 151.2° E").waitFor();
  await listed("attic").getByText("not on the map: set latitude and longitude").waitFor();
  const spots = await page.locator("g.spot").evaluateAll((all) => all.map((one) => {
    const { x, y } = one.querySelector("path").getBoundingClientRect();
    return [one.querySelector("text").textContent, { x, y, words: one.querySelector("title").textContent }];
  }));
  const { office, "eu-west-1": ireland, ...others } = Object.fromEntries(spots);
  check(office?.x > ireland?.x + 200 && office?.y > ireland?.y + 100, `Sydney is not south-east of Ireland: ${JSON.stringify(spots)}`);
  check(ireland?.words === "eu-west-1: failing", `a failing region is "${ireland?.words}"`);
  check(Object.keys(others).length === 0, `without a place but on the map: ${Object.keys(others)}`);
  await page.context().close();
}

try {
  for (const theme of ["dark", "light"]) for (const width of [1440, 360]) await everyPage(theme, width);
  await byKeyboard();
  await badges();
  await filters();
  await history();
  await places();
  await failedRun();
  if (!TOKEN) throw new Error("no TOKEN: nothing can be changed");
  await withoutStream();
  await people();
} catch (error) {
  check(false, String(error));
} finally {
  await browser.close();
}
console.log(failures.length === 0 ? "every page holds" : `${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
