#!/usr/bin/env python3
"""Channels with real processes: pages confirmed through PagerDuty's REST API, pages that PagerDuty
swallows, signed webhooks inbound, tests of routes, routes by severity, the delivery log. Every
request that the receiver gets must be valid by its contract."""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from demo.fleet import AgentSettings, Fleet  # noqa: E402
from demo.processes import Processes  # noqa: E402
from demo.receiver import person  # noqa: E402
from demo.receiver.server import Receiver  # noqa: E402

BIN = Path(os.environ["PICKET_BIN"])
REGIONS = ("eu-west-1",)
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
OLD_SECRET, NEW_SECRET = "old-" + "v3-secret", "new-" + "v3-secret"
REST_KEY = "demo-" + "rest-key"
RECEIVER = "pagerduty/demo"
SECONDS = 90
UNCONFIRMED_SECONDS = 240


class Target(ThreadingHTTPServer):
    """Answers 500 on each path until that path is mended."""
    daemon_threads = True

    def __init__(self):
        self.mended = set()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in self.server.mended else 500)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class ChannelsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-channels-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.target = Target()
        threading.Thread(target=self.target.serve_forever, daemon=True).start()
        self.addCleanup(self.target.server_close)
        self.addCleanup(self.target.shutdown)
        self.receiver = Receiver(("127.0.0.1", 0), WEBHOOK_SECRET, [ROUTING_KEY],
                                 rest_key=REST_KEY)
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        self.addCleanup(self.receiver.stop)
        self.processes = Processes(self.directory / "logs")
        self.addCleanup(self.processes.stop_all, 0)
        self.fleet = Fleet(self.directory, BIN, self.processes, REGIONS)
        url = f"http://127.0.0.1:{self.receiver.port}"
        self.fleet.start_controller({
            "routing_key": ROUTING_KEY, "webhook_secret": WEBHOOK_SECRET, "url": url,
            "names": [RECEIVER, "webhook/demo"],
            "pagerduty": f', rest_api_key: {REST_KEY}, rest_url: "{url}", change_events: true, '
                         f"webhook_secret: [{OLD_SECRET}, {NEW_SECRET}]",
            "more": "routes:\n  - {match: {severity: warning}, to: webhook/demo}\n"})
        self.webhook_url = f"{self.fleet.api_url}/webhooks/pagerduty"

    def start_checks(self, *names):
        self.fleet.enroll()
        self.fleet.start_agents(AgentSettings())
        self.fleet.wait_for_agents(lambda _: None)
        checks = self.directory / "load"
        checks.mkdir()
        port = self.target.server_address[1]
        # A cause of its own for each: no two checks share a host.
        items = "".join(f"  - name: {name}\n    http: GET http://127.0.0.{number}:{port}/{name}\n"
                        for number, name in enumerate(names, start=1))
        (checks / "all.check.yaml").write_text(
            "version: 1\ndefaults: {owner: e2e, interval: 5s, timeout: 2s, retries: 0, "
            f"regions: all, quorum: 1, notify: {RECEIVER}}}\nchecks:\n{items}")
        self.fleet.install_checks(checks)

    def control(self, view):
        url = f"http://127.0.0.1:{self.receiver.port}/control/{view}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())

    def wait_for(self, what, message, seconds=SECONDS):
        end = time.monotonic() + seconds
        while True:
            found = what()
            if found:
                return found
            if time.monotonic() > end:
                self.fail(f"no {message}\n{self.picture()}")
            time.sleep(0.2)

    def picture(self):
        views = {view: self.control(view)[-5:] for view in ("events", "lookups", "incidents")}
        return json.dumps({**views, "incidents": self.fleet.ask("incidents")}, indent=1)[:6000]

    def incident(self, check):
        found = self.fleet.ask("incidents", "--check", check)["incidents"]
        return self.fleet.ask("incidents", "show", found[0]["id"]) if found else None

    def page(self, check, action="trigger", receiver=RECEIVER):
        incident = self.incident(check)
        pages = incident["pages"] if incident else []
        return next((page for page in pages
                     if page["action"] == action and page["receiver"] == receiver), None)

    def page_in_state(self, check, state, action="trigger"):
        page = self.page(check, action)
        return page if page and page["state"] == state else None

    def kinds(self, check):
        return [row["kind"] for row in self.incident(check)["timeline"]]

    def metric(self, name):
        with urllib.request.urlopen(f"{self.fleet.api_url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return next((float(line.split()[-1]) for line in lines if line.split(" ")[0] == name), None)

    def contract_holds(self):
        bad = [entry for entry in self.control("events") if entry["outcome"] == "rejected"]
        bad += [entry for entry in self.control("changes") if entry["outcome"] != "accepted"]
        bad += [entry for entry in self.control("lookups") if entry["status"] >= 400]
        bad += [entry for entry in self.control("webhooks") if entry["outcome"] == "rejected"]
        self.assertEqual(bad, [])

    def test_pages_are_confirmed_and_webhooks_are_taken(self):
        self.start_checks("shop")
        page = self.wait_for(lambda: self.page_in_state("shop", "confirmed"), "confirmed page")
        there = self.control("incidents")[0]
        self.assertEqual(page["provider_id"], "Q" + str(there["number"]).zfill(13))
        self.assertEqual(self.metric("picket_pages_confirmed"), 1)
        self.assertIn("page_confirmed", self.kinds("shop"))

        # Nobody but PagerDuty may say anything, and nothing unknown is refused.
        event = person.make_event("incident.acknowledged", there, "Anna")
        self.assertEqual(person.post(self.webhook_url, event, ["somebody's"]), 401)
        self.assertEqual(person.post(self.webhook_url, event, [], signature="v1=00"), 401)
        self.assertEqual(self.incident("shop")["incident"]["state"], "open")
        unknown = person.make_event("incident.acknowledged", {**there, "number": 99,
                                                              "dedup_key": "not ours"}, "Anna")
        for odd in (unknown, person.make_event("pagey.ping", there, None), b"not JSON"):
            self.assertEqual(person.post(self.webhook_url, odd, [NEW_SECRET]), 202)
        huge = b"x" * (300 * 1024)
        self.assertEqual(person.post(self.webhook_url, huge, [NEW_SECRET]), 413)

        # Several signatures, the second secret; a note knows its incident by the provider's id.
        self.assertEqual(person.post(self.webhook_url, event, ["rotated", NEW_SECRET]), 202)
        note = person.make_event("incident.annotated", there, "Anna", "it is the cache")
        self.assertEqual(person.post(self.webhook_url, note, [OLD_SECRET]), 202)
        self.assertEqual(self.incident("shop")["incident"]["state"], "acknowledged")
        self.kill_controller()
        for again in (event, note):  # PagerDuty sends again what it is not sure of
            self.assertEqual(person.post(self.webhook_url, again, [NEW_SECRET]), 202)
        shown = self.incident("shop")
        self.assertEqual(shown["incident"]["state"], "acknowledged")
        texts = [row["text"] for row in shown["timeline"]]
        self.assertEqual(len([text for text in texts if "it is the cache" in text]), 1, texts)
        self.assertEqual(len([text for text in texts if text == "Anna (PagerDuty)"]), 1, texts)

        self.target.mended.add("/shop")
        self.wait_for(lambda: self.page_in_state("shop", "confirmed", "resolve"),
                      "confirmed end")
        log = self.fleet.ask("deliveries", "--provider-id", page["provider_id"])["deliveries"]
        self.assertEqual([row["action"] for row in log if row["action"] == "trigger"], ["trigger"])
        self.assertEqual(log[0]["log"][0]["http_status"], 202)
        self.assertEqual(log[0]["log"][0]["outcome"], "accepted")
        self.contract_holds()
        self.assertEqual(self.fleet.stop(), [])

    def kill_controller(self):
        """kill -9; it is started again as a service manager does."""
        self.fleet.kill("controller")
        self.wait_for(self.fleet.is_ready, "controller after kill -9")

    def test_a_page_that_pagerduty_swallows_goes_to_the_fallback(self):
        self.receiver.script.add({"fault": "swallow", "count": 1})
        self.receiver.script.add({"fault": "error", "channel": "rest", "count": 2})
        self.start_checks("shop")
        page = self.wait_for(lambda: self.page_in_state("shop", "accepted"), "accepted page")
        self.assertEqual(page["last_error"], "")
        self.wait_for(lambda: self.page("shop", receiver="webhook/demo"), "page to the fallback",
                      UNCONFIRMED_SECONDS)
        self.assertIn("no incident exists", self.page("shop")["last_error"])
        self.assertIn("page_unconfirmed", self.kinds("shop"))
        self.assertEqual(self.metric("picket_pages_unconfirmed"), 1)
        told = self.wait_for(lambda: self.control("webhooks"), "message of the fallback")
        self.assertEqual(told[0]["body"]["type"], "incident.triggered")
        lookups = self.control("lookups")
        self.assertLess(len(lookups), 15)
        self.assertEqual({entry["status"] for entry in lookups}, {0, 200})
        self.target.mended.add("/shop")
        self.wait_for(lambda: "incident.resolved" in [entry["body"]["type"] for entry in
                                                      self.control("webhooks")], "end")
        self.assertEqual(self.fleet.stop(), [])

    def picket(self, *arguments):
        return subprocess.run(self.fleet.command(*arguments), capture_output=True, text=True,
                              timeout=200, check=False)

    def test_routes_are_listed_tested_and_explained(self):
        names = [one["name"] for one in self.fleet.ask("routes", "list")["receivers"]]
        self.assertEqual(names, [RECEIVER, "webhook/demo"])
        done = self.picket("routes", "test", RECEIVER, "--by", "anna")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("confirmed", done.stdout)
        events = self.control("events")
        self.assertEqual([entry["event"]["event_action"] for entry in events],
                         ["trigger", "resolve"])
        payload = events[0]["event"]["payload"]
        self.assertEqual(payload["severity"], "info")
        self.assertIn("anna", payload["summary"])
        self.assertIsNotNone(self.metric(
            'picket_receiver_last_success_timestamp_seconds{receiver="pagerduty/demo"}'))
        done = self.picket("routes", "test", "pagerduty/dema", "--by", "anna")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("did you mean `pagerduty/demo`?", done.stderr)

        # A channel that does not work: a clear outcome, no fallback, a dead message.
        self.receiver.script.add({"fault": "error", "channel": "webhook", "count": 0})
        done = self.picket("routes", "test", "webhook/demo", "--by", "anna", "--wait", "150")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("HTTP 500", done.stdout)
        dead = self.fleet.ask("deliveries", "--dead")["deliveries"]
        self.assertEqual({row["receiver"] for row in dead}, {"webhook/demo"})
        done = self.picket("deliveries", "retry", dead[0]["id"])
        self.assertIn("the incident is over" if dead[0]["action"] == "trigger" else "", done.stderr)
        self.assertEqual(self.picket("deliveries", "retry", "nothing").returncode, 4)

        self.start_checks("shop")
        said = self.fleet.ask("routes", "explain", "shop", "--severity", "warning")
        self.assertEqual([one["name"] for one in said["told"]], ["webhook/demo"])
        said = self.fleet.ask("routes", "explain", "shop", "--severity", "critical")
        self.assertEqual([one["name"] for one in said["told"]], [RECEIVER])
        self.assertEqual(said["rules"], [])
        self.contract_holds()
        self.assertEqual(self.fleet.stop(), [])


if __name__ == "__main__":
    unittest.main()
