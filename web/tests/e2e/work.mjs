// What people do in the interface while a check fails, each with what must come of it: who they are is
// asked once, silences, deliveries that are sent again, the incident from "somebody is on it" to its
// action items. And a run as they read it, and a controller whose stream of changes is refused.
import { BASE, CHECK, INCIDENT, REGION, TOKEN, WIDE, check, open, panel, visit } from "./browser.mjs";

/** The dialog that comes before the first change of a tab. */
async function introduce(page, token = TOKEN) {
  await page.getByLabel("Your name").fill("anna");
  await page.getByLabel("Admin token").fill(token);
  await page.getByRole("button", { name: "Continue" }).click();
}

async function notes() {
  const other = await open();
  await visit(other, "incident");
  await other.locator("footer", { hasText: "live" }).waitFor();
  const page = await open(undefined, /status of 401/);
  await visit(page, "incident");
  const note = `seen by the walk ${Date.now()}`;
  await page.getByLabel("Note for the timeline").fill(note);
  await page.getByLabel("Note for the timeline").press("Enter");
  await introduce(page, "no token at all");
  await page.getByRole("alert").waitFor(); // refused, and asked for anew
  await page.getByLabel("Note for the timeline").press("Enter");
  await introduce(page);
  await page.locator(".timeline", { hasText: note }).waitFor();
  // Told, not asked for: without the stream's events it would take half a minute.
  await other.locator(".timeline", { hasText: note }).waitFor({ timeout: 20_000 });
  await other.context().close();
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), document.cookie].join());
  check(!kept.includes(TOKEN), "the token is kept beyond the tab");
  await page.context().close();
}

async function silences() {
  const page = await open(undefined, /status of 400/);
  await visit(page, "silences");
  const table = page.getByRole("table", { name: "Silences that hold now or later" });
  await panel(page, "Silences").getByText("None: every page goes out.").waitFor();
  const silence = async (matchers) => {
    await page.getByLabel("Matchers").fill(matchers);
    await page.getByLabel("Why").fill("the shop is mended");
    await page.locator("select[name=duration]").selectOption("2h");
    await page.getByRole("button", { name: "Silence", exact: true }).click();
  };
  await silence("colour");
  await introduce(page);
  await page.getByRole("alert").getByText("colour").waitFor(); // no matcher: said, and nothing is lost
  check(await page.getByLabel("Why").inputValue() === "the shop is mended", "a refused silence empties its form");
  await silence(`check=${CHECK}`);
  const row = table.locator("tr", { hasText: `check=${CHECK}` });
  await row.getByText("the shop is mended").waitFor();
  check(/active/.test(await row.innerText()) && /anna/.test(await row.innerText()), "a silence is not active or not anna's");
  await row.getByText(/^in (2h|1h 59m)/).waitFor();
  check(await page.getByRole("alert").count() === 0, "trouble stays when it is over");
  await row.getByRole("button", { name: /^End/ }).click();
  await panel(page, "Silences").getByText("None: every page goes out.").waitFor();
  await page.context().close();
}

/** The change event that PagerDuty refused goes out when it is sent again. */
async function deliveries() {
  const page = await open();
  await visit(page, "deliveries");
  const state = page.getByRole("combobox", { name: "State" });
  await state.selectOption("dead");
  const rows = page.getByRole("table", { name: "Messages, newest first" }).locator("tbody tr");
  const change = rows.filter({ has: page.getByRole("cell", { name: "change", exact: true }) });
  await change.getByText(/HTTP 400/).waitFor();
  check(await rows.count() === 1, `${await rows.count()} messages are dead`);
  await change.getByRole("button", { name: "Retry" }).click();
  await introduce(page);
  await page.getByText("None in this state.").waitFor();
  await state.selectOption("accepted");
  await change.waitFor();
  check(await page.getByRole("button", { name: "Retry" }).count() === 0, "what was accepted can be sent again");
  await page.context().close();
}

/** From "somebody is on it" to the end by hand, the draft and what is to be done; as another tab sees it. */
async function incident() {
  const other = await open();
  await other.goto(`${BASE}/incidents`);
  const listed = (state) => other.locator("tr", { has: other.locator(`a[href="/incidents/${INCIDENT}"]`) }).getByText(state);
  await listed("open").waitFor();
  const page = await open();
  await visit(page, "incident");
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await introduce(page);
  await page.locator(".timeline .acknowledged", { hasText: "anna" }).waitFor();
  await page.getByRole("table", { name: "Deployments nearby" }).getByText("4.11").waitFor();
  check(await page.getByRole("button", { name: "Acknowledge" }).count() === 0, "an acknowledged incident can be acknowledged");
  await listed("acknowledged").waitFor();
  await actionItem(page);
  await page.getByRole("button", { name: "Write a draft" }).click();
  await page.getByLabel("Draft of the post-mortem").getByText("find what broke the home page").waitFor();
  await page.getByRole("button", { name: "Resolve by hand" }).click();
  await panel(page, "What is known").getByText(/by anna/).waitFor();
  check(await page.getByRole("button", { name: "Resolve by hand" }).count() === 0, "a resolved incident can be resolved");
  await page.locator(".timeline .resolved", { hasText: "anna" }).waitFor();
  await listed("resolved").waitFor();
  await other.context().close();
  await page.context().close();
}

/** Added on the incident's page, done on the page of all. */
async function actionItem(page) {
  const form = panel(page, "Action items");
  const due = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("What").fill("find what broke the home page");
  await form.getByLabel("Owner").fill("web");
  await form.getByLabel("Due").fill(due);
  await form.getByRole("button", { name: "Add" }).click();
  await form.getByRole("table").getByText("find what broke the home page").waitFor();
  await page.getByRole("link", { name: "Action items" }).click();
  const row = page.getByRole("table", { name: "Action items" }).locator("tr", { hasText: "find what broke the home page" });
  await row.getByText(/^in 3d/).waitFor();
  await row.getByRole("button", { name: "Done" }).click();
  await page.getByText("None.", { exact: true }).waitFor();
  await page.getByLabel("State").selectOption("done");
  await row.getByText("anna").waitFor();
  await visit(page, "incident");
}

export async function people() {
  await notes();
  await silences();
  await deliveries();
  await incident();
}

/** What an engineer looks for in a failed run, and what must stand there. */
export async function failedRun() {
  const page = await open();
  await visit(page, "run");
  await waterfall(page);
  await expectation(panel(page, "What failed"));
  await comparisons(page);
  await evidence(page);
  await page.context().close();
}

async function waterfall(page) {
  const steps = page.locator(".waterfall > ol > li");
  await steps.first().waitFor();
  check(await steps.count() === 1, `${await steps.count()} steps in a run of one`);
  const request = steps.first().locator(".w-request");
  const words = await request.innerText();
  check(new RegExp(`GET\\s+/${REGION}\\s+500`).test(words), `the request of the waterfall: ${words}`);
  check(/wait [\d.]+ m?s/.test(await request.locator(".hidden").textContent()), "phases are not told in words");
  check(await request.locator("rect.p-wait").count() === 1, "the waterfall has no bar for the wait");
}

/** Beside its line of the file, with a mark below the column. */
async function expectation(failed) {
  await failed.getByText("expect.status: wanted 200, got 500").waitFor();
  const [line, mark] = (await failed.locator(".line.marked").innerText()).split("\n");
  check(line?.includes("expect: {status: 200}"), `the marked line: ${line}`);
  const above = line?.slice(mark?.indexOf("^"));
  check(above?.startsWith("status: 200"), `the mark is below "${above}"`);
}

/** With the last good run of the region, and with a region that passed in the same round. */
async function comparisons(page) {
  const status = (where) => page.getByRole("table", { name: `Facts that differ: against ${where}` })
    .locator("tr", { hasText: "status" });
  for (const where of ["the last good run", "another region"]) {
    await status(where).waitFor();
    const cells = await status(where).locator("td").allInnerTexts();
    check(cells.join() === "http,status,200,500", `against ${where}: ${cells}`);
  }
  const other = panel(page, "Against another region");
  const choice = other.getByRole("combobox", { name: "Other region" });
  check(await choice.inputValue() === "attic", "not compared with the region that passes");
  await choice.selectOption("office");
  await other.getByText("Same answers, addresses and edges.").waitFor();
  const link = panel(page, "Against the last good run").locator(".aside a");
  check((await link.innerText()).startsWith(`${REGION}, `), `the last good run is of ${await link.innerText()}`);
}

/** Open where the step failed: what was asked, what came back, and a curl line that asks the same. */
async function evidence(page) {
  const requests = panel(page, "Requests");
  const curl = await requests.getByRole("region", { name: "The request as a curl command" }).innerText();
  check(/^curl .*\/eu-west-1 .*-H 'user-agent: picket/.test(curl), `the curl line: ${curl}`);
  const headers = requests.getByRole("table", { name: "Response headers" });
  await headers.locator("tr", { hasText: "content-type" }).getByText("text/html").waitFor();
}

/** A proxy that lets no stream through: the foot says so, and what changes is asked for all the same. */
export async function withoutStream() {
  const page = await open(WIDE, /status of 503/);
  let refused = 0;
  await page.route("**/api/v1/events", (route) => (refused++, route.fulfill({ status: 503, body: "no streams here" })));
  await visit(page, "incident");
  await page.locator("footer", { hasText: "asks every few seconds" }).waitFor();
  check(refused > 0, "nobody asked for the stream");
  const text = `told to nobody ${Date.now()}`;
  const answer = await fetch(`${BASE}/api/v1/incidents/${INCIDENT}/note`, { method: "POST", body: JSON.stringify({ by: "bob", text }),
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" } });
  check(answer.status === 200, `a note is answered with ${answer.status}`);
  await page.locator(".timeline", { hasText: text }).waitFor({ timeout: 20_000 });
  await page.locator("footer", { hasText: "asks every few seconds" }).waitFor();
  await page.context().close();
}
