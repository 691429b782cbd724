#!/usr/bin/env python3
"""SIGHUP brings receivers, routes and certificates into force, and never a bad configuration; an
agent that drains says so. Real processes, pages to the demonstration's PagerDuty."""
import json
import signal
import socket
import ssl
import sys
import threading
import time
import unittest
from pathlib import Path

from service_rig import Rig, wait_for

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from demo.receiver.server import Receiver  # noqa: E402

OLD, NEW = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
CHECKS = """\
version: 1
defaults: {{owner: e2e, interval: 5s, timeout: 2s, retries: 0, regions: all, quorum: 1}}
checks:
  - name: shop
    http: GET {url}/shop
    notify: [{receiver}]
"""


class ConfigReloadTest(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(self)
        self.target = self.rig.answerer()
        self.pager = Receiver(("127.0.0.1", 0), SECRET)
        threading.Thread(target=self.pager.serve_forever, daemon=True).start()
        self.addCleanup(self.pager.server_close)
        self.addCleanup(self.pager.stop)
        self.key_file = self.rig.root / "key"
        self.key_file.write_text(OLD + "\n")
        self.write({"pagerduty/main": self.pagerduty()})

    def pagerduty(self):
        return (f'pagerduty: {{routing_key_file: {self.key_file}, '
                f'events_url: "http://127.0.0.1:{self.pager.port}"}}')

    def write(self, receivers, more="", **settings):
        self.rig.write_settings(receivers, more, **settings)

    def start(self):
        self.controller = self.rig.start_controller()
        (self.rig.root / "checks/all.check.yaml").write_text(
            CHECKS.format(url=self.target.url, receiver="pagerduty/main"))
        self.rig.write_agent("one")
        self.agent = self.rig.start_agent("one")
        wait_for(lambda: self.target.done >= 2, "two runs")

    def reload(self, result):
        """Sends SIGHUP and waits until the metrics tell of one more such result."""
        counts = self.metric(f'picket_config_reloads_total{{result="{result}"}}')
        self.controller.send_signal(signal.SIGHUP)
        wait_for(lambda: self.metric(f'picket_config_reloads_total{{result="{result}"}}')
                 == counts + 1, f"a reload that ends with {result}")

    def metric(self, name):
        for line in self.rig.call("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        self.fail(f"no metric {name}")
        return None

    def taken(self):
        """What PagerDuty took: [(key, action)]."""
        return [(one["event"]["routing_key"], one["event"]["event_action"])
                for one in self.pager.record.events() if one["outcome"] == "accepted"]

    def wait_taken(self, expected):
        wait_for(lambda: len(self.taken()) >= len(expected), f"{expected}", 90)
        self.assertEqual(self.taken(), expected)

    def test_a_rotated_routing_key_takes_the_next_page(self):
        self.start()
        self.target.status = 500
        self.wait_taken([(OLD, "trigger")])
        self.key_file.write_text(NEW + "\n")
        before = self.metric("picket_config_last_reload_success_timestamp_seconds")
        self.reload("success")
        self.assertGreater(self.metric("picket_config_last_reload_success_timestamp_seconds"),
                           before)
        self.assertEqual(self.taken(), [(OLD, "trigger")])  # nobody is told again
        self.target.status = 200
        self.wait_taken([(OLD, "trigger"), (OLD, "resolve")])  # the key that triggered
        self.target.status = 500
        self.wait_taken([(OLD, "trigger"), (OLD, "resolve"), (NEW, "trigger")])

    def test_a_receiver_and_its_checks_change_together(self):
        self.start()
        self.key_file.write_text(NEW + "\n")
        self.write({"pagerduty/other": self.pagerduty()}, "default_receiver: pagerduty/other\n")
        (self.rig.root / "checks/all.check.yaml").write_text(
            CHECKS.format(url=self.target.url, receiver="pagerduty/other"))
        self.reload("success")
        self.assertEqual(self.rig.call("/readyz"), (200, "ready\n"))
        self.target.status = 500
        self.wait_taken([(NEW, "trigger")])
        routes = json.loads(self.rig.call("/api/v1/routes")[1])
        self.assertEqual([one["name"] for one in routes["receivers"]], ["pagerduty/other"])

    def test_a_bad_configuration_changes_nothing(self):
        self.start()
        self.key_file.write_text(NEW + "\n")
        # Good in itself, but for the check that is in force; nothing of it may hold.
        self.write({"pagerduty/other": self.pagerduty()}, "log: {level: critical}\n",
                   names="other.example")
        self.reload("failure")
        log = self.rig.log("controller")
        self.assertIn("configuration not reloaded, the one in force stays", log)
        self.assertIn("check shop names pagerduty/main", log)
        self.assertEqual(self.metric("picket_config_reload_success"), 0)
        status, text = self.rig.call("/readyz")
        self.assertEqual(status, 200)
        self.assertIn("warning: configuration: the newest one is wrong", text)
        ready = json.loads(self.rig.call("/readyz?format=json")[1])
        self.assertEqual((ready["ready"], ready["reasons"]), (True, []))
        self.assertFalse(self.shows_name("other.example"))
        self.target.status = 500
        self.wait_taken([(OLD, "trigger")])
        self.assertIn("page accepted", self.rig.log("controller"))  # the log's level stands
        self.key_file.write_text("too short\n")
        self.reload("failure")
        self.assertNotIn("too short", self.rig.log("controller"))
        # The next good one mends all of it.
        self.key_file.write_text(OLD + "\n")
        self.write({"pagerduty/main": self.pagerduty()})
        self.reload("success")
        self.assertEqual(self.metric("picket_config_reload_success"), 1)
        self.assertEqual(self.rig.call("/readyz"), (200, "ready\n"))

    def shows_name(self, name):
        """Whether the agents' listener has a certificate of this name."""
        context = ssl.create_default_context(cafile=str(self.rig.root / "state/ca/ca.pem"))
        address = ("127.0.0.1", self.rig.port("agents"))
        try:
            with socket.create_connection(address, timeout=10) as plain, \
                    context.wrap_socket(plain, server_hostname=name):
                return True
        except ssl.SSLCertVerificationError:
            return False

    def test_a_new_name_stands_in_the_certificate_of_new_connections(self):
        self.start()
        self.assertTrue(self.shows_name("localhost"))
        self.assertFalse(self.shows_name("other.example"))
        self.write({"pagerduty/main": self.pagerduty()}, names="127.0.0.1, other.example")
        self.reload("success")
        self.assertTrue(self.shows_name("other.example"))
        self.assertFalse(self.shows_name("localhost"))
        runs = self.target.done
        wait_for(lambda: self.target.done >= runs + 2, "runs of the agent, which stays connected")
        self.assertEqual(self.metric('picket_agent_up{region="eu-west-1",agent="one"}'), 1)

    def test_an_agent_that_drains_says_so_and_is_back(self):
        self.start()

        def agent():
            return json.loads(self.rig.call("/api/v1/agents")[1])["agents"][0]
        draining = 'picket_agent_draining{region="eu-west-1",agent="one"}'
        self.assertEqual((agent()["draining"], self.metric(draining)), (False, 0))
        began = time.monotonic()
        self.agent.send_signal(signal.SIGTERM)
        self.assertEqual(self.agent.wait(40), 0)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual((agent()["draining"], self.metric(draining)), (True, 1))
        self.agent = self.rig.start_agent("one")
        wait_for(lambda: not agent()["draining"], "its return")
        self.assertEqual(self.taken(), [])

    def test_an_agent_takes_secrets_and_tests_over(self):
        self.start()
        config = self.rig.root / "one/agent.yaml"
        config.write_text(config.read_text().replace("name: one\n", "name: two\ntests: false\n"))
        self.agent.send_signal(signal.SIGHUP)
        wait_for(lambda: "keys=name" in self.rig.log("one"), "what waits for a restart")
        self.assertNotIn("keys=\"name, tests\"", self.rig.log("one"))


if __name__ == "__main__":
    unittest.main()
