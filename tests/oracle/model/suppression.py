"""What keeps pages back: shadow, pauses, maintenance, silences; dependencies are incidents.py's."""
import re

from .coverage import note


class Silence:
    """Matchers of which all must hold, for a time."""

    def __init__(self, event):
        self.matchers = [re.fullmatch(r"([\w.]+)(=~|!~|!=|=)(.*)", text).groups()
                         for text in event["matchers"]]
        self.begin, self.end = event["from"], event["until"]

    def holds(self, labels, now):
        return self.begin <= now < self.end and all(
            _matches(labels.get(name, []), operator, value)
            for name, operator, value in self.matchers)


def _matches(values, operator, wanted):
    if operator in ("=", "!="):
        found = wanted in values
    else:
        found = any(re.fullmatch(wanted, value) for value in values)
    return found != operator.startswith("!")


class Suppressions:
    """Definitions and silences in force."""

    def __init__(self):
        self.definitions = {}
        self.silences = {}
        self.resumed = {}  # when a pause ended that the definition has no more

    def define(self, definition, now):
        known = self.definitions.get(definition.name)
        if known and known.paused is not None:
            self.resumed[definition.name] = min(now, known.paused.get("until", now))
        if definition.paused is not None:
            self.resumed.pop(definition.name, None)
        self.definitions[definition.name] = definition

    def forget(self, check):
        self.definitions.pop(check, None)
        self.resumed.pop(check, None)

    def keep_back(self, incident, now):
        """Whether the incident's pages are kept back: (True, until or None), or (False, None)."""
        definition = self.definitions.get(incident.check)
        if definition and definition.shadow:
            note("shadow")
            return True, None
        paused, until = self._keep_back_by_pause(incident, definition, now)
        if paused:
            note("pause")
            return True, until
        window = definition.maintenance_at(now) if definition else None
        if window:
            return True, window[1]
        labels = labels_of(incident, definition)
        for _, silence in sorted(self.silences.items()):
            if silence.holds(labels, now):
                note("silence")
                return True, silence.end
        return False, None

    def _keep_back_by_pause(self, incident, definition, now):
        """Also what was open before, until there are runs of after the pause."""
        if not definition:
            return False, None
        paused = definition.paused
        if definition.is_paused(now):
            return True, paused.get("until")
        ended = self.resumed.get(incident.check) if paused is None else paused["until"]
        if ended is None or incident.opened >= ended or now >= ended + definition.fresh_for:
            return False, None
        return True, ended + definition.fresh_for


def labels_of(incident, definition):
    labels = {"subject": [incident.subject], "condition": [incident.condition],
              "severity": [incident.severity], "alert": [incident.alert],
              "check": [incident.check]}
    if definition:
        labels["owner"] = [definition.owner] if definition.owner else []
        labels["service"] = [definition.service] if definition.service else []
        labels["tag"] = definition.tags
        labels.update(("label." + name, [value]) for name, value in definition.labels.items())
    return labels
