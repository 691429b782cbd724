"""Holds recorded histories to the model and to what must hold of any.

    python3 tests/oracle/compare.py [FILE]      histories of FORMAT.md, standard input by default

Prints the first disagreement of each history and a count; 1 when there is one.
"""
import collections
import json
import sys

from deliveries import Deliveries
from model.budget import BURN_WINDOWS
from model.installation import Installation
from promises import SENT, Promises

COMPARED = {
    "verdict": ("check", "from", "to", "at"),
    "alert": ("check", "alert", "phase", "opening", "first_bad", "verdict", "failing", "at"),
    "round": ("check", "round", "verdict", "mark", "slots", "at"),
    "page": ("incident", "key", "receiver", "ordinal", "action", "state", "at"),
}
# What a store tells of an incident in the end.
INCIDENT = ("subject", "alert", "condition", "opening", "state", "parent", "opened",
            "acknowledged", "resolved")
STREAM = {"verdict": ("check",), "alert": ("check",), "round": ("check",), "page": ("key",)}


class Disagreement(Exception):
    """Where, and what each side says."""

    def __init__(self, where, recorded, expected):
        super().__init__(f"{where}\n  recorded: {recorded}\n  expected: {expected}")


def split(lines):
    """The histories of a file, each as its lines."""
    history = []
    for text in lines:
        line = json.loads(text)
        if "history" in line and history:
            yield history
            history = []
        history.append(line)
    if history:
        yield history


def check_history(history):
    """Raises Disagreement at the first line that the model or a promise denies."""
    Comparison(history).run()


class Comparison:
    """One history, read line by line beside the model."""

    def __init__(self, history):
        self.history = history
        self.kinds = set(history[0].get("answers", COMPARED))
        self.model = Installation(history[0])
        self.promises = Promises()
        self.deliveries = Deliveries(history[0].get("slack", 0))
        # Answers that stand anywhere are compared in the end, each stream in its order.
        self.placed = history[0].get("placed", True)
        self.slack = history[0].get("slack", 0)
        self.recorded = []
        self.whole = {"incident": {}, "slot": {}}  # what is compared as a whole, by name
        self.place = 0

    def run(self):
        for self.place, line in enumerate(self.history[1:], start=1):
            broken = self.promises.judge(line)
            if broken:
                self._part(line, "a promise: " + broken)
            self.deliveries.take(line)
            if "event" in line:
                self._take(line)
            elif line["answer"] in COMPARED:
                if not (line.get("given") or "fallback_of" in line):
                    self.recorded.append(line)
            else:
                getattr(self, "_end_" + line["answer"], lambda _: None)(line)
        self._settle(at_end=True)
        self._judge_whole()
        self._judge_open()
        for complaint in self.deliveries.complaints(self.model.incidents.open_keys()):
            self._part(complaint, "nothing of the kind", "delivery")

    def _take(self, event):
        if event["event"] == "time" and "check" in event:
            self.model.plan_look(event["check"], event["at"])
            return
        # Nobody listened before a start: what was due meanwhile is judged by it.
        starts = event["event"] == "start"
        self.model.pass_time(self.model.last_look() if starts else event["at"])
        self._settle()
        if event["event"] == "run":
            self._judge_flags(event)
        if not self.model.knows(event):
            self._part(event, "an event of the model")
        self.model.take(event)

    def _settle(self, at_end=False):
        """Both sides have done everything up to now: they must have said the same."""
        if not (self.placed or at_end):
            return
        said, self.recorded = self.recorded, []
        expected = self.model.take_answers()
        for kind, fields in COMPARED.items():
            if kind in self.kinds:
                self._compare(kind, fields, said, expected)

    def _compare(self, kind, fields, said, expected):
        sides = [collections.defaultdict(list), collections.defaultdict(list)]
        for side, answers in zip(sides, (said, expected)):
            for answer in answers:
                if answer["answer"] == kind:
                    stream = tuple(answer[field] for field in STREAM[kind])
                    side[stream].append(plain(answer, fields))
        for stream in sorted(set(sides[0]) | set(sides[1])):
            left, right = sides[0][stream], sides[1][stream]
            for place in range(max(len(left), len(right))):
                a = left[place] if place < len(left) else None
                b = right[place] if place < len(right) else None
                if a != b and not (a and b and self._is_slow(a, b, ("at",))):
                    self._part(a, b, kind)

    def _is_slow(self, recorded, expected, moments):
        """Equal but for moments that are later by no more than the slack of a real clock."""
        late = [moment for moment in moments if recorded[moment] != expected[moment]]
        return all(recorded[key] == expected[key] for key in recorded if key not in late) and all(
            None not in (recorded[moment], expected[moment])
            and 0 <= recorded[moment] - expected[moment] <= self.slack for moment in late)

    def _judge_flags(self, event):
        """Whether the run is late: its round is closed."""
        check = self.model.checks.get(event["check"])
        late = bool(check) and check.definition.close_of(event["round"]) <= event["at"]
        if event.get("late", False) != late:
            self._part(event, f"late: {late}")

    def _end_incident(self, line):
        self.whole["incident"][line["incident"]] = {key: line[key] for key in INCIDENT}

    def _judge_whole(self):
        """What stands in a store is all that the model knows, and nothing else."""
        known = {"slot": self.model.ledger.slots,
                 "incident": {one.id: incident_of(one) for one in self.model.incidents.all}}
        for kind in sorted(self.kinds & self.whole.keys()):
            said, expected = self.whole[kind], known[kind]
            for name in sorted(said.keys() | expected.keys()):
                a, b = said.get(name), expected.get(name)
                slow = kind == "incident" and a and b and self._is_slow(
                    a, b, ("opened", "acknowledged", "resolved"))
                if a != b and not slow:
                    self._part(f"{name}: {a}", f"{name}: {b}", kind)

    def _end_slot(self, line):
        slot = self.model.ledger.name(line["check"], line["region"], line["interval"],
                                      line["round"])
        self.whole["slot"][slot] = line["state"]
        expected = self.model.ledger.slots.get(slot, "open")
        if line["state"] != expected:
            self._part(line, expected)

    def _end_budget(self, line):
        self._settle()
        check = self.model.checks[line["check"]]
        for name in ("availability", "latency"):
            if name in line:
                expected = budget_of(check, name == "latency")
                if not _near(line[name], expected):
                    self._part({name: line[name]}, expected)

    def _end_unresolved(self, line):
        recorded = {(one["incident"], one["state"]) for one in line["incidents"]
                    if one["subject"].startswith("check:")}
        expected = {(one.id, one.state) for one in self.model.incidents.unresolved.values()}
        if recorded != expected:
            self._part(sorted(recorded - expected), sorted(expected - recorded))

    def _end_open(self, line):
        """What a real or simulated PagerDuty had open in the end, of all receivers."""
        self._settle()
        if "receivers" in line:
            return  # judged with what it took
        expected = self.model.incidents.open_keys()
        if set(line["keys"]) != expected:
            self._part(sorted(line["keys"]), sorted(expected))

    def _judge_open(self):
        if "page" not in self.kinds:
            return
        expected = self.model.incidents.open_keys()
        if self.promises.open_keys() != expected:
            self._part("7: open at PagerDuty: " + str(sorted(self.promises.open_keys())),
                       sorted(expected))

    def _part(self, recorded, expected, kind=""):
        story = self.history[0].get("story", "history")
        around = [json.dumps(line) for line in self.history[:self.place + 1]
                  if "event" in line][-4:]
        where = f"{story}, line {self.place + 1} {kind}\n  after " + "\n        ".join(around)
        raise Disagreement(where, recorded, expected)


def plain(answer, fields):
    """What is compared of an answer; how far a page has come is its channel's business."""
    out = {field: answer.get(field) for field in fields}
    if out.get("state") in SENT:
        out["state"] = "pending"
    return out


def incident_of(incident):
    """An incident of the model as a store tells it."""
    return {"subject": incident.subject, "alert": incident.alert, "state": incident.state,
            "condition": incident.condition, "opening": incident.opening,
            "parent": incident.parent.id if incident.parent else "", "opened": incident.opened,
            "acknowledged": incident.acknowledged, "resolved": incident.resolved}


def budget_of(check, latency):
    total = check.budget.over(check.definition.slo["window"]) if check.budget.rounds else None
    good, bad = ("fast", "slow") if latency else ("good", "bad")
    burn = [check.budget.burn(check.definition, window, latency) if total else (None, None, False)
            for window in BURN_WINDOWS]
    return {"good": getattr(total, good, 0), "bad": getattr(total, bad, 0),
            "burn": [list(one) for one in burn]}


def _near(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_near(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_near, a, b))
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
    return a == b


def main():
    source = open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin
    count = bad = 0
    for history in split(source):
        count += 1
        try:
            check_history(history)
        except Disagreement as parted:
            bad += 1
            print(parted, flush=True)
    print(f"{count} histories, {bad} disagree")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main())
