"""Incidents and the pages they owe."""
from .coverage import note
from .definition import MINUTE
from .escalation import Escalations
from .explanations import Explanations
from .names import dedup_key, incident_id
from .storms import MOST, CALM, UPDATE, Storms
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
        self.folded = False  # into the page of a storm
        self.triggered = None  # the newest trigger, whether it was sent or not
        self.next_trigger = None
        self.first_told = None  # when a trigger was first sent
        self.escalates_from = 0  # not before: something kept it back then
        self.relied_on_ended = None  # when what explained it ended: one of its cause that had
        self.explained = False  # told the receiver, or a dependency (as the newest row says)

    @property
    def was_sent(self):
        return self.routed and not (self.kept_back or self.folded)


class Incident:
    """One episode of one alert, or a storm of pages."""

    def __init__(self, install, subject, alert, opening, now):
        self.check = subject.removeprefix("check:") if subject.startswith("check:") else ""
        self.subject = subject
        self.alert = alert["id"]
        self.condition = alert["on"]
        self.severity = alert["severity"]
        self.opening = opening
        self.opened = now
        self.state = "suspected"
        self.acknowledged = self.resolved = None  # when
        self.parent = None  # the incident of the same cause that came first
        self.host = ""  # that its failing step asks, when it opened
        self.id = incident_id(install, self.subject, self.alert, self.opening)
        self.pages = []

    @property
    def is_storm(self):
        return self.condition == "storm"

    @property
    def is_open(self):
        return self.state in ("open", "acknowledged")

    def has_told(self, receiver):
        return any(page.receiver == receiver and page.was_sent for page in self.pages)


class Incidents(Explanations):
    """Answers are appended to `answers` as the history writes them."""

    def __init__(self, install, retrigger, answers):
        self.install = install
        self.retrigger = retrigger
        self.answers = answers
        self.receivers = set()
        self.default = ""
        self.suppressions = Suppressions()
        self.storms = Storms()
        self.escalations = Escalations(self)
        self.unresolved = {}  # by (subject, alert)
        self.all = []  # also those that are over
        self.has_started = False  # since time has last passed

    def take(self, answer):
        """An alert has moved."""
        slot = "check:" + answer["check"], answer["alert"]
        incident = self.unresolved.get(slot)
        phase = answer["phase"]
        if phase == "clears":
            if incident:
                self._resolve(slot, answer["at"])
        elif phase == "changes":
            if incident and incident.is_open and incident.opening == answer["opening"]:
                self._tell_new(incident, wanted_by(answer), answer["at"])
        else:
            if incident and incident.opening != answer["opening"]:
                self._resolve(slot, answer["at"])
                incident = None
            if incident is None:
                incident = self._begin(slot, answer["told"][0], answer["opening"], answer["at"])
            if phase == "fires":
                if not incident.is_open:
                    incident.state, incident.opened = "open", answer["at"]
                incident.severity = answer["told"][0]["severity"]
                if not incident.host and incident.condition in ("down", "regional"):
                    incident.host = answer["told"][1].host
                self._join(incident, answer["at"])
                self._tell_new(incident, wanted_by(answer), answer["at"])

    def _begin(self, slot, alert, opening, now):
        incident = self.unresolved[slot] = Incident(self.install, slot[0], alert, opening, now)
        self.all.append(incident)
        return incident

    def acknowledge(self, identity, now):
        for incident in self.unresolved.values():
            if incident.id == identity and incident.state == "open":
                incident.state, incident.acknowledged = "acknowledged", now
                for page in incident.pages:
                    if not (page.kept_back or page.folded):
                        self._write(incident, page, "acknowledge", now)

    def start(self, now):
        """What a controller forgets when it ends."""
        self.has_started = True
        self.storms.start(self._folded)
        for incident in self.unresolved.values():
            for page in incident.pages:
                if page.first_told is None and (incident.parent or page.explained):
                    page.relied_on_ended = now  # what ended while nobody listened ended now
        self.suppressions.resumed.clear()
        self.look_anew()

    def look_anew(self, check=None):
        """What kept reminders and escalations back may be over, of all or of the check: they are
        due as if nothing had."""
        for incident in self.unresolved.values():
            for page in incident.pages:
                if page.was_sent and check in (None, incident.check):
                    page.escalates_from = 0
                    page.next_trigger = page.triggered + self.retrigger

    def pass_time(self, now):
        """Sends what nothing keeps back any more, and again what is open for another hour."""
        for _, incident in self._in_order(now):
            if not incident.is_open:
                continue
            self._find_ways(incident, now)
            self.escalations.pass_time(incident, now)
            for page in incident.pages:
                if page.routed and not page.folded:
                    self._pass_time_of_page(incident, page, now)
        for name in sorted(self.storms.all):
            self._pass_time_of_storm(name, now)

    def _in_order(self, now):
        """Matters where more is due at one moment than is told one by one: first, after a start,
        who has a page that was never sent, then what is due the longest. Who came first of a cause
        is told first: then its members know."""
        due = {slot: self._due_of(incident) for slot, incident in self.unresolved.items()}
        for slot, incident in self.unresolved.items():
            parent = incident.parent and (incident.parent.subject, incident.parent.alert)
            if parent in due and due[parent] <= now:
                due[parent] = min(due[parent], due[slot])

        def place(one):
            slot, incident = one
            waits = any(not page.was_sent for page in incident.pages)
            if self.has_started and waits:
                return 0, incident.parent is not None, slot
            return 1, due[slot], incident.parent is not None, slot
        order = sorted(self.unresolved.items(), key=place)
        self.has_started = False
        return order

    def _due_of(self, incident):
        times = [page.kept_until if page.kept_back else page.next_trigger
                 for page in incident.pages if page.routed and not page.folded]
        times += [self.escalations.due(incident, page) for page in incident.pages]
        return min((time for time in times if time is not None), default=float("inf"))

    def _pass_time_of_page(self, incident, page, now):
        kept_back, until = self.keep_page_back(incident, page, now)
        if page.kept_back:
            page.kept_back, page.kept_until = kept_back, until
            if not kept_back:
                self.trigger(incident, page, now)
        elif now >= page.next_trigger:
            if kept_back:
                whole = (now - page.triggered) // self.retrigger + 1
                page.next_trigger = until or page.triggered + self.retrigger * whole
            else:
                self.trigger(incident, page, now, again=True)

    def _folded(self, name):
        """The open incidents, with their pages, that a storm stands for."""
        receiver, kind = name
        return [(incident, page) for _, incident in sorted(self.unresolved.items())
                if incident.is_open and Storms.kind_of(incident) == kind
                for page in incident.pages if page.receiver == receiver and page.folded]

    def _pass_time_of_storm(self, name, now):
        storm = self.storms.all[name]
        if storm.news and now >= storm.next_update:
            storm.news, storm.next_update = False, now + UPDATE
            self._tell_storm(name, storm, now)
        if now >= storm.next_look:
            if len(self._folded(name)) <= MOST:
                self._end_storm(name, storm, now)
            else:
                storm.next_look = now + CALM

    def _tell_storm(self, name, storm, now):
        receiver, kind = name
        if storm.incident is None:
            alert = {"id": kind, "on": "storm",
                     "severity": "critical" if kind == "critical" else "error"}
            storm.incident = self._begin(("storm:" + receiver, kind), alert, now, now)
            storm.incident.state = "open"
            note("storm")
            self._tell_new(storm.incident, [receiver], now)
        else:
            for page in storm.incident.pages:
                if page.was_sent:
                    self.trigger(storm.incident, page, now, again=True)

    def _end_storm(self, name, storm, now):
        """Those that are left page by themselves, and then the storm's page ends."""
        for incident, page in self._folded(name):
            page.folded = False
            note("storm that left pages")
            page.kept_back, page.kept_until = self.keep_page_back(incident, page, now)
            self.trigger(incident, page, now, counted=False)
        del self.storms.all[name]
        if storm.incident:
            self._resolve((storm.incident.subject, storm.incident.alert), now)

    def next_due(self, now):
        due = [time for incident in self.unresolved.values() if incident.is_open
               for page in incident.pages if page.routed and not page.folded
               for time in (page.kept_until if page.kept_back else page.next_trigger,
                            self.escalations.due(incident, page))
               if time is not None and time > now]
        due += [time for time in self.storms.next_due() if time > now]
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
        if incident.parent:
            note("common cause")

    def _resolve(self, slot, now):
        incident = self.unresolved.pop(slot)
        self.note_end(incident, now)
        incident.state, incident.resolved = "resolved", now
        for page in incident.pages:
            self._write(incident, page, "resolve", now)

    def _tell_new(self, incident, wanted, now):
        for receiver in self._receivers(wanted):
            if all(page.receiver != receiver for page in incident.pages):
                page = self.make_page(incident, receiver)
                incident.pages.append(page)
                self._keep_or_trigger(incident, page, now)

    def _receivers(self, wanted):
        """Each once; what is not configured is replaced by the default, if that is."""
        out = []
        for receiver in wanted or [self.default]:
            if receiver not in self.receivers and self.default in self.receivers:
                receiver = self.default
            if receiver not in out:
                out.append(receiver)
        return out

    def make_page(self, incident, receiver):
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
                self._write(incident, page, "resolve", now)
                page = incident.pages[place] = self.make_page(incident, self.default)
            else:
                continue
            self._keep_or_trigger(incident, page, now)

    def renew_untold(self):
        """A page that nobody was told of goes to the default when its own receiver is gone."""
        if self.default not in self.receivers:
            return
        for incident in self.unresolved.values():
            for page in incident.pages:
                if (page.first_told is None and not page.folded
                        and page.receiver not in self.receivers):
                    page.routed = False

    def _keep_or_trigger(self, incident, page, now):
        page.kept_back, page.kept_until = self.keep_page_back(incident, page, now)
        self.trigger(incident, page, now)

    def trigger(self, incident, page, now, again=False, counted=True):
        """`again`: of what was told before; `counted`: as a page that may be one too many."""
        if not again and counted and page.was_sent and not incident.is_storm:
            page.folded = self.storms.folds(incident, page.receiver, now)
        page.triggered = now
        page.next_trigger = now + self.retrigger
        page.explained = page.kept_back and self.is_explained(incident, now)
        if page.was_sent and page.first_told is None:
            page.first_told = now
        self._write(incident, page, "trigger", now)
        if incident.state == "acknowledged" and page.was_sent and not again:
            self._write(incident, page, "acknowledge", now)  # somebody is on it already

    def _write(self, incident, page, action, now):
        state = "pending" if page.routed else "dead"
        state = "suppressed" if page.kept_back else state
        self.answers.append({
            "answer": "page", "incident": incident.id, "key": page.key,
            "receiver": page.receiver, "ordinal": page.ordinal, "action": action,
            "state": "coalesced" if page.folded else state, "at": now})
        page.ordinal += 1


def wanted_by(answer):
    """The receivers that an alert names, else those of its check."""
    alert, definition = answer["told"]
    return alert["notify"] or definition.notify
