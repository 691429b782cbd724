"""A check as it is defined at one time."""
import math

from .coverage import note
from .units import HOUR, MINUTE, SECOND
from .windows import make_window

__all__ = ["Definition", "HOUR", "MINUTE", "SECOND", "VERDICT_CONDITIONS", "needed_for_data"]

VERDICT_CONDITIONS = ("down", "no_data", "regional", "degraded")  # in order of precedence


class Definition:
    """One `define` event."""

    def __init__(self, event):
        self.name = event["check"]
        self.interval = event["interval"]
        self.timeout = event["timeout"]
        self.run_limit = event["run_limit"]
        self.quorum_text = event.get("quorum", "auto")
        self.fails_needed, self.fails_of = event.get("failing", (1, 1))
        self.regions = sorted(event["regions"])
        self.alerts = event.get("alerts", [])
        self.notify = event.get("notify", [])
        self.host = event.get("host", "")
        self.owner = event.get("owner", "")
        self.shadow = event.get("shadow", False)
        self.depends_on = event.get("depends_on", [])
        self.maintenance = [make_window(one) for one in event.get("maintenance", [])]
        self.service = event.get("service", "")
        self.tags = event.get("tags", [])
        self.labels = event.get("labels", {})
        self.same = [tuple(one) for one in event.get("same", [])]  # (step, fact)
        self.near = event.get("near", [])  # steps
        self.continents = event.get("continents", {})  # by region, as labelled
        self.paused = event.get("paused")  # None, or {"until": ...} or {} for good
        self.slo = event.get("slo")

    @property
    def fresh_for(self):
        return 2 * self.interval + self.timeout

    @property
    def runs_remembered(self):
        """A region's newest runs; nothing looks further back."""
        return max(5, self.fails_of)

    def is_paused(self, now):
        if self.paused is None:
            return False
        return "until" not in self.paused or now < self.paused["until"]

    def round_of(self, time):
        return time - time % self.interval

    def next_round(self, time):
        return self.round_of(time) + self.interval

    def close_of(self, round_start):
        return round_start + self.interval + self.run_limit + MINUTE

    def quorum(self, assigned, seeing):
        """Of the assigned regions; shares count those that are neither blind nor offline."""
        text = self.quorum_text
        if text == "auto":
            wanted, most = max(2, math.ceil(assigned / 4)), assigned
        elif text == "any":
            wanted, most = 1, assigned
        elif text == "all":
            wanted, most = seeing, seeing
        elif text == "majority":
            wanted, most = seeing // 2 + 1, seeing
        elif text.endswith("%"):
            wanted, most = math.ceil(seeing * int(text[:-1]) / 100), seeing
        else:
            wanted, most = int(text), assigned
        return max(1, min(wanted, most))

    def in_maintenance(self, begin, end):
        """Whether a window touches [begin, end)."""
        return any(window.spans(begin, end) for window in self.maintenance)

    def maintenance_at(self, now):
        """[from, until] of the first window that holds now, or None."""
        for window in self.maintenance:
            found = window.spans(now, now + 1)
            if found:
                note("window that came again" if window.comes_again else "window")
                return found[0]
        return None


def needed_for_data(quorum, assigned):
    """How many regions must report: the quorum, or half of those assigned if that is more."""
    return max(1, quorum, math.ceil(assigned / 2))
