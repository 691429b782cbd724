#!/usr/bin/env python3
"""The dead-man with real processes: beats go to a real HTTP server while checks, agents, database
and outbox work; each link that is cut stops them, says why, and lets them go on when it is mended.
The controller's own health stands in its status, metrics and incidents."""
import json
import sqlite3
import time
import unittest
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from small_fleet import RECEIVER, SmallFleet

from demo.fleet import Fleet

REGIONS = ("eu-west-1", "us-east-1")
EVERY = 10
SECRET_PATH = "/ping/3f0c"
# Two intervals, the timeout and 30 s, two beats, and time for a busy machine.
SILENT_WITHIN = 2 * 5 + 2 + 30 + 2 * EVERY + 30
PATIENCE = 90


class Server(ThreadingHTTPServer):
    """Takes beats and is the target of the check; `status` is what beats are answered with."""
    daemon_threads = True

    def __init__(self):
        self.status = 200
        self.broken = False  # the target
        self.beats = []  # (when it came, body)
        super().__init__(("127.0.0.1", 0), _Handler)

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def taken(self):
        return len(self.beats)


class _Handler(BaseHTTPRequestHandler):
    def _answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self):
        self._answer(500 if self.server.broken else 200)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status = self.server.status if self.path == SECRET_PATH else 404
        if status == 200:
            self.server.beats.append((datetime.now(timezone.utc), body))
        self._answer(status)

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class WatchedFleet(Fleet):
    """A fleet whose agents can be away for a while."""

    def stop_agents(self):
        self._processes.stop(list(self._agents.values()), 0)

    def start_agents_again(self):
        for region in self.regions:
            self._relaunch(f"agent-{region}")


class DeadManTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.small = SmallFleet(
            self, REGIONS, target=self.server, kind=WatchedFleet,
            more=f"dead_man: {{url: {self.server.url(SECRET_PATH)}, every: {EVERY}s}}\n"
                 "health: {disk_free_warning_percent: 1, disk_free_error_percent: 1}\n")
        self.fleet = self.small.fleet
        self.pager = self.small.receiver

    def install(self):
        self.small.install(
            "version: 1\ndefaults: {owner: e2e, interval: 5s, timeout: 2s, retries: 0, "
            f"regions: all, quorum: 2, notify: {RECEIVER}}}\n"
            f"checks:\n  - name: ping\n    http: GET {self.server.url('/')}\n")

    def ask(self, path):
        with urllib.request.urlopen(f"{self.fleet.api_url}{path}", timeout=10) as answer:
            return answer.read().decode()

    def metric(self, name):
        for line in self.ask("/metrics").splitlines():
            if line.split(" ")[0].split("{")[0] == name:
                return float(line.rsplit(" ", 1)[1])
        return None

    def wait_for(self, what, message, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                self.fail(f"no {message}\n{self.ask('/api/v1/status')}\n{self.server.beats[-3:]}")
            time.sleep(0.2)

    def beats_come(self, message, count=2):
        before = self.server.taken()
        self.wait_for(lambda: self.server.taken() >= before + count, message)

    def beats_stop(self, why):
        """They stop for that reason, within the promised time, and stay away."""
        self.wait_for(lambda: why in self.ask("/readyz"), f"word of: {why}", SILENT_WITHIN)
        self.assertEqual(self.metric("picket_dead_man_ok"), 0)
        time.sleep(1)  # one may be on its way
        before = self.server.taken()
        time.sleep(2 * EVERY)
        self.assertEqual(self.server.taken(), before)

    def cut_channel(self):
        """The channel answers 500: shown, not piled up, and over with the next beat."""
        self.server.status = 500
        self.wait_for(lambda: self.metric("picket_dead_man_failures_total"), "failure of a beat")
        self.assertIn("500", self.fleet.ask("status")["dead_man"]["last_error"])
        self.assertIn("the dead-man takes no beats", self.fleet.ask_text("status"))
        self.server.status = 200
        self.beats_come("beats when the channel works again")
        self.assertEqual(self.fleet.ask("status")["dead_man"]["last_error"], "")

    def cut_database(self):
        """The database takes no commits."""
        database = sqlite3.connect(self.fleet.state_dir / "picket.db", isolation_level=None,
                                   timeout=10)
        database.execute("BEGIN IMMEDIATE")
        self.wait_for(lambda: not self.fleet.is_ready(), "word of the database")
        self.wait_for(lambda: self.metric("picket_dead_man_ok") == 0, "broken link")
        time.sleep(1)
        before = self.server.taken()
        time.sleep(2 * EVERY)
        self.assertEqual(self.server.taken(), before)
        database.execute("ROLLBACK")
        database.close()
        self.beats_come("beats when the database takes commits")

    def cut_pages(self):
        """Nobody takes pages any more: an incident of the controller itself."""
        self.pager.stop()
        self.pager.server_close()
        self.server.broken = True
        self.wait_for(lambda: self.fleet.ask("status")["health"], "incident of the controller",
                      60 + PATIENCE)
        self.assertRegex(self.fleet.ask("status")["health"][0],
                         "a page to pagerduty/demo is owed for .* and no fallback has it")
        self.assertIn("warning: controller: a page", self.ask("/readyz"))
        own = [one for one in self.fleet.ask("incidents")["incidents"]
               if one["subject"] == "controller"]
        self.assertEqual([(one["alert"], one["severity"]) for one in own],
                         [("delivery.error", "error")])
        self.assertEqual(self.metric("picket_health_open"), 1)

    def test_each_link_that_is_cut_stops_the_beats(self):
        # A fresh installation watches nothing: it must not look healthy.
        self.beats_stop("dead-man: no beat goes out: no check is assigned")
        self.assertEqual(self.server.beats, [])
        self.install()
        self.beats_come("beats with checks and agents")
        came, body = self.server.beats[-1]
        self.assertEqual((body["service"], body["status"]), ("picket", "ok"), body)
        self.assertEqual(body["canary"], "ping")
        self.assertEqual(self.ask("/readyz"), "ready\n")
        status = self.fleet.ask("status")
        self.assertTrue(status["dead_man"]["beating"])
        self.assertEqual(status["health"], [])
        self.assertNotIn(SECRET_PATH, json.dumps(status) + self.ask("/metrics"))
        self.assertLess(abs(self.metric("picket_dead_man_last_success_timestamp_seconds") -
                            came.timestamp()), 30)

        self.cut_channel()
        self.cut_database()

        # The agents die: no run comes in any more.
        self.fleet.stop_agents()
        self.beats_stop("dead-man: no beat goes out: no scheduled run came in")
        self.fleet.start_agents_again()
        self.beats_come("beats with the agents back")

        # The controller dies and is started again: beats go on, and none of before comes late.
        self.fleet.kill("controller")
        self.wait_for(self.fleet.is_ready, "controller")
        self.assertIsNotNone(self.metric("picket_dead_man_last_success_timestamp_seconds"))
        self.beats_come("beats after kill -9 of the controller")
        for came, body in self.server.beats:
            late = (came - datetime.fromisoformat(body["at"].replace("Z", "+00:00")))
            self.assertLess(late.total_seconds(), 40, body)
        self.cut_pages()
        self.fleet.stop()


if __name__ == "__main__":
    unittest.main()
