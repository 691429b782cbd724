"""What would reach PagerDuty, asked from the receiver, and rendered as lines."""
import json
import time
import urllib.request

from demo.processes import DemoError


class Pager:
    """`url`: the receiver's base address."""

    def __init__(self, url: str):
        self.url = url
        self._seen = {"events": 0, "webhooks": 0}

    def read(self, view: str, after=0) -> list[dict]:
        try:
            address = f"{self.url}/control/{view}?after={after}"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError) as error:
            raise DemoError(f"the receiver does not answer: {error}") from error

    def news(self) -> list[str]:
        """One line for each event and webhook since the last call."""
        lines = []
        for view, render in (("events", event_line), ("webhooks", webhook_line)):
            entries = self.read(view, self._seen[view])
            if entries:
                self._seen[view] = entries[-1]["sequence"]
            lines += [render(entry) for entry in entries]
        return lines

    def summary(self, limit: int) -> list[str]:
        """The newest incidents as PagerDuty would list them, at most `limit` lines."""
        incidents = self.read("incidents")
        if not incidents:
            return ["  nothing yet"]
        lines = [incident_line(incident) for incident in incidents[-limit:]]
        hidden = len(incidents) - len(lines)
        return ([f"  ({hidden} earlier ones)"] if hidden else []) + lines


def event_line(entry: dict) -> str:
    event = entry.get("event") or {}
    payload = event.get("payload") or {}
    detail = entry.get("title") or payload.get("summary") or event.get("dedup_key", "")
    if entry["outcome"] != "accepted":
        reasons = "; ".join(entry.get("errors") or []) or entry.get("fault") or ""
        detail = f"{detail} ({entry['outcome']}: {reasons})"
    words = [event.get("event_action", "?"), payload.get("severity", ""),
             entry["effect"] or entry["outcome"]]
    said = " ".join(str(word) for word in words if word)
    return printable(f"{clock(entry['at'])} PagerDuty {said}: {detail}")


def webhook_line(entry: dict) -> str:
    reason = f" ({entry['error']})" if entry.get("error") else ""
    return f"{clock(entry['at'])} webhook {entry['id']} {entry['outcome']}{reason}"


def incident_line(incident: dict) -> str:
    end = f" - {clock(incident['resolved_at'])}" if incident["resolved_at"] else ""
    return (f"  #{incident['number']} {incident['status']:<12} {incident['severity']:<8} "
            f"{clock(incident['opened_at'])}{end}  {printable(incident['summary'])}")


def clock(unix_seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(unix_seconds))


def printable(text: str) -> str:
    """Text of others on its way to a terminal: no control characters."""
    return "".join(character if character.isprintable() else "?" for character in text)
