"""Histories made by hand: events are written down, the model adds what should be answered."""
import copy

from model.definition import MINUTE, SECOND
from model.installation import Installation

START = 1_795_314_600_000  # 2026-11-22T02:30:00Z, the start of a round
ALERTS = ("down", "regional", "degraded", "no_data")


def alert(condition, name="", **changes):
    severity = "critical" if condition == "down" else "error"
    return {"id": name or condition, "on": condition, "for": 0, "severity": severity,
            "notify": [], **changes}


def definition(name="shop", regions=4, **changes):
    """Every minute in four regions, two of which must fail, told to one receiver."""
    return {"event": "define", "check": name, "interval": MINUTE, "timeout": 10 * SECOND,
            "run_limit": 20 * SECOND, "quorum": "auto", "failing": [1, 1],
            "regions": [f"r{i}" for i in range(1, regions + 1)], "notify": ["pagerduty/a"],
            "owner": "team", "shadow": False, "depends_on": [], "maintenance": [],
            "alerts": [alert(condition) for condition in ALERTS], **changes}


class Story:
    """Events at a clock that `wait` moves."""

    def __init__(self, **changes):
        header = {"history": 1, "story": "by hand", "install": "test", "retrigger": 60 * MINUTE}
        receivers = {"names": ["pagerduty/a", "pagerduty/b"], "default": "pagerduty/a",
                     **changes.pop("receivers", {})}
        self.lines = [header]
        self.model = Installation(header)
        self.now = START
        self.ordinal = 0
        self.event(event="receivers", **receivers)
        self.regions = []
        self.define(**changes)

    def event(self, **line):
        line["at"] = self.now
        if line["event"] != "start":
            self._pass_time()
        self.lines.append(line)
        self.model.take(line)
        self._take_answers()
        return self

    def define(self, **changes):
        line = definition(**changes)
        self.regions = line["regions"]
        return self.event(**line)

    def wait(self, span):
        self.now += span
        self._pass_time()
        return self

    def stop_for(self, span):
        """The controller is away, then starts."""
        self.event(event="time")
        self.now += span
        return self.event(event="start")

    def run(self, region, verdict="pass", check="shop", **changes):
        started = self.now
        line = {"event": "run", "check": check, "region": region,
                "round": started - started % MINUTE, "kind": "scheduled", "ordinal": 0,
                "started": started, "duration": 300, "verdict": verdict,
                "first": "fail" if verdict == "pass_on_retry" else verdict, **changes}
        if verdict == "fail":
            line.setdefault("status", 500)
        return self.event(**line)

    def rounds(self, count, **verdicts):
        """Whole rounds in which every region runs, as told by region, else passing."""
        for _ in range(count):
            begin = self.now - self.now % MINUTE
            for place, region in enumerate(self.regions):
                self.now = begin + (place + 1) * 10 * SECOND
                self._pass_time()
                if verdicts.get(region) != "silent":
                    self.run(region, verdicts.get(region, "pass"))
            self.now = begin + MINUTE
            self._pass_time()
        return self

    def all(self, verdict):
        return {region: verdict for region in self.regions}

    def finish(self):
        """The last lines, as a recorder writes them."""
        self.event(event="time")
        for (check, region, interval, start), state in sorted(self.model.ledger.slots.items()):
            self.lines.append({"answer": "slot", "check": check, "region": region,
                               "interval": interval, "round": start, "state": state})
        unresolved = [{"incident": one.id, "subject": one.subject, "alert": one.alert,
                       "state": one.state} for one in self.model.incidents.unresolved.values()]
        self.lines.append({"answer": "unresolved", "incidents": unresolved})
        return self

    def answers(self, kind):
        return [line for line in self.lines if line.get("answer") == kind]

    def phases(self):
        """`down fires` and so on."""
        return [f"{line['alert']} {line['phase']}" for line in self.answers("alert")]

    def verdicts(self):
        return [line["to"] for line in self.answers("verdict")]

    def pages(self):
        return [f"{line['action']} {line['state']}" for line in self.answers("page")]

    def copy(self):
        return copy.deepcopy(self.lines)

    def _pass_time(self):
        """Looks at each check at each due time, as the controller does."""
        while True:
            due = [(check.next_due(), name) for name, check in self.model.checks.items()]
            due.append((self.model.incidents.next_due(self.model.now), ""))
            moment = min((time for time, _ in due if time is not None), default=None)
            if moment is None or moment > self.now:
                break
            for time, name in due:
                if time == moment and name:
                    self.model.plan_look(name, moment)
                    self.lines.append({"event": "time", "check": name, "at": moment})
            self.model.pass_time(moment)
            self._take_answers()
        self.model.pass_time(self.now)
        self._take_answers()

    def _take_answers(self):
        self.lines += [{key: value for key, value in answer.items() if key != "told"}
                       for answer in self.model.take_answers()]


def crowd(count, **changes):
    """So many checks of one region each, all of which fail within a few seconds."""
    story = Story(regions=1, **changes)
    names = [f"c{place:02}" for place in range(count)]
    for name in names:
        story.define(name=name, regions=1, alerts=[alert("down")], **changes)
    story.wait(SECOND)
    for name in names:
        story.run("r1", "fail", check=name)
    return story, names


def mend(story, names):
    """Two passes of each, which end its `down`."""
    for again in (1, 2):
        story.wait(SECOND)
        for name in names:
            story.run("r1", check=name, kind="recheck", ordinal=again + story.now)
    return story
