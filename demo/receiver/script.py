"""The receiver's misbehaviour: a queue of faults for the next requests of each channel.

Thread-safe; a fault is consumed by the request that suffers it. `count: 0` means until cleared.
"""
import threading
from collections import deque

CHANNELS = ("pagerduty", "webhook", "rest", "change")
FAULTS = {
    "throttle": "429 with Retry-After `retry_after` (seconds, default 1)",
    "error": "`status` (default 500), nothing recorded as accepted",
    "accept_then_hang": "accepts and records, then never answers",
    "hang": "neither accepts nor answers",
    "captive_portal": "200 with an HTML page",
    "summary_limit": "400 when the summary is longer than `limit` (default 100)",
    "reset": "reads the request, then resets the connection",
    "redirect": "302 to `location`",
    "wrong_key": "202 that names another dedup key; nothing recorded as accepted",
    "swallow": "202, but nothing comes of it: a maintenance window or an event rule",
    "outage": "closes each connection without reading the request",
}
OPTIONS = {"throttle": {"retry_after"}, "error": {"status"}, "summary_limit": {"limit"},
           "redirect": {"location"}}


class FaultScript:
    def __init__(self):
        self._lock = threading.Lock()
        self._queues = {channel: deque() for channel in CHANNELS}

    def add(self, entry: dict) -> None:
        """Queues one entry {fault, channel, count, options}. Raises ValueError when it is wrong."""
        fault = entry.get("fault")
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}; there are {', '.join(FAULTS)}")
        channel = entry.get("channel", "pagerduty")
        if channel not in CHANNELS:
            raise ValueError(f"unknown channel {channel!r}; there are {', '.join(CHANNELS)}")
        unknown = set(entry) - {"fault", "channel", "count"} - OPTIONS.get(fault, set())
        if unknown:
            raise ValueError(f"{fault} has no option {', '.join(sorted(unknown))}")
        count = entry.get("count", 1)
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ValueError("count must be a number of requests, or 0 for until cleared")
        with self._lock:
            self._queues[channel].append({**entry, "left": count})

    def take(self, channel: str) -> dict | None:
        """The fault that the next request of a channel suffers, or None."""
        with self._lock:
            queue = self._queues[channel]
            if not queue:
                return None
            entry = queue[0]
            if entry["left"] > 0:
                entry["left"] -= 1
                if entry["left"] == 0:
                    queue.popleft()
            return entry

    def clear(self) -> None:
        with self._lock:
            for queue in self._queues.values():
                queue.clear()

    def as_json(self) -> dict:
        with self._lock:
            return {channel: [dict(entry) for entry in queue]
                    for channel, queue in self._queues.items()}
