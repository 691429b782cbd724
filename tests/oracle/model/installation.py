"""All checks, incidents and the ledger of an installation, folded over a history."""
import collections

from .check import Check
from .coverage import note
from .definition import Definition
from .incidents import Incidents
from .ledger import Ledger
from .region import Flags
from .suppression import Silence


class Installation:
    """Takes events in order; `answers` grows by what Picket should answer."""

    def __init__(self, header):
        self.answers = []
        self.now = 0
        self.checks = {}
        self.flags = collections.defaultdict(Flags)
        self.intervals = {}  # of every check that was ever defined
        self.ledger = Ledger()
        self.incidents = Incidents(header["install"], header["retrigger"], self.answers)
        self._folded = 0  # answers of which the consequences have been drawn

    def pass_time(self, until):
        """Everything that time alone brings, each at its moment."""
        while True:
            due = [(check.next_due(), name) for name, check in self.checks.items()]
            due.append((self.incidents.next_due(self.now), ""))
            moment = min((time for time, _ in due if time is not None), default=None)
            if moment is None or moment > until:
                break
            self.now = max(self.now, moment)
            for time, name in sorted(entry for entry in due if entry[0] == moment):
                if name:
                    self.checks[name].pass_time(self.now)
            self._follow()
        self.now = max(self.now, until)

    def take(self, event):
        """One event, now; what was due before it must have passed."""
        self.now = max(self.now, event["at"])
        getattr(self, "_take_" + event["event"])(event)
        self._follow()

    def knows(self, event):
        return hasattr(self, "_take_" + event["event"])

    def take_answers(self):
        """All since the last call."""
        answers = list(self.answers)
        self.answers.clear()
        self._folded = 0
        return answers

    def _follow(self):
        """Rounds decide slots, alerts move incidents, incidents send what is due."""
        while self._folded < len(self.answers):
            answer = self.answers[self._folded]
            self._folded += 1
            if answer["answer"] == "round":
                for region, text in answer["slots"].items():
                    self._decide(answer["check"], region, answer["round"], text)
            elif answer["answer"] == "alert":
                self.incidents.take(answer)
        self.incidents.pass_time(self.now)
        self._folded = len(self.answers)

    def _decide(self, check, region, start, text):
        if check in self.intervals:
            self.ledger.decide(self.ledger.name(check, region, self.intervals[check], start), text)

    def _decide_run(self, event):
        check, region, start = event["check"], event["region"], event["round"]
        if check not in self.intervals:
            return
        interval = self.ledger.interval_of(check, region, start, self.intervals[check],
                                           event.get("late", False))
        if interval:
            self.ledger.decide((check, region, interval, start), "ran " + event["verdict"])

    def _take_receivers(self, event):
        self.incidents.receivers = set(event["names"])
        self.incidents.default = event["default"]
        self.incidents.escalations.by_receiver = event.get("escalations", {})
        self.incidents.renew_untold()

    def _take_define(self, event):
        definition = Definition(event)
        name = definition.name
        known = self.checks.get(name)
        self.incidents.suppressions.define(definition, self.now)
        self.incidents.look_anew(name)
        if known:
            known.redefine(definition, self.now)
            self._follow()  # rounds closed by it are slots of the old interval
        else:
            self.checks[name] = Check(definition, self.flags, self.now, self.answers)
        self.intervals[name] = definition.interval

    def _take_remove(self, event):
        check = self.checks.pop(event["check"], None)
        if check:
            check.remove(self.now)
            self._follow()
        self.incidents.suppressions.forget(event["check"])

    def _take_run(self, event):
        if event["kind"] == "scheduled" and not event.get("superseded"):
            self._decide_run(event)
        if event["check"] in self.checks:
            self.checks[event["check"]].take_run(event, self.now)

    def _take_attempt_failed(self, event):
        if event["check"] in self.checks:
            self.checks[event["check"]].take_attempt(event, self.now)

    def _take_agents(self, event):
        """Of single agents: decides nothing here."""

    def _take_note(self, event):
        """A line of a timeline: decides nothing."""

    def _take_deployment(self, event):
        """Shown with incidents: decides nothing."""

    def _take_missed(self, event):
        if event["check"] in self.checks:
            self.checks[event["check"]].take_missed(event, self.now)

    def _take_online(self, event):
        if event.get("removed"):
            self.flags.pop(event["region"], None)
            return
        self._set_flag(event["region"], "online", event["online"])

    def _take_blind(self, event):
        flags = self.flags[event["region"]]
        if flags.blind and not event["blind"]:
            flags.sees_since = self.now
            for check in self.checks.values():
                if event["region"] in check.regions:
                    check.regions[event["region"]].forget()
        self._set_flag(event["region"], "blind", event["blind"])
        note("blind region")

    def _set_flag(self, region, flag, value):
        if getattr(self.flags[region], flag) == value:
            return
        setattr(self.flags[region], flag, value)
        for _, check in sorted(self.checks.items()):
            if region in check.regions:
                check.judge(self.now)

    def _take_silence(self, event):
        self.incidents.suppressions.silences[event["id"]] = Silence(event)
        self.incidents.look_anew()

    def _take_silence_ended(self, event):
        silence = self.incidents.suppressions.silences.get(event["id"])
        if silence and silence.end > self.now:
            silence.end = self.now
            self.incidents.look_anew()

    def _take_acknowledge(self, event):
        self.incidents.acknowledge(event["incident"], self.now)

    def _take_start(self, _):
        for _, check in sorted(self.checks.items()):
            check.start(self.now)
        self.incidents.start(self.now)
        note("start")

    def plan_look(self, name, at):
        """The controller is known to look at the check then; passes with the time."""
        if name in self.checks:
            self.checks[name].plan_look(at)

    def last_look(self):
        return max((at for check in self.checks.values() for at in check.looks), default=0)

    def _take_time(self, _):
        """Says only how far time has gone."""
