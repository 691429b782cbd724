// What the walk needs of a browser: pages that may ask the controller alone and throw nothing, and
// the list of what did not hold. BASE (the controller's address), CHECK, REGION and INCIDENT (what
// exists there), TOKEN (the admin token), CHROMIUM.
import { chromium } from "playwright-core";

export const { BASE, CHECK, REGION, INCIDENT, TOKEN, CHROMIUM = "/usr/bin/chromium" } = process.env;
export const WIDE = { viewport: { width: 1440, height: 900 } };
export const PAGES = {
  grid: ["/", "Checks"], check: [`/checks/${CHECK}`, CHECK],
  run: [`/checks/${CHECK}/runs/${REGION}`, REGION], incidents: ["/incidents", "Incidents"],
  incident: [`/incidents/${INCIDENT}`, CHECK], map: ["/map", "World"], slos: ["/slos", "Objectives"],
  cdn: ["/cdn", "CDN"], "third-parties": ["/third-parties", "Third parties"],
  deployments: ["/deployments", "Deployments"], actions: ["/actions", "Action items"],
  silences: ["/silences", "Silences"], deliveries: ["/deliveries", "Deliveries"],
  agents: ["/agents", "Agents"], public: ["/public", ""],
};

export const failures = [];
export const check = (fine, what) => void (fine || (failures.push(what), console.log(`FAILED: ${what}`)));

export const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

/** A page in a context of its own. `refused`: a pattern of answers that the browser complains of. */
export async function open(options = WIDE, refused = /^$/) {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => check(false, `an exception: ${error.message}`));
  page.on("console", (message) => message.type() === "error" &&
    check(refused.test(message.text()), `console: ${message.text()} at ${message.location().url}`));
  page.on("request", (request) => check(request.url().startsWith(`${BASE}/`), `asks elsewhere: ${request.url()}`));
  return page;
}

export async function visit(page, name) {
  const [path, title] = PAGES[name];
  await page.goto(BASE + path);
  await page.locator("h1", { hasText: title }).waitFor();
  await page.getByText("Loading…").first().waitFor({ state: "detached" });
}

/** A panel by its heading. */
export const panel = (page, title) =>
  page.locator("section.panel", { has: page.getByRole("heading", { name: title, exact: true }) });
