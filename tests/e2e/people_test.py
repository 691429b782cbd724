#!/usr/bin/env python3
"""Incidents as people work with them, with real processes and kill -9 of the controller: a note, a
resolve while the check fails that pages again, a deployment that the incident names, a draft of the
post-mortem, action items, the figures of delivery."""
import json
import time
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone

from small_fleet import RECEIVER, SmallFleet, Target

from demo.processes import DemoError

REGIONS = ("eu-west-1", "us-east-1")
SECONDS = 60
GRACE = "12s"


class PeopleTest(unittest.TestCase):
    def setUp(self):
        self.target = Target(broken={"login"})
        self.small = SmallFleet(
            self, REGIONS, target=self.target,
            more=f"after_manual_resolve: {{then: page_again, grace: {GRACE}}}\n")
        self.fleet = self.small.fleet
        self.receiver = self.small.receiver

    def install(self):
        self.small.install(
            "version: 1\nchecks:\n  - name: shop-login\n    owner: payments\n    service: shop\n"
            f"    http: GET {self.target.url}/login\n    interval: 5s\n    timeout: 2s\n"
            f"    retries: 0\n    regions: all\n    quorum: 2\n    notify: {RECEIVER}\n")

    def kill_controller(self):
        self.fleet.kill("controller")
        self.wait_for(self.fleet.is_ready, "controller after kill -9")

    def wait_for(self, what, message):
        end = time.monotonic() + SECONDS
        while True:
            try:
                found = what()
            except DemoError:  # between two controllers
                found = None
            if found:
                return found
            self.assertLess(time.monotonic(), end, f"no {message}\n{self.events()}")
            time.sleep(0.2)

    def incident(self):
        """The first incident of the check, with its timeline."""
        found = self.fleet.ask("incidents", "--check", "shop-login")["incidents"]
        return self.fleet.ask("incidents", "show", found[-1]["id"]) if found else None

    def events(self):
        """(action, dedup key) of what PagerDuty was told, in order."""
        url = f"http://127.0.0.1:{self.receiver.port}/control/events"
        with urllib.request.urlopen(url, timeout=10) as answer:
            entries = json.loads(answer.read())
        return [(entry["event"]["event_action"], entry["event"]["dedup_key"]) for entry in entries]

    def keys(self, action):
        """Dedup keys that were told so, each once, in order."""
        return list(dict.fromkeys(key for done, key in self.events() if done == action))

    def timeline(self, kind):
        return [row["text"] for row in self.incident()["timeline"] if row["kind"] == kind]

    def refused(self, *arguments):
        with self.assertRaises(DemoError) as caught:
            self.fleet.ask_text(*arguments)
        return str(caught.exception)

    def test_people_work_with_an_incident(self):
        began = (datetime.now(timezone.utc) - timedelta(minutes=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.fleet.ask("deployments", "record", "--service", "shop", "--version", "1.2.3",
                       "--team", "payments", "--at", began, "--by", "ci")
        self.fleet.ask("deployments", "record", "--service", "billing", "--version", "9",
                       "--by", "ci")
        self.kill_controller()  # the new one still knows what was deployed
        self.install()
        self.wait_for(lambda: self.keys("trigger"), "page")
        identity = self.incident()["incident"]["id"]
        self.assertRegex(self.timeline("deployment")[0], r"shop 1\.2\.3 deployed 1[23] min before")
        self.assertEqual([one["version"] for one in self.incident()["deployments"]], ["1.2.3"])
        late = (datetime.now(timezone.utc) - timedelta(minutes=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.fleet.ask("deployments", "record", "--service", "shop", "--version", "1.2.4",
                       "--team", "payments", "--at", late, "--by", "ci")
        self.assertIn("1.2.4", self.timeline("deployment")[-1])

        self.notes(identity)
        self.resolve_while_failing(identity)
        self.write_up(identity)

    def notes(self, identity):
        self.fleet.ask("incidents", "note", identity, "looks like\nthe PSP", "--by", "anna")
        self.kill_controller()
        self.assertEqual(self.timeline("note"), ["anna: looks like the PSP"])
        self.assertIn("`text` is missing", self.refused("incidents", "note", identity, " ",
                                                        "--by", "anna"))
        self.assertIn("no incident", self.refused("incidents", "note", "NONE", "x", "--by", "a"))

    def resolve_while_failing(self, identity):
        first = self.keys("trigger")
        shown = self.fleet.ask("incidents", "resolve", identity, "--by", "anna", "--note", "fixed")
        self.assertEqual(shown["incident"]["state"], "resolved")
        self.assertEqual(shown["incident"]["after_resolve"], "page_again")
        self.assertIn("paged again", self.fleet.ask_text("incidents", "show", identity))
        self.wait_for(lambda: self.keys("resolve") == first, "resolve by hand")
        self.kill_controller()
        self.wait_for(lambda: len(self.keys("trigger")) == 2, "page after the grace")
        second = self.keys("trigger")[1]
        incident = self.incident()["incident"]
        self.assertEqual((incident["id"], incident["state"], incident["reopened"]),
                         (identity, "open", 1))
        self.assertEqual(len(self.timeline("reopened")), 1)
        self.fleet.ask("incidents", "ack", identity, "--by", "bert")
        self.wait_for(lambda: self.keys("acknowledge") == [second], "acknowledge")
        # Held, it stays quiet until the check is up.
        self.fleet.ask("incidents", "resolve", identity, "--by", "anna", "--then", "hold")
        self.wait_for(lambda: self.keys("resolve") == [*first, second], "second resolve")
        self.kill_controller()
        self.assertEqual(self.incident()["incident"]["after_resolve"], "hold")
        self.target.broken.clear()
        self.wait_for(lambda: self.timeline("recovered"), "recovery")
        self.assertEqual(len(self.keys("trigger")), 2)
        self.assertEqual(self.incident()["incident"]["after_resolve"], "none")

    def write_up(self, identity):
        due = (datetime.now(timezone.utc) + timedelta(days=14)).strftime("%Y-%m-%d")
        add = ("actions", "add", identity, "--owner", "anna", "--by", "bert")
        self.assertIn("past", self.refused(*add, "--due", "2020-01-01", "too late"))
        self.assertIn("exactly one owner", self.refused(
            "actions", "add", identity, "--owner", "anna, bert", "--due", due, "x", "--by", "b"))
        items = [self.fleet.ask(*add, "--due", due, f"item {i}")["action_item"]["id"]
                 for i in range(3)]
        self.assertIn("three action items", self.refused(*add, "--due", due, "a fourth"))
        self.fleet.ask("actions", "done", items[0], "--by", "anna")
        self.fleet.ask("actions", "deprioritise", items[1], "--by", "anna", "--reason", "no need")
        self.kill_controller()
        states = {item["id"]: item["state"] for item in
                  self.fleet.ask("actions", "list", "--state", "all")["action_items"]}
        self.assertEqual([states[item] for item in items], ["done", "deprioritised", "open"])
        self.assertIn("three action items", self.refused(*add, "--due", due, "a fourth"))
        draft = self.fleet.ask_text("incidents", "postmortem", identity)
        for part in ("# Post-mortem: shop-login down", "shop 1.2.3", "shop 1.2.4", "item 2",
                     "| paged |", "| restored |", "bad rounds"):
            self.assertIn(part, draft)
        figures = [one for one in
                   self.fleet.ask("deployments", "stats")["delivery_performance"]
                   if one["service"] == "shop"]
        self.assertEqual((figures[0]["deployments"], figures[0]["change_failures"]), (2, 2))
        self.assertGreater(figures[0]["time_to_restore"]["median_seconds"], 0)
        with urllib.request.urlopen(f"{self.fleet.api_url}/metrics", timeout=10) as answer:
            metrics = answer.read().decode()
        self.assertIn('picket_deployments_total{service="shop",team="payments"} 2', metrics)
        self.assertIn('picket_change_failures_total{service="shop",team="payments"} 2', metrics)
        self.assertIn('picket_action_items{state="open"} 1', metrics)
        self.assertEqual(self.fleet.stop(), [])


if __name__ == "__main__":
    unittest.main()
