-- How long the run of each slot took, a byte per slot on a logarithmic scale
-- (controller/ingest/duration_scale.h). NULL: a day from before they were kept.
ALTER TABLE ledger ADD COLUMN durations BLOB;
