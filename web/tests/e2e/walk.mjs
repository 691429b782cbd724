// Walks through the interface of a running controller in Debian's Chromium, as tests/e2e/web_test.py
// starts it: BASE (the controller's address), CHECK, REGION and INCIDENT (what exists there), TOKEN
// (the admin token), SHOTS (a folder for screenshots, if any). Prints each failure; exits 1 on any.
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const { BASE, CHECK, REGION, INCIDENT, TOKEN, SHOTS, CHROMIUM = "/usr/bin/chromium" } = process.env;
const PAGES = {
  grid: ["/", "Checks"], check: [`/checks/${CHECK}`, CHECK],
  run: [`/checks/${CHECK}/runs/${REGION}`, REGION], incidents: ["/incidents", "Incidents"],
  incident: [`/incidents/${INCIDENT}`, CHECK], map: ["/map", "World"], slos: ["/slos", "Objectives"],
  cdn: ["/cdn", "CDN"], "third-parties": ["/third-parties", "Third parties"],
  deployments: ["/deployments", "Deployments"], actions: ["/actions", "Action items"],
  silences: ["/silences", "Silences"], deliveries: ["/deliveries", "Deliveries"],
  agents: ["/agents", "Agents"], public: ["/public", ""],
};
const failures = [];
const check = (fine, what) => void (fine || (failures.push(what), console.log(`FAILED: ${what}`)));

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

async function open(options) {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => check(false, `an exception: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && check(false, `console: ${message.text()}`));
  page.on("request", (request) => check(request.url().startsWith(`${BASE}/`), `asks elsewhere: ${request.url()}`));
  return page;
}

async function visit(page, name) {
  const [path, title] = PAGES[name];
  await page.goto(BASE + path);
  await page.locator("h1", { hasText: title }).waitFor();
  await page.getByText("Loading…").first().waitFor({ state: "detached" });
}

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

async function byKeyboard() {
  const page = await open({ viewport: { width: 1440, height: 900 } });
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
  const page = await open({ viewport: { width: 1440, height: 900 } });
  await visit(page, "grid");
  await page.locator("#find").fill("there is none like this");
  await page.getByText("No check passes the filter").waitFor();
  check(page.url().includes("q="), "a filter is not in the address");
  await page.locator("#find").fill(CHECK);
  await page.locator("table.matrix tbody tr").first().waitFor();
  await page.context().close();
}

async function history() {
  const page = await open({ viewport: { width: 1440, height: 900 } });
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

async function changes() {
  const page = await open({ viewport: { width: 1440, height: 900 } });
  const other = await open({ viewport: { width: 1440, height: 900 } });
  await visit(other, "incident");
  await other.locator("footer", { hasText: "live" }).waitFor();
  await visit(page, "incident");
  const note = `seen by the walk ${Date.now()}`;
  await page.getByLabel("Note for the timeline").fill(note);
  await page.getByLabel("Note for the timeline").press("Enter");
  await page.getByLabel("Your name").fill("anna");
  await page.getByLabel("Admin token").fill(TOKEN);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.locator(".timeline", { hasText: note }).waitFor();
  // Told, not asked for: without the stream's events it would take half a minute.
  await other.locator(".timeline", { hasText: note }).waitFor({ timeout: 20_000 });
  await other.context().close();
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), document.cookie].join());
  check(!kept.includes(TOKEN), "the token is kept beyond the tab");
  const [draft] = await Promise.all([
    page.getByLabel("Draft of the post-mortem"),
    page.getByRole("button", { name: "Write a draft" }).click()]);
  await draft.waitFor();
  await page.context().close();
}

try {
  for (const theme of ["dark", "light"]) await everyPage(theme, 1440);
  await everyPage("light", 360);
  await byKeyboard();
  await filters();
  await history();
  if (TOKEN) await changes();
} catch (error) {
  check(false, String(error));
} finally {
  await browser.close();
}
console.log(failures.length === 0 ? "every page holds" : `${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
