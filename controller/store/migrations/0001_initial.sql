-- The store of a controller. One dialect for SQLite and PostgreSQL: INTEGER is 64 bits wide and
-- BLOB is bytes (the PostgreSQL backend writes BIGINT and BYTEA); times are Unix milliseconds.

CREATE TABLE events (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  first_at_ms INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  batch BLOB NOT NULL
);
CREATE INDEX events_by_time ON events (last_at_ms, first_at_ms);

CREATE TABLE spool_cursors (
  spool TEXT PRIMARY KEY,
  region TEXT NOT NULL,
  agent TEXT NOT NULL,
  next_seq INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
);

CREATE TABLE evidence (
  check_name TEXT NOT NULL,
  region TEXT NOT NULL,
  round_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  run BLOB NOT NULL,
  PRIMARY KEY (check_name, region, round_ms, kind, ordinal)
);
CREATE INDEX evidence_by_time ON evidence (started_ms);

CREATE TABLE last_good (
  check_name TEXT NOT NULL,
  region TEXT NOT NULL,
  round_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  run BLOB NOT NULL,
  PRIMARY KEY (check_name, region)
);

CREATE TABLE definitions (
  check_name TEXT NOT NULL,
  revision TEXT NOT NULL,
  definition BLOB NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (check_name, revision)
);

CREATE TABLE active_checks (
  check_name TEXT PRIMARY KEY,
  revision TEXT NOT NULL,
  source TEXT NOT NULL
);

CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  check_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  severity TEXT NOT NULL,
  state TEXT NOT NULL,
  opening_round_ms INTEGER NOT NULL,
  opened_ms INTEGER NOT NULL,
  acknowledged_ms INTEGER,
  resolved_ms INTEGER,
  title TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX incidents_unresolved ON incidents (id) WHERE state <> 'resolved';
CREATE INDEX incidents_by_check ON incidents (check_name, opening_round_ms);

CREATE TABLE timeline (
  incident TEXT NOT NULL,
  position INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (incident, position)
);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  incident TEXT NOT NULL,
  action TEXT NOT NULL,
  receiver TEXT NOT NULL,
  route TEXT NOT NULL,
  payload TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  alert_key TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  severity TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  next_attempt_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  degrade_level INTEGER NOT NULL,
  state TEXT NOT NULL,
  ever_unknown INTEGER NOT NULL,
  fences_left INTEGER NOT NULL,
  fallback_of TEXT NOT NULL,
  fallback_made INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  finished_ms INTEGER
);
CREATE INDEX outbox_unfinished ON outbox (due_ms) WHERE finished_ms IS NULL;
CREATE INDEX outbox_by_incident ON outbox (incident);
CREATE INDEX outbox_by_key ON outbox (dedup_key, ordinal);
CREATE INDEX outbox_dead ON outbox (due_ms) WHERE state = 'dead';

CREATE TABLE agents (
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  certificate_serial TEXT NOT NULL,
  previous_serial TEXT NOT NULL,
  enrolled_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  version TEXT NOT NULL,
  revoked INTEGER NOT NULL,
  PRIMARY KEY (region, name)
);

CREATE TABLE join_tokens (
  token_sha256 TEXT PRIMARY KEY,
  region TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER,
  used_by TEXT NOT NULL
);

CREATE TABLE checkpoints (
  name TEXT PRIMARY KEY,
  state BLOB NOT NULL
);

CREATE TABLE ledger (
  check_name TEXT NOT NULL,
  region TEXT NOT NULL,
  day INTEGER NOT NULL,
  slots BLOB NOT NULL,
  PRIMARY KEY (check_name, region, day)
);
CREATE INDEX ledger_by_day ON ledger (day);

CREATE TABLE rounds (
  check_name TEXT NOT NULL,
  round_ms INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  summary BLOB NOT NULL,
  PRIMARY KEY (check_name, round_ms)
);
CREATE INDEX rounds_by_time ON rounds (round_ms);

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
