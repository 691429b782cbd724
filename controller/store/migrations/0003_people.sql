-- Incidents as people work with them: ends by hand, deployments nearby, action items.
ALTER TABLE incidents ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN started_ms INTEGER;
ALTER TABLE incidents ADD COLUMN resolved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN after_resolve TEXT NOT NULL DEFAULT 'none';
ALTER TABLE incidents ADD COLUMN page_again_ms INTEGER;
ALTER TABLE incidents ADD COLUMN recovered_ms INTEGER;
ALTER TABLE incidents ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incidents_held ON incidents (id) WHERE after_resolve <> 'none';
CREATE INDEX incidents_by_opening ON incidents (opened_ms);

CREATE TABLE deployments (
  id TEXT PRIMARY KEY,
  service TEXT NOT NULL,
  version TEXT NOT NULL,
  team TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  recorded_ms INTEGER NOT NULL,
  url TEXT NOT NULL,
  recorded_by TEXT NOT NULL
);
CREATE INDEX deployments_by_time ON deployments (at_ms);

CREATE TABLE incident_deployments (
  incident TEXT NOT NULL,
  deployment TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (incident, deployment)
);
CREATE INDEX incident_deployments_by_deployment ON incident_deployments (deployment);

CREATE TABLE action_items (
  id TEXT PRIMARY KEY,
  incident TEXT NOT NULL,
  check_name TEXT NOT NULL,
  owner TEXT NOT NULL,
  note TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  state TEXT NOT NULL,
  closed_ms INTEGER,
  closed_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  escalated_ms INTEGER
);
CREATE INDEX action_items_by_incident ON action_items (incident);
CREATE INDEX action_items_open ON action_items (due_ms) WHERE state = 'open';
