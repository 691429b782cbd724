// Answers of a controller, as small as their types allow.
import type { Check, CheckRegion, Incident, Status } from "../../src/types";

export const NOW = "2026-11-22T04:42:00.000Z";

export const region = (name: string, state: CheckRegion["state"] = "pass"): CheckRegion =>
  ({ region: name, state, recent: [], last_run: null });

export const check = (name: string, verdict: Check["verdict"] = "up", more: Partial<Check> = {}): Check => ({
  name, title: "", owner: "web", verdict, since: null, interval_ms: 300_000, quorum: 1, failing: 0,
  reporting: 2, tags: [], firing: [], flapping: false, revision: "", source: "", regions: [], ...more,
});

export const STATUS: Status = {
  schema_version: 1, now: NOW, version: "1.0.0", trouble: null, health: [], dead_man: null,
  reload: { at: null, checks: 1, errors: 0, warnings: 0, kept: [], waits_for_confirmation: "", diagnostics: "" },
  regions: [{ region: "eu", online: true, blind: false, agents: 1 }],
  checks: [check("home", "up", { regions: [region("eu")] })], incidents: [],
};

export const INCIDENT = {
  id: "01ABC", check: "home", subject: "", alert: "down", verdict: "down", severity: "critical", state: "open", title: "home is down",
  opened: NOW, acknowledged: null, resolved: null, started: null, owner: "web", service: "",
} as unknown as Incident;
