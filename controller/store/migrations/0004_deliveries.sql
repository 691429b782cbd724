-- Attempts to deliver, and webhooks that came in: what the delivery log keeps.
CREATE TABLE delivery_log (
  id TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  outbox TEXT NOT NULL,
  incident TEXT NOT NULL,
  receiver TEXT NOT NULL,
  action TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  provider_id TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  error TEXT NOT NULL
);
CREATE INDEX delivery_log_by_time ON delivery_log (at_ms);
CREATE INDEX delivery_log_by_outbox ON delivery_log (outbox, at_ms);
CREATE INDEX delivery_log_by_provider ON delivery_log (provider_id) WHERE provider_id <> '';
CREATE INDEX delivery_log_by_receiver ON delivery_log (receiver, outcome, at_ms);
CREATE INDEX outbox_by_provider ON outbox (provider_id) WHERE provider_id <> '';
