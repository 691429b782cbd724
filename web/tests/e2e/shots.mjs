// Pictures of a running controller, as scripts/readme_pictures.py orders them: BASE (its address),
// PICTURES (JSON: name, path, what it shows, size and colour scheme of each), FOLDER. Viewports, not
// whole pages: what one sees.
import { chromium } from "playwright-core";

const { BASE, PICTURES, FOLDER, CHROMIUM } = process.env;

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
try {
  for (const { name, path, shows, width, height, scheme } of JSON.parse(PICTURES)) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height } });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(BASE + path);
    for (const text of shows) await page.locator("main").getByText(text).first().waitFor();
    await page.getByText("Loading…").first().waitFor({ state: "detached" });
    await page.locator("footer", { hasText: "live" }).waitFor();
    await page.screenshot({ path: `${FOLDER}/${name}.png` });
    await context.close();
  }
} finally {
  await browser.close();
}
