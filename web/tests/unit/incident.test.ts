// Working with an incident: what a person does is done only when the controller says so.
import { expect, test } from "vitest";
import { browse, json, pass } from "./dom";
import { INCIDENT, STATUS } from "./samples";

const ANSWER = { incident: INCIDENT, timeline: [], pages: [], differences: [], deployments: [], action_items: [] };

async function openIncident(post: () => Response) {
  const page = browse("/incidents/01ABC", (path, init) => (init?.method === "POST" ? post()
    : path.includes("/incidents/") ? ANSWER : path.includes("/grid") ? { rounds: 30, checks: [] } : STATUS));
  const { person, token } = await import("../../src/session");
  [person.value, token.value] = ["anna", "secret"];
  await import("../../src/main");
  await pass(100);
  return page;
}

for (const [name, post] of [["login page", () => new Response("<html>")], ["refusal", () => json({ error: { message: "no", hint: "" } }, 409)]] as const)
  test(`a note that a ${name} answers stays typed, with the reason beside it`, async () => {
    const { app, asked } = await openIncident(post);
    const field = app.find("form", "Note for the timeline")!;
    const input = field.find("input")! as unknown as { value: string; fire: (type: string) => void };
    input.value = "the edge is down";
    input.fire("input");
    field.fire("submit");
    await pass(100);
    expect(asked.mock.calls.some(([url, init]) => url.endsWith("/note") && String(init?.body).includes("the edge is down"))).toBe(true);
    expect(input.value).toBe("the edge is down");
    expect(app.byRole("alert").map((one) => one.textContent).join()).toMatch(/not the controller|no/);
  });

test("a note that the controller took is typed no more", async () => {
  const { app } = await openIncident(() => json({ schema_version: 1, ...ANSWER }));
  const field = app.find("form", "Note for the timeline")!;
  const input = field.find("input")! as unknown as { value: string; fire: (type: string) => void };
  input.value = "the edge is down";
  input.fire("input");
  field.fire("submit");
  await pass(100);
  expect(input.value).toBe("");
  expect(app.byRole("alert")).toEqual([]);
});
