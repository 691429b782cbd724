"""How events and incidents read in the demo, and that hostile text stays harmless."""
import unittest

from support import trigger

from demo import pager


class Lines(unittest.TestCase):
    def event(self, **changes):
        return {"sequence": 1, "at": 0.0, "outcome": "accepted", "effect": "opened",
                "incident": 1, "event": trigger(), "fault": None, **changes}

    def test_an_accepted_trigger_says_what_it_did(self):
        line = pager.event_line(self.event())
        self.assertIn("PagerDuty trigger critical opened: shop down", line)

    def test_a_refused_event_says_why(self):
        line = pager.event_line(self.event(outcome="rejected", effect=None, errors=["too long"]))
        self.assertIn("shop down (rejected: too long)", line)

    def test_a_body_that_was_no_event_still_has_a_line(self):
        line = pager.event_line(self.event(outcome="rejected", effect=None, event=None,
                                           errors=["body is not JSON"]))
        self.assertIn("rejected: body is not JSON", line)

    def test_a_resolve_without_payload_shows_its_key(self):
        event = {"event_action": "resolve", "dedup_key": "picket:1"}
        self.assertIn("picket:1", pager.event_line(self.event(event=event, effect="resolved")))

    def test_a_resolve_of_an_incident_shows_its_title(self):
        event = {"event_action": "resolve", "dedup_key": "picket:1"}
        line = pager.event_line(self.event(event=event, effect="resolved", title="shop down"))
        self.assertIn("PagerDuty resolve resolved: shop down", line)

    def test_control_characters_never_reach_the_terminal(self):
        event = trigger(summary="a\x1b]0;owned\x07b\u202ec")
        line = pager.event_line(self.event(event=event))
        self.assertTrue(line.isprintable(), repr(line))

    def test_an_incident_has_its_times_and_state(self):
        incident = {"number": 3, "status": "resolved", "severity": "error", "opened_at": 0.0,
                    "resolved_at": 60.0, "summary": "shop-home regional"}
        line = pager.incident_line(incident)
        self.assertRegex(line, r"#3 resolved +error +\d\d:00:00 - \d\d:01:00  shop-home regional")


if __name__ == "__main__":
    unittest.main()
