"""Holds recorded histories to the model and to what must hold of any.

    python3 tests/oracle/compare.py [FILE]      histories of FORMAT.md, standard input by default

Prints the first disagreement of each history and a count; 1 when there is one.
"""
import collections
import json
import sys

from model.budget import BURN_WINDOWS
from model.installation import Installation
from promises import SENT, Promises

COMPARED = {
    "verdict": ("check", "from", "to", "at"),
    "alert": ("check", "alert", "phase", "opening", "first_bad", "verdict", "failing", "at"),
    "round": ("check", "round", "verdict", "mark", "slots", "at"),
    "page": ("incident", "key", "receiver", "ordinal", "action", "state", "at"),
}
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
        # Answers that stand anywhere are compared in the end, each stream in its order.
        self.placed = history[0].get("placed", True)
        self.recorded = []
        self.place = 0

    def run(self):
        for self.place, line in enumerate(self.history[1:], start=1):
            broken = self.promises.judge(line)
            if broken:
                self._part(line, "a promise: " + broken)
            if "event" in line:
                self._take(line)
            elif line["answer"] in COMPARED:
                self.recorded.append(line)
            else:
                getattr(self, "_end_" + line["answer"], lambda _: None)(line)
        self._settle(at_end=True)
        self._judge_open()

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
                if a != b:
                    self._part(a, b, kind)

    def _judge_flags(self, event):
        """Whether the run is late: its round is closed."""
        check = self.model.checks.get(event["check"])
        late = bool(check) and check.definition.close_of(event["round"]) <= event["at"]
        if event.get("late", False) != late:
            self._part(event, f"late: {late}")

    def _end_slot(self, line):
        slot = self.model.ledger.name(line["check"], line["region"], line["interval"],
                                      line["round"])
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
        """What a real or simulated PagerDuty had open in the end."""
        self._settle()
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
