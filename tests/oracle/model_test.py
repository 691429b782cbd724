"""The model itself, against the tables of docs/reference/evaluation.md, row by row."""
import unittest

from compare import check_history
from model.budget import BURN_WINDOWS
from model.definition import HOUR, MINUTE, SECOND, Definition
from model.names import dedup_key, incident_id
from model.rounds import change_rate
from model.thresholds import aggregate
from stories import START, Story, alert, definition


class Quorums(unittest.TestCase):
    def test_the_default_is_two_or_a_quarter(self):
        for regions, quorum in ((1, 1), (2, 2), (3, 2), (8, 2), (9, 3), (12, 3)):
            made = Definition(definition(regions=regions))
            self.assertEqual(made.quorum(regions, regions), quorum)

    def test_shares_are_of_the_regions_that_see(self):
        for text, quorum in (("50%", 2), ("all", 3), ("majority", 2), ("any", 1), ("9", 6)):
            made = Definition(definition(regions=6, quorum=text))
            self.assertEqual(made.quorum(6, 3), quorum, text)


class Verdicts(unittest.TestCase):
    def test_pending_until_enough_regions_report(self):
        story = Story().run("r1").wait(SECOND)
        self.assertEqual(story.verdicts(), [])
        self.assertEqual(story.run("r2").verdicts(), ["up"])

    def test_down_begins_with_the_quorum_and_ends_with_two_passes_of_each(self):
        story = Story().rounds(2)
        story.run("r1", "fail").run("r2", "fail")
        self.assertEqual(story.verdicts()[-1], "down")
        story.wait(MINUTE).run("r1").run("r2").wait(MINUTE).run("r1")
        self.assertEqual(story.verdicts()[-1], "down")
        story.run("r2")
        self.assertEqual(story.verdicts()[-1], "up")

    def test_silence_ends_no_down(self):
        story = Story().rounds(2).rounds(1, r1="fail", r2="fail")
        story.rounds(10, r1="silent", r2="silent", r4="silent")
        self.assertEqual(story.verdicts()[-1], "down")
        self.assertNotIn("down clears", story.phases())

    def test_where_those_that_failed_are_silent_a_quorum_of_others_ends_a_down(self):
        story = Story().rounds(2).run("r1", "fail").run("r2", "fail").wait(SECOND)
        story.event(event="online", region="r1", online=False).run("r2").wait(SECOND)
        story.event(event="online", region="r2", online=False)
        self.assertEqual(story.verdicts()[-1], "down")
        story.run("r3").run("r4").wait(MINUTE).run("r3")
        self.assertEqual(story.verdicts()[-1], "down")
        story.run("r4")
        self.assertEqual(story.verdicts()[-1], "up")

    def test_regions_that_are_exchanged_end_no_down_unasked(self):
        story = Story().rounds(2).run("r1", "fail").run("r2", "fail")
        story.wait(SECOND)
        story.event(**{**definition(), "regions": ["x1", "x2", "x3", "x4"]})
        self.assertEqual(story.verdicts()[-1], "down")
        for _ in range(2):
            self.assertEqual(story.verdicts()[-1], "down")
            story.wait(MINUTE).run("x1").run("x2")
        self.assertEqual(story.verdicts()[-1], "up")

    def test_no_data_only_after_a_whole_round_could_have_closed(self):
        story = Story().wait(3 * MINUTE)
        self.assertEqual(story.verdicts(), [])
        story.wait(MINUTE)
        self.assertEqual(story.verdicts(), ["no_data"])
        self.assertEqual(story.answers("verdict")[0]["at"],
                         START + 2 * MINUTE + 20 * SECOND + MINUTE)

    def test_a_region_that_keeps_failing_is_regional(self):
        story = Story().rounds(2).rounds(2, r3="fail")
        self.assertNotIn("regional", story.verdicts())
        story.rounds(1, r3="fail")
        self.assertEqual(story.verdicts()[-1], "regional")
        self.assertEqual(story.phases(), ["down suspected", "regional fires", "down clears"])

    def test_a_blind_region_neither_opens_nor_holds(self):
        story = Story().rounds(2).event(event="blind", region="r3", blind=True)
        story.rounds(5, r3="fail")
        self.assertEqual(story.verdicts(), ["up"])

    def test_first_attempts_that_retries_hide_are_degraded(self):
        story = Story().rounds(6).rounds(6, r1="pass_on_retry")
        self.assertEqual(story.verdicts()[-1], "degraded")
        story.rounds(6)
        self.assertEqual(story.verdicts()[-1], "up")

    def test_x_of_y_reaches_back_y_intervals_only(self):
        story = Story(failing=[2, 3]).rounds(3).run("r1", "fail").run("r2", "fail")
        self.assertEqual(story.verdicts()[-1], "up")
        story.wait(5 * MINUTE).run("r1", "fail").run("r2", "fail")
        self.assertNotIn("down", story.verdicts())
        story.wait(MINUTE).run("r1", "fail").run("r2", "fail")
        self.assertEqual(story.verdicts()[-1], "down")


class Alerts(unittest.TestCase):
    def test_a_hold_is_kept_to_the_millisecond(self):
        held = [alert("down", **{"for": 2 * MINUTE})]
        story = Story(alerts=held).rounds(2).run("r1", "fail").run("r2", "fail")
        began = story.now
        story.rounds(4, **story.all("fail"))
        fires = [a for a in story.answers("alert") if a["phase"] == "fires"]
        self.assertEqual([a["at"] for a in fires], [began + 2 * MINUTE])

    def test_what_stays_broken_opens_before_down_closes(self):
        story = Story().rounds(2).rounds(4, r1="fail", r2="fail", r3="fail")
        story.rounds(3, r3="fail")
        self.assertEqual(story.phases()[-2:], ["regional fires", "down clears"])
        self.assertEqual(story.verdicts()[-1], "regional")

    def test_a_second_episode_of_a_round_has_a_name_of_its_own(self):
        story = Story(failing=[1, 1]).rounds(2).run("r1", "fail").wait(SECOND)
        story.run("r1", kind="recheck", ordinal=1).run("r1", "fail", kind="recheck", ordinal=2)
        names = [a["opening"] for a in story.answers("alert") if a["phase"] == "suspected"]
        self.assertEqual(len(names), 2)
        self.assertEqual(names[1], names[0] + 1)

    def test_deletion_clears_what_is_open(self):
        story = Story().rounds(2).rounds(1, **{"r1": "fail", "r2": "fail"})
        story.event(event="remove", check="shop")
        self.assertEqual(story.phases()[-1], "down clears")
        self.assertEqual(story.pages()[-1], "resolve pending")

    def test_a_start_judges_what_was_due(self):
        held = [alert("down", **{"for": 2 * MINUTE})]
        story = Story(alerts=held).rounds(2).run("r1", "fail").run("r2", "fail").wait(SECOND)
        story.stop_for(3 * MINUTE)
        self.assertEqual(story.phases()[-1], "down fires")
        self.assertEqual(story.answers("alert")[-1]["at"], story.now)


class Rounds(unittest.TestCase):
    def test_each_slot_of_a_closed_round_is_in_one_state(self):
        story = Story().wait(MINUTE).rounds(1, r2="fail", r3="silent").rounds(3)
        first = story.answers("round")[0]
        self.assertEqual(first["slots"], {"r1": "ran pass", "r2": "ran fail",
                                          "r3": "missed offline", "r4": "ran pass"})
        self.assertEqual(first["mark"], "good")
        self.assertEqual(first["at"], first["round"] + MINUTE + 20 * SECOND + MINUTE)

    def test_a_late_run_heals_the_ledger_and_nothing_else(self):
        story = Story().wait(MINUTE).rounds(4, r3="silent")
        missed = story.answers("round")[0]["round"]
        slot = ("shop", "r3", MINUTE, missed)
        self.assertEqual(story.model.ledger.slots[slot], "missed_offline")
        story.run("r3", "fail", round=missed, started=missed + SECOND, late=True)
        self.assertEqual(story.model.ledger.slots[slot], "ran_bad")
        self.assertEqual(story.phases(), [])

    def test_only_rounds_that_a_pause_touches_are_skipped(self):
        story = Story().wait(MINUTE).rounds(1, r3="silent")
        story.define(paused={"until": story.now + 90 * SECOND}).wait(5 * MINUTE)
        texts = [line["slots"]["r3"] for line in story.answers("round")][:4]
        self.assertEqual(texts, ["missed offline", "skipped", "skipped", "missed offline"])

    def test_maintenance_is_left_out_of_the_objective(self):
        window = [START + 2 * MINUTE, START + 3 * MINUTE]
        story = Story(maintenance=[window]).wait(MINUTE).rounds(6)
        marks = [line["mark"] for line in story.answers("round")]
        self.assertEqual(marks[:3], ["good", "excluded", "good"])

    def test_the_newer_changes_weigh_more(self):
        self.assertAlmostEqual(change_rate("gbgbgb"), 1.0)
        self.assertAlmostEqual(change_rate("gbbbbb"), 0.8 / 5)
        self.assertAlmostEqual(change_rate("gggggb"), 1.2 / 5)
        self.assertEqual(change_rate("g"), 0)


class Objectives(unittest.TestCase):
    SLO = {"objective": 99, "window": 24 * HOUR, "by": "rounds"}

    def test_three_bad_rounds_burn_and_two_do_not(self):
        alerts = [alert("burn_rate", "burn")]
        story = Story(slo=self.SLO, alerts=alerts, failing=[3, 3]).wait(MINUTE).rounds(3)
        story.rounds(2, **story.all("fail")).rounds(3)
        self.assertEqual(story.phases(), [])
        story.rounds(1, **story.all("fail")).rounds(3)
        self.assertEqual(story.phases(), ["burn fires"])

    def test_what_a_down_has_told_is_not_told_again_and_what_it_has_not_is(self):
        for hold, burns in ((0, False), (10 * MINUTE, True)):
            alerts = [alert("down", **{"for": hold}), alert("burn_rate", "burn")]
            story = Story(slo=self.SLO, alerts=alerts).wait(MINUTE).rounds(3)
            story.rounds(3, **story.all("fail")).rounds(5)
            self.assertEqual("burn fires" in story.phases(), burns, story.phases())

    def test_silence_ends_no_burn(self):
        alerts = [alert("burn_rate", "burn")]
        slo = {**self.SLO, "by": "runs"}
        story = Story(slo=slo, alerts=alerts).wait(MINUTE).rounds(8, r1="fail")
        self.assertEqual(story.phases(), ["burn fires"])
        story.rounds(120, **story.all("silent"))
        self.assertEqual(story.phases(), ["burn fires"])
        story.rounds(360)
        self.assertEqual(story.phases(), ["burn fires", "burn clears"])

    def test_rates_are_of_what_was_measured(self):
        story = Story(slo=self.SLO).wait(MINUTE).rounds(7).rounds(1, **story_fail()).rounds(2)
        check = story.model.checks["shop"]
        rate = check.budget.burn(check.definition, BURN_WINDOWS[0], False)[0]
        self.assertAlmostEqual(rate, 1 / 8 / 0.01)

    def test_quantiles_lie_between_the_nearest_ranks(self):
        self.assertEqual(aggregate("p50", [1.0, 2.0, 3.0, 4.0]), 2.5)
        self.assertEqual(aggregate("p95", [5.0]), 5.0)
        self.assertEqual(aggregate("mean", [1.0, 2.0, 6.0]), 3.0)


def story_fail():
    return {f"r{place}": "fail" for place in range(1, 5)}


class Pages(unittest.TestCase):
    def test_a_silence_holds_back_the_page_until_it_ends(self):
        story = Story().rounds(2)
        story.event(event="silence", id="s", matchers=["check=shop"], **{
            "from": story.now, "until": story.now + 5 * MINUTE})
        story.rounds(3, **story.all("fail"))
        self.assertEqual(story.pages(), ["trigger suppressed"])
        story.rounds(3, **story.all("fail"))
        self.assertEqual(story.pages(), ["trigger suppressed", "trigger pending"])

    def test_a_silence_never_holds_back_a_resolve(self):
        story = Story().rounds(2).rounds(2, **story_fail())
        story.event(event="silence", id="s", matchers=["owner=~te.m"], **{
            "from": story.now, "until": story.now + 60 * MINUTE})
        story.rounds(3)
        self.assertEqual(story.pages(), ["trigger pending", "resolve pending"])

    def test_an_incident_is_told_again_every_hour(self):
        story = Story().rounds(2).rounds(62, **story_fail())
        self.assertEqual(story.pages(), ["trigger pending"] * 2)

    def test_a_dependent_check_waits_for_what_it_depends_on(self):
        story = Story()
        story.define(name="cart", depends_on=["shop"])
        for check in ("shop", "cart"):
            for region in story.regions:
                story.run(region, "fail", check=check)
        self.assertEqual(story.pages(), ["trigger pending", "trigger suppressed"])

    def test_a_receiver_that_is_not_configured_is_replaced(self):
        story = Story(notify=["pagerduty/gone"]).rounds(2).rounds(1, **story_fail())
        self.assertEqual(story.answers("page")[0]["receiver"], "pagerduty/a")

    def test_names_are_made_of_what_they_are_about(self):
        key = dedup_key("i", "pagerduty/a", "check:shop", "down", START)
        self.assertEqual(len(key), len("picket:") + 64)
        self.assertEqual(len(incident_id("i", "check:shop", "down", START)), 26)
        self.assertLess(incident_id("i", "check:shop", "down", START)[:10],
                        incident_id("i", "check:shop", "down", START + 32)[:10])


class Itself(unittest.TestCase):
    def test_a_history_that_the_model_wrote_agrees_with_it(self):
        story = Story().rounds(3).rounds(3, **story_fail()).rounds(4).finish()
        check_history(story.lines)


if __name__ == "__main__":
    unittest.main()
