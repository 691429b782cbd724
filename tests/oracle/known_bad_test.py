"""Histories that are known to be wrong: each must be reported, and for the right reason."""
import os
import pathlib
import random
import subprocess
import unittest

from compare import COMPARED, Disagreement, check_history, split
from model.definition import MINUTE, SECOND
from stories import Story, alert


def broken(story):
    """A copy of its lines, to be damaged; they are good so far."""
    check_history(story.lines)
    return story.copy()


def outage():
    story = Story().rounds(3)
    story.run("r1", "fail").run("r2", "fail")
    story.event(event="acknowledge", incident=story.answers("page")[0]["incident"])
    return story.rounds(2, **story.all("fail")).rounds(5).finish()


def places(lines, kind, **wanted):
    return [place for place, line in enumerate(lines) if line.get("answer") == kind
            and all(line.get(key) == value for key, value in wanted.items())]


class Broken(unittest.TestCase):
    """What the cases share: a good history in `lines`, to be damaged."""

    lines = []

    def place(self, kind, **wanted):
        return places(self.lines, kind, **wanted)[0]

    def assert_reported(self, *words):
        with self.assertRaises(Disagreement) as caught:
            check_history(self.lines)
        for word in words:
            self.assertIn(word, str(caught.exception))


class KnownBad(Broken):
    """An outage that is acknowledged and resolved."""

    def setUp(self):
        self.lines = broken(outage())

    def test_a_lost_page(self):
        del self.lines[self.place("page", action="trigger")]
        self.assert_reported("recorded: None", "'action': 'trigger'")

    def test_a_lost_resolve(self):
        del self.lines[self.place("page", action="resolve")]
        self.assert_reported("recorded: None", "'action': 'resolve'")

    def test_a_page_without_cause(self):
        page = dict(self.lines[self.place("page")], key="picket:" + "0" * 64, ordinal=0)
        self.lines.insert(self.place("page"), page)
        self.assert_reported("expected: None")

    def test_a_page_said_twice(self):
        place = self.place("page", action="trigger")
        self.lines.insert(place, dict(self.lines[place]))
        self.assert_reported("the ordinal should be 1")

    def test_a_trigger_after_the_resolve(self):
        resolve = self.place("page", action="resolve")
        trigger = self.lines[self.place("page", action="trigger")]
        again = dict(trigger, ordinal=3, at=self.lines[resolve]["at"])
        self.lines.insert(resolve + 1, again)
        self.assert_reported("a second incident")

    def test_a_resolve_before_the_trigger(self):
        trigger, resolve = self.place("page"), self.place("page", action="resolve")
        self.lines[trigger]["action"], self.lines[resolve]["action"] = "resolve", "trigger"
        self.assert_reported("before any trigger")

    def test_an_acknowledge_after_the_resolve(self):
        for action, place in (("resolve", self.place("page", action="acknowledge")),
                              ("acknowledge", self.place("page", action="resolve"))):
            self.lines[place]["action"] = action
        self.assert_reported("'action'")

    def test_two_open_incidents_of_one_alert(self):
        fires = self.place("alert", phase="fires")
        second = dict(self.lines[fires], opening=self.lines[fires]["opening"] + 1)
        self.lines.insert(fires + 1, second)
        self.assert_reported("fires after fires")

    def test_an_episode_with_the_name_of_an_earlier_one(self):
        clears = self.place("alert", alert="down", phase="clears")
        again = dict(self.lines[clears], phase="fires")
        self.lines.insert(clears + 1, again)
        self.assert_reported("takes the name of an earlier one")

    def test_a_wrong_verdict(self):
        place = self.place("verdict", to="down")
        self.lines[place]["to"] = "regional"
        self.assert_reported("regional")

    def test_a_verdict_that_came_late(self):
        self.lines[self.place("verdict", to="down")]["at"] += SECOND
        self.assert_reported("verdict")

    def test_a_wrong_key(self):
        key = self.lines[self.place("page")]["key"]
        for line in self.lines:
            if line.get("key") == key:
                line["key"] = "picket:" + "f" * 64
        self.assert_reported("recorded: None")

    def test_a_slot_with_two_states(self):
        slot = self.lines[self.place("slot")]
        self.lines.insert(-1, dict(slot, state="missed_offline"))
        self.assert_reported("two states")

    def test_a_slot_in_no_state(self):
        self.lines[self.place("slot")]["state"] = "open"
        self.assert_reported("in no state")

    def test_a_missing_slot_that_is_green(self):
        story = Story().rounds(2).rounds(2, r3="silent").rounds(4).finish()
        self.lines = broken(story)
        self.lines[self.place("slot", state="missed_offline")]["state"] = "ran_good"
        self.assert_reported("ran_good")

    def test_a_round_with_the_wrong_mark(self):
        self.lines[self.place("round", mark="bad")]["mark"] = "good"
        self.assert_reported("'mark': 'bad'")

    def test_a_round_that_is_not_closed(self):
        del self.lines[self.place("round", mark="good")]
        self.assert_reported("round")

    def test_an_incident_that_is_forgotten_in_the_end(self):
        story = Story().rounds(3).rounds(2, r1="fail", r2="fail").finish()
        self.lines = broken(story)
        self.lines[self.place("unresolved")]["incidents"] = []
        self.assert_reported("'open'")

    def test_a_late_run_that_is_not_called_late(self):
        story = Story().wait(MINUTE).rounds(4, r3="silent")
        missed = story.answers("round")[0]["round"]
        story.run("r3", "fail", round=missed, started=missed + SECOND, late=True)
        self.lines = broken(story.finish())
        del next(line for line in self.lines if line.get("late"))["late"]
        self.assert_reported("late: True")

    def test_an_order_to_a_region_that_does_not_see(self):
        story = Story().rounds(2).event(event="blind", region="r2", blind=True).finish()
        self.lines = broken(story)
        self.lines.append({"answer": "order", "check": "shop", "region": "r2", "round": 0,
                           "kind": "recheck", "ordinal": 0, "expires": 0, "at": story.now})
        self.assert_reported("does not see")

    def test_another_set_of_incidents_at_pagerduty(self):
        self.lines.append({"answer": "open", "keys": ["picket:" + "1" * 64]})
        self.assert_reported("picket:1111")


class Silent(Broken):
    """An outage after which one region passes and the others say nothing more."""

    def setUp(self):
        story = Story().rounds(3).rounds(2, r1="fail", r2="fail", r4="silent")
        story.rounds(8, r1="silent", r2="silent", r4="silent")
        self.lines = broken(story.finish())

    def end_at(self, moment):
        """Writes what a controller would that takes silence for health."""
        fires = self.lines[self.place("alert", phase="fires")]
        trigger = self.lines[self.place("page", action="trigger")]
        place = next(place for place, line in enumerate(self.lines)
                     if "event" in line and line["at"] > moment)
        self.lines[place:place] = [
            {"answer": "verdict", "check": "shop", "from": "down", "to": "up", "at": moment},
            dict(fires, phase="clears", failing=[], at=moment),
            dict(trigger, action="resolve", ordinal=1, at=moment)]

    def test_a_resolve_by_absence_of_data(self):
        self.end_at(self.lines[self.place("page")]["at"] + 6 * MINUTE)
        self.assert_reported("'to': 'up'", "expected: None")


class KeptBack(unittest.TestCase):
    """Pages that are kept back, and that are not."""

    def assert_state_matters(self, story, **wanted):
        lines = broken(story.finish())
        place = places(lines, "page", **wanted)[0]
        lines[place]["state"] = "pending" if wanted["state"] == "suppressed" else "suppressed"
        with self.assertRaises(Disagreement):
            check_history(lines)

    def test_a_page_during_a_silence(self):
        story = Story().rounds(2)
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + 5 * MINUTE})
        self.assert_state_matters(story.rounds(3, **story.all("fail")), state="suppressed")

    def test_no_page_after_a_silence(self):
        story = Story().rounds(2)
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + MINUTE})
        self.assert_state_matters(story.rounds(3, **story.all("fail")), state="pending")

    def test_a_page_of_a_shadow_check(self):
        story = Story(shadow=True).rounds(2)
        self.assert_state_matters(story.rounds(1, **story.all("fail")), state="suppressed")

    def test_a_resolve_that_a_silence_swallows(self):
        story = Story().rounds(2).rounds(2, r1="fail", r2="fail")
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + 60 * MINUTE})
        self.assert_state_matters(story.rounds(3), action="resolve", state="pending")


class Restarts(unittest.TestCase):
    """A controller that forgets or repeats."""

    def setUp(self):
        story = Story(alerts=[alert("down")]).rounds(3).rounds(2, r1="fail", r2="fail")
        self.story = story.stop_for(MINUTE)
        self.lines = broken(story)
        self.start = next(p for p, line in enumerate(self.lines) if line.get("event") == "start")

    def answer(self, line, **changes):
        self.lines.insert(self.start + 1, dict(line, at=self.story.now, **changes))
        with self.assertRaises(Disagreement):
            check_history(self.lines)

    def test_a_page_that_is_repeated_after_a_start(self):
        self.answer(self.story.answers("page")[0], ordinal=1)

    def test_an_incident_that_is_forgotten_by_a_start(self):
        self.answer({"answer": "verdict", "check": "shop", "from": "down", "to": "up"})


class RandomDamage(unittest.TestCase):
    """Any single change of any answer of a recorded history is found."""

    def test_each_change_is_found(self):
        program = os.environ.get("PICKET_HISTORY")
        if not program or not pathlib.Path(program).exists():
            self.skipTest("picket-history is not built")
        recorded = subprocess.run([program, "--seed", "900000", "--count", "12"], check=True,
                                  capture_output=True, text=True).stdout
        generator = random.Random(1)
        for history in split(recorded.splitlines()):
            for _ in range(4):
                self.assert_found(damaged(history, generator))

    def assert_found(self, damage):
        what, lines = damage
        with self.assertRaises(Disagreement, msg=what):
            check_history(lines)


def other_than(value):
    """Another value of the same type."""
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return value + ["r99"]
    if isinstance(value, dict):
        return {**value, "r99": "ran pass"}
    return value + "-damaged"


def damaged(history, generator):
    """(what was done, the lines): one answer lost, doubled, moved or changed."""
    lines = [dict(line) for line in history]
    kinds = sorted({line["answer"] for line in lines if line.get("answer") in COMPARED})
    kind = generator.choice(kinds)
    place = generator.choice(places(lines, kind))
    what = generator.choice(("lose", "double", "move", "change"))
    if what == "lose":
        del lines[place]
    elif what == "double":
        lines.insert(place, dict(lines[place]))
    elif what == "move":
        lines[place]["at"] += generator.choice((-1, 1))
    else:
        field = generator.choice([name for name in COMPARED[kind] if name != "at"])
        lines[place][field] = other_than(lines[place][field])
    return f"{what} {kind} in line {place}", lines


if __name__ == "__main__":
    unittest.main()
