#!/usr/bin/env python3
"""Who is told of what, with real processes: routes by severity and label, deployments as change
events, the daily test of each receiver. What PagerDuty gets must be valid by its contract."""
import time
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone

from small_fleet import RECEIVER, ROUTING_KEY, SmallFleet, Target, serve

WEBHOOK = "webhook/demo"
ROUTES = f"""\
routes:
  - {{match: ["owner=payments"], to: {RECEIVER}}}
  - {{match: {{severity: critical}}, to: {RECEIVER}}}
  - {{match: {{severity: error}}, to: {WEBHOOK}}}
"""
# Each is told by its route to another receiver than its `notify`. (owner, severity, notify, told)
CHECKS = {
    "login": ("shop", "critical", WEBHOOK, RECEIVER),
    "search": ("shop", "error", RECEIVER, WEBHOOK),
    "cart": ("payments", "error", WEBHOOK, RECEIVER),
}
DAILY_SECONDS = 150  # to the minute of the test, and the machine's moods


class RoutesTest(unittest.TestCase):
    def start(self, **settings):
        self.small = SmallFleet(self, ("eu-west-1",), **settings)
        self.fleet = self.small.fleet
        self.record = self.small.receiver.record

    def contract_holds(self):
        bad = [entry for entry in [*self.record.events(), *self.record.changes(),
                                   *self.record.webhooks()] if entry["outcome"] != "accepted"]
        self.assertEqual(bad, [])

    def told(self, kind):
        """{receiver: sources} of the triggers or resolves that were taken."""
        events = [entry["event"] for entry in self.record.events()]
        sources = {event["dedup_key"]: event["payload"]["source"] for event in events
                   if event["event_action"] == "trigger"}
        past = {"trigger": "incident.triggered", "resolve": "incident.resolved"}[kind]
        found = {
            RECEIVER: {sources[event["dedup_key"]] for event in events
                       if event["event_action"] == kind},
            WEBHOOK: {entry["body"]["data"]["source"] for entry in self.record.webhooks()
                      if entry["body"]["type"] == past}}
        return {receiver: sorted(names & set(CHECKS)) for receiver, names in found.items()}

    def test_routes_by_severity_and_label_tell_different_receivers(self):
        self.start(more=ROUTES)
        # A host of its own for each: checks of one host have one cause.
        targets = {name: serve(self, Target(f"127.0.0.{number}", broken={name}))
                   for number, name in enumerate(CHECKS, start=2)}
        self.small.install(
            "version: 1\ndefaults: {interval: 5s, timeout: 2s, retries: 0, regions: all, "
            "quorum: 1}\nchecks:\n" + "".join(
                f"  - name: {name}\n    owner: {owner}\n    notify: {notify}\n"
                f"    http: GET {targets[name].url}/{name}\n"
                f"    alerts: [{{when: down, severity: {severity}}}]\n"
                for name, (owner, severity, notify, _) in CHECKS.items()))
        wanted = {receiver: sorted(name for name, row in CHECKS.items() if row[3] == receiver)
                  for receiver in (RECEIVER, WEBHOOK)}
        self.small.wait_for(lambda: self.told("trigger") == wanted, f"pages to {wanted}")
        for name, (_, severity, _, receiver) in CHECKS.items():
            shown = self.fleet.ask("incidents", "show", self.small.incidents(name)[0]["id"])
            self.assertEqual(shown["incident"]["severity"], severity)
            self.assertEqual([page["receiver"] for page in shown["pages"]], [receiver])
            said = self.fleet.ask("routes", "explain", name, "--severity", severity)
            self.assertEqual([one["name"] for one in said["told"]], [receiver])
        for target in targets.values():
            target.broken.clear()
        self.small.wait_for(lambda: self.told("resolve") == wanted, f"resolves to {wanted}")
        self.assertEqual(self.told("trigger"), wanted)
        self.contract_holds()
        self.assertEqual(self.fleet.stop(), [])

    def test_a_deployment_is_a_change_event_and_pages_nobody(self):
        self.start(agents=False, pagerduty=", change_events: true")
        before = len(self.record.events())  # no region has an agent: that may be told
        self.fleet.ask("deployments", "record", "--service", "shop", "--version", "1.2.3",
                       "--team", "payments", "--by", "ci", "--url", "https://ci.test/42")
        change, = self.small.wait_for(self.record.changes, "change event")
        self.assertEqual((change["outcome"], change["errors"]), ("accepted", []))
        event = change["event"]
        self.assertEqual(event["routing_key"], ROUTING_KEY)
        for part in ("shop", "1.2.3"):
            self.assertIn(part, event["payload"]["summary"])
        self.assertEqual([link["href"] for link in event["links"]], ["https://ci.test/42"])
        said = event["payload"]["timestamp"].replace("Z", "+00:00")
        self.assertLess(abs(datetime.fromisoformat(said).timestamp() - time.time()), 60)
        self.assertEqual([entry["event"] for entry in self.record.events()[before:]
                          if "1.2.3" in str(entry)], [])
        self.contract_holds()
        self.assertEqual(self.fleet.stop(), [])

    def test_each_receiver_is_tested_once_a_day(self):
        due = datetime.now(timezone.utc) + timedelta(seconds=90)  # 30 s at least from now
        self.start(agents=False, test_delivery=f'{{daily_at: "{due:%H:%M}"}}')
        due = due.replace(second=0, microsecond=0)
        first = self.receivers()
        for name in (RECEIVER, WEBHOOK):
            self.assertIsNone(first[name]["test"]["ok"])
            self.assertIsNone(self.daily_result(name))
            self.assertEqual(self.next_test(first[name]), due)
        self.small.wait_for(lambda: all(one["test"]["ok"] for one in self.receivers().values()),
                            "daily tests", DAILY_SECONDS)
        # PagerDuty's alerts nobody; the webhook's opens and ends.
        change, = self.record.changes()
        self.assertEqual((change["outcome"], change["errors"]), ("accepted", []))
        self.assertEqual([entry for entry in self.record.events()
                          if "test" in entry["event"].get("payload", {}).get("summary", "")], [])
        self.small.wait_for(lambda: [entry["body"]["type"] for entry in self.record.webhooks()] ==
                            ["incident.triggered", "incident.resolved"], "test of the webhook")
        for name, one in self.receivers().items():
            self.assertEqual(self.daily_result(name), 1)
            self.assertTrue(one["test"]["last"])
            self.assertTrue(one["last_success"])
            self.assertEqual(self.next_test(one), due + timedelta(days=1))
        self.assertIn(RECEIVER, self.fleet.ask_text("routes", "list"))
        self.contract_holds()
        self.assertEqual(self.fleet.stop(), [])

    def receivers(self):
        return {one["name"]: one for one in self.fleet.ask("routes", "list")["receivers"]}

    @staticmethod
    def next_test(receiver):
        return datetime.fromisoformat(receiver["test"]["next"].replace("Z", "+00:00"))

    def daily_result(self, receiver):
        with urllib.request.urlopen(f"{self.fleet.api_url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        name = f'picket_receiver_test_ok{{receiver="{receiver}"}}'
        return next((float(line.split()[-1]) for line in lines if line.startswith(name)), None)


if __name__ == "__main__":
    unittest.main()
