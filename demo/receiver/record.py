"""What the receiver saw and decided: events, webhooks, incidents and the rate of each routing key.

Thread-safe. Bounded: beyond RECORDS_MAX the oldest records go and are counted.
"""
import threading
import time
from collections import defaultdict, deque

from demo.receiver.incidents import IncidentBook

RECORDS_MAX = 100_000
RATE_WINDOW_SECONDS = 60.0


class Record:
    def __init__(self, rate_limit: int):
        """`rate_limit`: events per minute and routing key; 0 for none."""
        self._rate_limit = rate_limit
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._clear()

    def _clear(self):
        self._book = IncidentBook()
        self._events = deque()
        self._webhooks = deque()
        self._changes = deque()
        self._lookups = deque()
        self._webhook_ids = set()
        self._arrivals = defaultdict(deque)
        self._sequence = 0
        self._forgotten = 0

    def reset(self) -> None:
        with self._changed:
            self._clear()
            self._changed.notify_all()

    def retry_after(self, routing_key: str) -> int | None:
        """Counts one arrival; seconds to wait when the key is over its rate, else None."""
        now = time.monotonic()
        with self._lock:
            arrivals = self._arrivals[routing_key]
            while arrivals and arrivals[0] <= now - RATE_WINDOW_SECONDS:
                arrivals.popleft()
            if self._rate_limit and len(arrivals) >= self._rate_limit:
                return max(1, round(arrivals[0] + RATE_WINDOW_SECONDS - now))
            arrivals.append(now)
            return None

    def accept_event(self, event: dict, note: str | None) -> None:
        """Applies a valid event to the incidents and records it."""
        with self._changed:
            effect, incident = self._book.apply(event, time.time())
            self._add_event({"outcome": "accepted", "effect": effect, "incident": incident,
                             "title": self._book.title(incident), "event": event, "fault": note})

    def swallow_event(self, event: dict, note: str) -> None:
        """Records an event that was accepted and has no effect."""
        with self._changed:
            self._add_event({"outcome": "accepted", "effect": "swallowed", "incident": None,
                             "title": "", "event": event, "fault": note})

    def add_change(self, outcome: str, event, errors: list, note: str | None) -> None:
        with self._changed:
            self._append(self._changes, {"outcome": outcome, "event": event, "errors": errors,
                                         "fault": note})

    def add_lookup(self, status: int, query: str, errors: list) -> None:
        with self._changed:
            self._append(self._lookups, {"status": status, "query": query, "errors": errors})

    def changes(self, after: int = 0) -> list[dict]:
        with self._lock:
            return [entry for entry in self._changes if entry["sequence"] > after]

    def lookups(self, after: int = 0) -> list[dict]:
        with self._lock:
            return [entry for entry in self._lookups if entry["sequence"] > after]

    def refuse_event(self, outcome: str, event, errors: list, note: str | None) -> None:
        """Records an event that was not accepted: `outcome` is rejected, throttled or lost."""
        with self._changed:
            self._add_event({"outcome": outcome, "effect": None, "incident": None,
                             "event": event, "errors": errors, "fault": note})

    def add_webhook(self, outcome: str, message_id, body, error, note) -> None:
        with self._changed:
            duplicate = outcome == "accepted" and message_id in self._webhook_ids
            if outcome == "accepted":
                self._webhook_ids.add(message_id)
            self._append(self._webhooks, {"outcome": outcome, "id": message_id, "body": body,
                                          "duplicate": duplicate, "error": error, "fault": note})

    def events(self, after: int = 0) -> list[dict]:
        with self._lock:
            return [entry for entry in self._events if entry["sequence"] > after]

    def webhooks(self, after: int = 0) -> list[dict]:
        with self._lock:
            return [entry for entry in self._webhooks if entry["sequence"] > after]

    def incidents(self) -> list[dict]:
        with self._lock:
            return self._book.as_json()

    def counts(self) -> dict:
        with self._lock:
            return {"records": self._sequence, "forgotten": self._forgotten}

    def wait_beyond(self, sequence: int, seconds: float) -> bool:
        """Waits until something newer than `sequence` is recorded; False when the time is up."""
        with self._changed:
            return self._changed.wait_for(lambda: self._sequence > sequence, timeout=seconds)

    def _add_event(self, entry):
        self._append(self._events, entry)

    def _append(self, records, entry):
        self._sequence += 1
        records.append({"sequence": self._sequence, "at": time.time(), **entry})
        if len(records) > RECORDS_MAX:
            records.popleft()
            self._forgotten += 1
        self._changed.notify_all()
