#!/usr/bin/env python3
"""Control targets with real processes: the region whose target is gone is blind, which is one page
and no page per check or agent; it ends when the target answers again."""
import unittest

from small_fleet import SmallFleet, Target, serve

from demo.pager import Pager
from demo.processes import wait_until

REGIONS = ("ap-south-1", "eu-west-1", "us-east-1")
BLIND = "eu-west-1"
SECONDS = 180  # two looks of a minute, and the machine's moods


class Control(Target):
    """Keeps its port while it is `away`, or another test's server would answer for it."""
    away = False

    def verify_request(self, request, client_address):
        return not self.away


class BlindTest(unittest.TestCase):
    def setUp(self):
        self.targets = {region: serve(self, Control()) for region in REGIONS}
        regions = "".join(f"  {region}: {{control_targets: ['{target.url}/']}}\n"
                          for region, target in self.targets.items())
        small = SmallFleet(self, REGIONS, more="regions:\n" + regions)
        self.fleet = small.fleet
        self.pager = Pager(f"http://127.0.0.1:{small.receiver.port}")

    def is_blind(self):
        return any(row["region"] == BLIND and row["blind"]
                   for row in self.fleet.ask("status")["regions"])

    def pages(self):
        """(summary, status) of what PagerDuty has of blindness: that regions have no agent yet when
        the controller starts is told as well."""
        return [(one["summary"], one["status"]) for one in self.pager.read("incidents")
                if "blind" in one["summary"]]

    def wait(self, what, message):
        wait_until(what, SECONDS, message)

    def test_a_region_whose_control_target_is_gone_is_blind(self):
        self.targets[BLIND].away = True
        self.wait(self.is_blind, "a blind region")
        self.wait(self.pages, "a page that the region is blind")
        (summary, status), = self.pages()
        self.assertIn(f"region {BLIND} is blind: none of its control targets answers", summary)
        self.assertEqual(status, "triggered")
        agents = {row["region"]: row for row in self.fleet.ask("agents")["agents"]}
        self.assertEqual([name for name, row in agents.items() if row["blind"]], [BLIND])

        self.targets[BLIND].away = False
        self.wait(lambda: not self.is_blind(), "a region that sees again")
        self.wait(lambda: [one[1] for one in self.pages()] == ["resolved"], "the resolve")
        self.assertEqual(self.fleet.stop(), [])


if __name__ == "__main__":
    unittest.main()
