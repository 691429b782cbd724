"""Spans in milliseconds."""
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
