"""Incidents and the pages they owe."""
from .definition import MINUTE
from .names import dedup_key, incident_id
from .suppression import Suppressions


SEVERITIES = ("critical", "error", "warning", "info")


class Page:
    """What one receiver is told of one incident."""

    def __init__(self, receiver, key, routed):
        self.receiver = receiver
        self.key = key
        self.routed = routed
        self.ordinal = 0
        self.kept_back = False
        self.kept_until = None  # when that may be over by itself
        self.next_trigger = None
        self.told = None  # by the newest trigger

    @property
    def was_sent(self):
        return self.routed and not self.kept_back


class Incident:
    """One episode of one alert."""

    def __init__(self, install, answer):
        alert, definition = answer["told"]
        self.check = definition.name
        self.subject = "check:" + definition.name
        self.alert = alert["id"]
        self.condition = alert["on"]
        self.severity = alert["severity"]
        self.opening = answer["opening"]
        self.opened = answer["at"]
        self.state = "suspected"
        self.parent = None  # the incident of the same cause that came first
        self.host = ""  # that its failing step asks, when it opened
        self.id = incident_id(install, self.subject, self.alert, self.opening)
        self.pages = []

    @property
    def is_open(self):
        return self.state in ("open", "acknowledged")

    def has_told(self, receiver):
        return any(page.receiver == receiver and page.was_sent for page in self.pages)


class Incidents:
    """Answers are appended to `answers` as the history writes them."""

    def __init__(self, install, retrigger, answers):
        self.install = install
        self.retrigger = retrigger
        self.answers = answers
        self.receivers = set()
        self.default = ""
        self.suppressions = Suppressions()
        self.unresolved = {}  # by (check, alert)

    def take(self, answer):
        """An alert has moved."""
        slot = answer["check"], answer["alert"]
        incident = self.unresolved.get(slot)
        phase = answer["phase"]
        if phase == "clears":
            if incident:
                self._resolve(slot, answer["at"])
        elif phase == "changes":
            if incident and incident.is_open and incident.opening == answer["opening"]:
                self._tell_new(incident, answer)
        else:
            if incident and incident.opening != answer["opening"]:
                self._resolve(slot, answer["at"])
                incident = None
            if incident is None:
                incident = self.unresolved[slot] = Incident(self.install, answer)
            if phase == "fires":
                if not incident.is_open:
                    incident.state, incident.opened = "open", answer["at"]
                incident.severity = answer["told"][0]["severity"]
                if not incident.host and incident.condition in ("down", "regional"):
                    incident.host = answer["told"][1].host
                self._join(incident, answer["at"])
                self._tell_new(incident, answer)

    def acknowledge(self, identity, now):
        for incident in self.unresolved.values():
            if incident.id == identity and incident.state == "open":
                incident.state = "acknowledged"
                for page in incident.pages:
                    if not page.kept_back:
                        self._write(incident, page, "acknowledge", now)

    def pass_time(self, now):
        """Sends what nothing keeps back any more, and again what is open for another hour."""
        # Who came first is told first: then its members know.
        for incident in sorted(self.unresolved.values(), key=lambda one: one.parent is not None):
            if not incident.is_open:
                continue
            self._find_ways(incident, now)
            for page in incident.pages:
                if not page.routed:
                    continue
                kept_back, until = self._keep_back(incident, page.receiver, now)
                if page.kept_back:
                    page.kept_back, page.kept_until = kept_back, until
                    if not kept_back:
                        self._trigger(incident, page, now)
                elif now >= page.next_trigger:
                    if kept_back:
                        whole = (now - page.told) // self.retrigger + 1
                        page.next_trigger = until or page.told + self.retrigger * whole
                    else:
                        self._trigger(incident, page, now, again=True)

    def next_due(self, now):
        due = [time for incident in self.unresolved.values() if incident.is_open
               for page in incident.pages if page.routed
               for time in (page.kept_until if page.kept_back else page.next_trigger,)
               if time is not None and time > now]
        return min(due, default=None)

    def open_keys(self):
        """What PagerDuty should have open once everything is delivered."""
        return {page.key for incident in self.unresolved.values() if incident.is_open
                for page in incident.pages if page.was_sent}

    def _join(self, incident, now):
        """Becomes a member of the oldest open incident of the same host and condition that is as
        severe, opened within five minutes and is no member itself."""
        if incident.parent or incident.pages or not incident.host:
            return
        fitting = [other for _, other in sorted(self.unresolved.items())
                   if other is not incident and other.is_open and not other.parent
                   and other.host == incident.host and other.condition == incident.condition
                   and SEVERITIES.index(other.severity) <= SEVERITIES.index(incident.severity)
                   and now - other.opened <= 5 * MINUTE]
        incident.parent = min(fitting, key=lambda other: other.opened, default=None)

    def _told_by_kin(self, incident, receiver):
        """Whether the parent, or another member of it, has told this receiver."""
        parent = incident.parent
        if not parent or not parent.is_open:
            return False
        kin = [parent] + [other for other in self.unresolved.values()
                          if other.parent is parent and other is not incident and other.is_open]
        return any(other.has_told(receiver) for other in kin)

    def _keep_back(self, incident, receiver, now):
        kept_back, until = self.suppressions.keep_back(incident, now)
        if kept_back:
            return True, until
        definition = self.suppressions.definitions.get(incident.check)
        for name in definition.depends_on if definition else ():
            downs = [other for _, other in sorted(self.unresolved.items())
                     if other.check == name and other.condition == "down"]
            for other in downs:
                if other.is_open:
                    return True, None
                if other.state == "suspected" and now < incident.opened + MINUTE:
                    return True, incident.opened + MINUTE
        return self._told_by_kin(incident, receiver), None

    def _resolve(self, slot, now):
        incident = self.unresolved.pop(slot)
        incident.state = "resolved"
        for page in incident.pages:
            self._write(incident, page, "resolve", now)

    def _tell_new(self, incident, answer):
        alert, definition = answer["told"]
        for receiver in self._receivers(alert["notify"] or definition.notify):
            if all(page.receiver != receiver for page in incident.pages):
                page = self._make_page(incident, receiver)
                incident.pages.append(page)
                self._keep_or_trigger(incident, page, answer["at"])

    def _receivers(self, wanted):
        """Each once; what is not configured is replaced by the default, if that is."""
        out = []
        for receiver in wanted or [self.default]:
            if receiver not in self.receivers and self.default in self.receivers:
                receiver = self.default
            if receiver not in out:
                out.append(receiver)
        return out

    def _make_page(self, incident, receiver):
        key = dedup_key(self.install, receiver, incident.subject, incident.alert,
                        incident.opening)
        return Page(receiver, key, receiver in self.receivers)

    def _find_ways(self, incident, now):
        """A page that nobody got goes to its receiver, or to the default, once there is one."""
        for place, page in enumerate(incident.pages):
            if page.routed:
                continue
            told = any(other.receiver == self.default for other in incident.pages)
            if page.receiver in self.receivers:
                page.routed = True
            elif self.default in self.receivers and not told:
                page = incident.pages[place] = self._make_page(incident, self.default)
            else:
                continue
            self._keep_or_trigger(incident, page, now)

    def _keep_or_trigger(self, incident, page, now):
        page.kept_back, page.kept_until = self._keep_back(incident, page.receiver, now)
        self._trigger(incident, page, now)

    def _trigger(self, incident, page, now, again=False):
        page.told = now
        page.next_trigger = now + self.retrigger
        self._write(incident, page, "trigger", now)
        if incident.state == "acknowledged" and page.was_sent and not again:
            self._write(incident, page, "acknowledge", now)  # somebody is on it already

    def _write(self, incident, page, action, now):
        state = "pending" if page.routed else "dead"
        self.answers.append({
            "answer": "page", "incident": incident.id, "key": page.key,
            "receiver": page.receiver, "ordinal": page.ordinal, "action": action,
            "state": "suppressed" if page.kept_back else state, "at": now})
        page.ordinal += 1
