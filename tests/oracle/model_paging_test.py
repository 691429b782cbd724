"""The model of paging: windows that come again, storms, escalation, conditions of the round."""
import datetime
import unittest

from compare import check_history
from model.budget import Budget, Tally
from model.definition import HOUR, MINUTE, SECOND
from model.windows import DAY, make_window
from stories import Story, alert, crowd, mend

FAILED = {f"r{place}": "fail" for place in range(1, 5)}


def at(text):
    return round(datetime.datetime.fromisoformat(text).timestamp()) * 1000


def window(minute, timezone, duration=HOUR, weekdays=()):
    return make_window({"start_minute": minute, "weekdays": list(weekdays), "duration": duration,
                        "timezone": timezone})


class Windows(unittest.TestCase):
    """When a window that comes again begins, around the changes of clocks."""

    def begins(self, made, day, begin):
        spans = made.spans(at(day + "T00:00:00+00:00"), at(day + "T00:00:00+00:00") + DAY)
        self.assertIn((at(begin), at(begin) + made.duration), spans)

    def test_by_the_clocks_of_its_zone(self):
        made = window(22 * 60, "Europe/Berlin")
        self.begins(made, "2026-07-01", "2026-07-01T20:00:00+00:00")
        self.begins(made, "2026-12-01", "2026-12-01T21:00:00+00:00")

    def test_a_start_that_the_clocks_skip_is_the_change(self):
        self.begins(window(150, "Europe/Berlin"), "2026-03-29", "2026-03-29T01:00:00+00:00")
        self.begins(window(135, "Australia/Lord_Howe"), "2026-10-03", "2026-10-03T15:30:00+00:00")

    def test_a_start_that_they_show_twice_is_the_first(self):
        self.begins(window(150, "Europe/Berlin"), "2026-10-25", "2026-10-25T00:30:00+00:00")
        self.begins(window(90, "America/New_York"), "2026-11-01", "2026-11-01T05:30:00+00:00")

    def test_elapsed_time_whatever_the_clocks_do(self):
        made = window(60, "Europe/Berlin", 3 * HOUR)
        begin = at("2026-10-24T23:00:00+00:00")
        self.assertTrue(made.spans(begin + 3 * HOUR - 1, begin + 3 * HOUR))
        self.assertFalse(made.spans(begin + 3 * HOUR, begin + 3 * HOUR + 1))

    def test_weekdays_are_those_of_the_zone(self):
        made = window(30, "Asia/Kolkata", weekdays=[1])  # Monday, there
        self.begins(made, "2026-11-22", "2026-11-22T19:00:00+00:00")
        day = at("2026-11-21T00:00:00+00:00")
        self.assertFalse(made.spans(day, day + DAY))

    def test_a_leap_day_is_a_day(self):
        self.begins(window(0, "UTC"), "2028-02-29", "2028-02-29T00:00:00+00:00")

    def test_a_page_waits_for_the_end(self):
        given = {"start_minute": 2 * 60 + 30, "weekdays": [], "duration": 10 * MINUTE,
                 "timezone": "UTC"}
        story = Story(maintenance=[given]).rounds(2).rounds(10, **FAILED)
        self.assertEqual(story.pages(), ["trigger suppressed", "trigger pending"])
        self.assertEqual(story.answers("page")[1]["at"], at("2026-11-22T02:40:00+00:00"))


class Storms(unittest.TestCase):
    def test_the_twenty_first_page_of_a_minute_is_folded(self):
        story, _ = crowd(23)
        self.assertEqual(story.pages().count("trigger coalesced"), 3)
        self.assertEqual(story.pages().count("trigger pending"), 21)

    def test_what_is_folded_ends_folded_and_the_storm_ends_last(self):
        story, names = crowd(23)
        mend(story, names).wait(3 * MINUTE)
        self.assertEqual(story.pages().count("resolve coalesced"), 3)
        self.assertEqual(story.pages()[-1], "resolve pending")
        self.assertEqual(story.model.incidents.unresolved, {})

    def test_what_is_left_when_it_calms_down_pages_by_itself(self):
        story, names = crowd(23)
        mend(story, names[:-1]).wait(2 * MINUTE)
        self.assertEqual(story.pages()[-2:], ["trigger pending", "resolve pending"])

    def test_more_than_twenty_are_not_paged_one_by_one(self):
        story, _ = crowd(45)
        story.wait(10 * MINUTE)
        folded = {page["key"] for page in story.answers("page") if page["state"] == "coalesced"}
        self.assertEqual(len(folded), 25)
        self.assertFalse([page for page in story.answers("page")
                          if page["key"] in folded and page["state"] == "pending"])

    def test_a_start_keeps_what_was_folded(self):
        story, names = crowd(22)
        story.wait(SECOND).stop_for(10 * SECOND)
        mend(story, names[-1:])
        self.assertEqual(story.pages()[-1], "resolve coalesced")


class Escalation(unittest.TestCase):
    WAYS = {"escalations": {"pagerduty/a": {"after": 10 * MINUTE, "to": "pagerduty/b"}}}

    def story(self, **changes):
        return Story(receivers=self.WAYS, **changes).rounds(2).rounds(3, **FAILED)

    def test_who_is_told_when_nobody_acknowledges(self):
        story = self.story().rounds(10, **FAILED)
        first, second = story.answers("page")
        self.assertEqual(second["receiver"], "pagerduty/b")
        self.assertEqual(second["at"] - first["at"], 10 * MINUTE)
        story.rounds(3)
        self.assertEqual(story.pages()[-2:], ["resolve pending"] * 2)

    def test_an_acknowledgement_stops_it(self):
        story = self.story()
        story.event(event="acknowledge", incident=story.answers("page")[0]["incident"])
        story.rounds(15, **FAILED)
        self.assertEqual(story.pages(), ["trigger pending", "acknowledge pending"])

    def test_a_silence_delays_it(self):
        story = self.story()
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + 20 * MINUTE})
        until = story.now + 20 * MINUTE
        story.rounds(25, **FAILED)
        self.assertEqual([page["at"] for page in story.answers("page")][1:], [until])

    def test_a_silence_that_ends_by_hand_ends_the_delay(self):
        story = self.story()
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + 8 * HOUR})
        story.rounds(20, **FAILED)
        story.event(event="silence_ended", id="s")
        self.assertEqual([page["at"] for page in story.answers("page")][1:], [story.now])

    def test_nor_does_a_reminder_wait_for_its_old_end(self):
        story = Story().rounds(2).rounds(3, **FAILED)
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + 24 * HOUR})
        story.rounds(81, **FAILED)
        story.event(event="silence_ended", id="s")
        self.assertEqual([page["at"] for page in story.answers("page")][1:], [story.now])


class Pauses(unittest.TestCase):
    def story(self, **changes):
        return Story(receivers=Escalation.WAYS, **changes).rounds(2).rounds(3, **FAILED)

    def test_a_check_that_does_not_run_pages_nobody(self):
        story = self.story().define(paused={})
        story.wait(10 * HOUR)
        self.assertEqual(story.pages(), ["trigger pending"])

    def test_what_recovers_after_the_pause_is_only_resolved(self):
        story = self.story()
        story.define(paused={"until": story.now + 10 * HOUR}).wait(10 * HOUR).rounds(2)
        self.assertEqual(story.pages(), ["trigger pending", "resolve pending"])

    def test_what_goes_on_is_told_once_runs_say_so(self):
        story = self.story().define(paused={}).wait(10 * HOUR).define()
        resumed = story.now
        story.rounds(3, **FAILED)
        self.assertEqual(sorted(page["receiver"] for page in story.answers("page")[1:]),
                         ["pagerduty/a", "pagerduty/b"])
        self.assertEqual({page["at"] for page in story.answers("page")[1:]},
                         {resumed + 2 * MINUTE + 10 * SECOND})


class Dependencies(unittest.TestCase):
    """A check and what it depends on fail together, and the dependency recovers first."""

    def setUp(self):
        alerts = [alert("down")]
        self.story = Story(depends_on=["base"], alerts=alerts)
        self.story.define(name="base", alerts=alerts).wait(SECOND)
        for check in ("base", "shop"):
            for region in self.story.regions:
                self.story.run(region, "fail", check=check)
        self.recover("base")

    def recover(self, check):
        for again in (1, 2):
            self.story.wait(SECOND)
            for region in self.story.regions:
                self.story.run(region, check=check, kind="recheck", ordinal=again)

    def told(self):
        return self.story.pages()[3:]

    def test_who_recovers_a_minute_later_pages_nobody(self):
        self.assertEqual(self.story.pages(),
                         ["trigger pending", "trigger suppressed", "resolve pending"])
        self.story.wait(MINUTE)
        self.recover("shop")
        self.story.wait(5 * MINUTE)
        self.assertEqual(self.told(), ["resolve suppressed"])

    def test_who_goes_on_pages_after_two_minutes(self):
        ended = self.story.now
        self.story.wait(5 * MINUTE)
        self.assertEqual(self.told(), ["trigger pending"])
        self.assertEqual(self.story.answers("page")[3]["at"], ended + 2 * MINUTE)

    def test_a_start_gives_it_as_long_again(self):
        self.story.wait(MINUTE).stop_for(10 * SECOND)
        started = self.story.now
        self.story.wait(5 * MINUTE)
        self.assertEqual(self.story.answers("page")[3]["at"], started + 2 * MINUTE)


class Rounds(unittest.TestCase):
    """Conditions of the round."""

    def story(self, **changes):
        return Story(same=[["http", "etag"]], **changes).wait(MINUTE)

    def show(self, story, count, **odd):
        for _ in range(count):
            begin = story.now - story.now % MINUTE
            for place, region in enumerate(story.regions):
                story.wait(begin + (place + 1) * 10 * SECOND - story.now)
                story.run(region, facts={"http": {"etag": odd.get(region, "a")}})
            story.wait(begin + MINUTE - story.now)
        return story

    def test_two_rounds_raise_and_two_clear(self):
        story = self.show(self.story(), 4)
        self.show(story, 2, r3="b")
        self.show(story, 2)
        self.assertEqual(story.phases(), ["degraded fires"])
        self.assertEqual(story.answers("alert")[0]["failing"], ["r3"])
        self.show(story, 2)
        self.assertEqual(story.phases()[-1], "degraded clears")

    def test_rounds_in_turn_change_nothing(self):
        story = self.show(self.story(), 2)
        for _ in range(4):
            self.show(self.show(story, 1, r3="b"), 1)
        self.assertEqual(story.phases(), [])

    def test_nothing_is_judged_of_what_nobody_shows(self):
        story = self.story().rounds(6)
        self.assertEqual(story.verdicts(), ["up"])

    def test_an_edge_on_another_continent(self):
        labels = {"r1": "EU", "r2": "NA"}
        story = Story(near=["http"], continents=labels).wait(MINUTE)
        for _ in range(5):
            for place, region in enumerate(story.regions):
                story.wait(10 * SECOND).run(region, facts={"http": {"pop": '"FRA"'}})
            story.wait(20 * SECOND)
        self.assertEqual(story.answers("alert")[0]["failing"], ["r2"])


class Budgets(unittest.TestCase):
    def budget(self, hours):
        """A round each ten minutes, one good run each."""
        budget = Budget()
        for place in range(1, 6 * hours + 1):
            tally = Tally()
            tally.good = 1
            budget.rounds.append((place * 10 * MINUTE, tally))
        return budget

    def test_the_first_seven_hours_are_exact(self):
        budget = self.budget(30)
        for window_hours in (1, 3, 7):
            self.assertEqual(budget.over(window_hours * HOUR).good, 6 * window_hours)

    def test_older_windows_begin_at_a_kept_total(self):
        budget = self.budget(30)
        # The last round before each half hour ends 20 minutes into it.
        self.assertEqual(budget.over(24 * HOUR).good, 6 * 24 + 1)
        self.assertEqual(budget.over(1000 * HOUR).good, 6 * 30)


class Itself(unittest.TestCase):
    def test_histories_that_the_model_wrote_agree_with_it(self):
        story, names = crowd(23)
        mend(story, names[:-1]).wait(3 * MINUTE)
        check_history(story.finish().lines)
        check_history(Escalation().story().rounds(12, **FAILED).finish().lines)
        check_history(Rounds().show(Rounds().story(alerts=[alert("degraded")]), 5, r2="x").lines)


if __name__ == "__main__":
    unittest.main()
