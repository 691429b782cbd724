// The README's pictures of a running controller, as tests/e2e/screenshots.py starts it: BASE, CHECK,
// REGION, INCIDENT as for walk.mjs, SHOTS (the folder). Viewports, not whole pages: what one sees.
import { chromium } from "playwright-core";

const { BASE, CHECK, REGION, INCIDENT, SHOTS, CHROMIUM = "/usr/bin/chromium" } = process.env;
const WIDE = { width: 1280, height: 600 };
const SHOTS_OF = [
  ["grid", "/", "light", WIDE], ["run", `/checks/${CHECK}/runs/${REGION}`, "light", { width: 1280, height: 740 }],
  ["incident", `/incidents/${INCIDENT}`, "light", { width: 1280, height: 860 }],
  ["mobile", "/", "dark", { width: 390, height: 740 }],
];

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
for (const [name, path, colorScheme, viewport] of SHOTS_OF) {
  const context = await browser.newContext({ colorScheme, viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(BASE + path);
  await page.locator("h1").first().waitFor();
  await page.getByText("Loading…").first().waitFor({ state: "detached" });
  await page.locator("footer", { hasText: "live" }).waitFor();
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
  await context.close();
}
await browser.close();
