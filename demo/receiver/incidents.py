"""What PagerDuty does with accepted events: at most one open incident per routing and dedup key.

Pure state, no I/O; time comes as an argument (Unix seconds).
"""
from dataclasses import asdict, dataclass, field


@dataclass
class Incident:
    number: int
    routing_key: str
    dedup_key: str
    summary: str
    severity: str
    status: str  # triggered, acknowledged, resolved
    opened_at: float
    resolved_at: float | None = None
    log: list = field(default_factory=list)


class IncidentBook:
    """A trigger for an open key adds a log entry; after a resolve it opens a new incident;
    an acknowledge or resolve for a key that is not open is dropped."""

    def __init__(self):
        self._incidents: list[Incident] = []
        self._open: dict[tuple[str, str], Incident] = {}

    def apply(self, event: dict, now: float) -> tuple[str, int | None]:
        """Applies a valid event that has a dedup key.

        Returns the effect (opened, logged, acknowledged, resolved, dropped) and the incident's
        number, or None when the event was dropped.
        """
        key = (event["routing_key"], event["dedup_key"])
        action = event["event_action"]
        incident = self._open.get(key)
        if incident is None:
            if action != "trigger":
                return "dropped", None
            return "opened", self._open_incident(key, event, now).number
        incident.log.append(_log_entry(event, now))
        if action == "trigger":
            return "logged", incident.number
        if action == "acknowledge":
            incident.status = "acknowledged"
            return "acknowledged", incident.number
        incident.status = "resolved"
        incident.resolved_at = now
        del self._open[key]
        return "resolved", incident.number

    def title(self, number: int | None) -> str:
        """The summary an incident was opened with; empty for None."""
        return self._incidents[number - 1].summary if number else ""

    def as_json(self) -> list[dict]:
        """All incidents in the order they were opened."""
        return [asdict(incident) for incident in self._incidents]

    def _open_incident(self, key, event, now):
        payload = event["payload"]
        incident = Incident(number=len(self._incidents) + 1, routing_key=key[0], dedup_key=key[1],
                            summary=payload["summary"], severity=payload["severity"],
                            status="triggered", opened_at=now, log=[_log_entry(event, now)])
        self._incidents.append(incident)
        self._open[key] = incident
        return incident


def _log_entry(event, now):
    summary = (event.get("payload") or {}).get("summary", "")
    return {"action": event["event_action"], "at": now, "summary": summary}
