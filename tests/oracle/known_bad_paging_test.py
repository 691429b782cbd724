"""Known-bad histories of storms, escalation, windows, conditions of the round, budgets and of what
PagerDuty has: each must be reported, and for the right reason."""
import unittest

import model_paging_test as told
from compare import check_history
from known_bad_test import Broken, broken, places
from model.definition import HOUR, MINUTE, SECOND
from model.names import outbox_id
from stories import Story, alert, crowd, mend

FAILED = told.FAILED


class Storms(Broken):
    def setUp(self):
        story, names = crowd(23)
        self.story = mend(story, names[:-1]).wait(3 * MINUTE)
        self.lines = broken(self.story.finish())

    def test_a_page_too_many_that_is_sent(self):
        self.lines[self.place("page", state="coalesced", action="trigger")]["state"] = "pending"
        self.assert_reported("'state': 'coalesced'")

    def test_a_page_that_is_folded_too_early(self):
        self.lines[self.place("page", state="pending", action="trigger")]["state"] = "coalesced"
        self.assert_reported("'state': 'pending'")

    def test_no_page_of_the_storm(self):
        storms = {one.id for one in self.story.model.incidents.all if one.is_storm}
        storm = next(page for page in self.story.answers("page") if page["incident"] in storms)
        self.lines = [line for line in self.lines if line.get("key") != storm["key"]]
        self.assert_reported("recorded: None", "'action': 'trigger'")

    def test_a_storm_that_never_ends(self):
        del self.lines[places(self.lines, "page", action="resolve", state="pending")[-1]]
        self.assert_reported("recorded: None", "'action': 'resolve'")

    def test_what_is_left_of_a_storm_and_never_paged(self):
        left = places(self.lines, "page", action="trigger", state="pending")[-1]
        self.assertGreater(self.lines[left]["ordinal"], 0)
        del self.lines[left]
        self.assert_reported("recorded: None", "'ordinal': 1")

    def test_a_start_that_forgets_what_was_folded(self):
        story, names = crowd(22)
        story.wait(SECOND).stop_for(10 * SECOND)
        self.lines = broken(mend(story, names[-1:]))
        self.lines[self.place("page", action="resolve", state="coalesced")]["state"] = "pending"
        self.assert_reported("before any trigger")


class Escalation(Broken):
    def setUp(self):
        self.lines = broken(told.Escalation().story().rounds(12, **FAILED).rounds(3).finish())

    def test_nobody_else_is_told(self):
        self.lines = [line for line in self.lines if line.get("receiver") != "pagerduty/b"]
        self.assert_reported("recorded: None", "pagerduty/b")

    def test_too_late(self):
        self.lines[self.place("page", receiver="pagerduty/b")]["at"] += MINUTE
        self.assert_reported("pagerduty/b")

    def test_the_second_is_not_told_of_the_end(self):
        del self.lines[self.place("page", receiver="pagerduty/b", action="resolve")]
        self.assert_reported("recorded: None", "'action': 'resolve'")

    def test_although_somebody_acknowledged(self):
        story = told.Escalation().story()
        story.event(event="acknowledge", incident=story.answers("page")[0]["incident"])
        lines = broken(story.rounds(15, **FAILED))
        page = self.lines[self.place("page", receiver="pagerduty/b")]
        place = next(place for place, line in enumerate(lines)
                     if "event" in line and line["at"] > page["at"])
        self.lines = [*lines[:place], dict(page), *lines[place:]]
        self.assert_reported("expected: None")


class Windows(Broken):
    def setUp(self):
        given = {"start_minute": 3 * 60 + 31, "weekdays": [0], "duration": 10 * MINUTE,
                 "timezone": "Europe/Berlin"}
        story = Story(maintenance=[given], slo={"objective": 99, "window": 24 * HOUR,
                                                "by": "rounds"})
        self.lines = broken(story.rounds(3).rounds(12, **FAILED).finish())

    def test_a_page_in_a_window_that_came_again(self):
        self.lines[self.place("page", state="suppressed")]["state"] = "pending"
        self.assert_reported("'suppressed'")

    def test_an_hour_beside_it(self):
        define = next(line for line in self.lines if line.get("event") == "define")
        define["maintenance"][0]["timezone"] = "Europe/London"
        self.assert_reported("'mark': 'excluded'", "'mark': 'good'")

    def test_a_round_of_the_window_that_counts(self):
        self.lines[self.place("round", mark="excluded")]["mark"] = "bad"
        self.assert_reported("'excluded'")


class Rounds(Broken):
    def setUp(self):
        stories = told.Rounds()
        story = stories.show(stories.story(alerts=[alert("degraded")]), 4)
        self.lines = broken(stories.show(stories.show(story, 3, r3="b"), 4))

    def test_regions_that_differ_and_nobody_says_so(self):
        self.lines = [line for line in self.lines if line.get("answer") not in
                      ("alert", "page") and line.get("to") != "degraded"]
        self.assert_reported("'to': 'degraded'")

    def test_another_region_is_blamed(self):
        self.lines[self.place("alert", phase="fires")]["failing"] = ["r1"]
        self.assert_reported("['r3']")

    def test_after_one_round_already(self):
        self.lines[self.place("verdict", to="degraded")]["at"] -= MINUTE
        self.assert_reported("'to': 'degraded'")


class AtPagerDuty(Broken):
    """What was sent, what arrived, what a fallback was told: of a store's history."""

    def setUp(self):
        story = Story().rounds(3).rounds(2, **FAILED).rounds(3)
        story.rounds(2, **FAILED).finish()
        self.lines = broken(story)
        self.lines[0].update(placed=False, slack=100, answers=["page"])
        self.lines[1]["fallbacks"] = {"pagerduty/a": "pagerduty/b"}
        pages = [line for line in self.lines if line.get("answer") == "page"]
        for page in pages:
            page.update(state="accepted", finished=page["at"] + SECOND)
        self.keys = list(dict.fromkeys(page["key"] for page in pages))
        self.lines += [{"answer": "received", "key": page["key"], "action": page["action"]}
                       for page in pages]
        self.lines.append({"answer": "open", "receivers": ["pagerduty/a"], "keys": self.keys[1:]})
        check_history(self.lines)

    def test_an_accepted_page_that_never_arrived(self):
        del self.lines[self.place("received", action="resolve")]
        self.assert_reported("never arrived")

    def test_a_page_that_is_still_owed(self):
        self.lines[self.place("page", action="resolve")]["state"] = "in_flight"
        self.assert_reported("still owed")

    def test_a_page_twice_without_any_doubt(self):
        place = self.place("received", action="trigger")
        self.lines.insert(place, dict(self.lines[place]))
        self.assert_reported("which was sent")

    def test_a_page_twice_after_a_doubt_is_no_fault(self):
        place = self.place("received", action="trigger")
        self.lines.insert(place, dict(self.lines[place]))
        self.lines[self.place("page", action="trigger")]["doubtful"] = True
        check_history(self.lines)

    def test_a_resolve_that_arrived_first(self):
        resolve, trigger = self.place("received", action="resolve"), self.place("received")
        self.lines[resolve]["action"], self.lines[trigger]["action"] = "trigger", "resolve"
        self.assert_reported("delivery")

    def test_an_incident_left_open_there(self):
        self.lines[-1]["keys"] = self.keys
        self.assert_reported("by PagerDuty's own word", "is open")

    def test_an_incident_that_is_open_here_alone(self):
        self.lines[-1]["keys"] = []
        self.assert_reported("by PagerDuty's own word", "is not open")

    def test_a_page_of_nothing(self):
        self.lines.append({"answer": "received", "key": "picket:0", "action": "trigger"})
        self.assert_reported("no page of ours")

    def test_a_page_that_was_slow_without_a_fallback(self):
        page = self.lines[self.place("page", action="trigger")]
        page["finished"] = page["at"] + 2 * MINUTE
        self.assert_reported("neither accepted nor handed over")

    def hand_over(self, action, **changes):
        page = self.lines[self.place("page", action=action)]
        page["finished"] = page["at"] + 2 * MINUTE
        self.lines.append({**page, "key": "picket:fallback", "receiver": "pagerduty/b",
                           "fallback_of": outbox_id(page["key"], page["ordinal"]),
                           "at": page["at"] + 55 * SECOND, **changes})

    def test_a_slow_page_with_its_fallback_is_no_fault(self):
        self.hand_over("trigger")
        self.hand_over("resolve")
        check_history(self.lines)

    def test_a_fallback_that_hears_of_no_end(self):
        self.hand_over("trigger")
        self.assert_reported("not of its end")

    def test_a_fallback_that_came_late(self):
        page = self.lines[self.place("page", action="trigger")]
        self.hand_over("trigger", at=page["at"] + 90 * SECOND)
        self.hand_over("resolve")
        self.assert_reported("handed over for 90000 ms")

    def test_a_fallback_at_somebody_else(self):
        self.hand_over("trigger", receiver="pagerduty/c")
        self.assert_reported("not that of")

    def test_a_page_later_than_the_slack(self):
        self.lines[self.place("page", action="resolve")]["at"] += 101
        self.assert_reported("'action': 'resolve'")


if __name__ == "__main__":
    unittest.main()
