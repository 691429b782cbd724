#!/usr/bin/env python3
"""Control targets with real processes: the region whose target is gone is blind, which is one page
and no page per check or agent; it ends when the target answers again."""
import os
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from demo.fleet import AgentSettings, Fleet  # noqa: E402
from demo.pager import Pager  # noqa: E402
from demo.processes import Processes, wait_until  # noqa: E402
from demo.receiver.server import Receiver  # noqa: E402

BIN = Path(os.environ["PICKET_BIN"])
REGIONS = ("ap-south-1", "eu-west-1", "us-east-1")
BLIND = "eu-west-1"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
RECEIVER = "pagerduty/demo"
SECONDS = 180  # two looks of a minute, and the machine's moods


class Target(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class FleetWithTargets(Fleet):
    """Each region has a control target of its own."""

    def __init__(self, *arguments, targets):
        super().__init__(*arguments)
        self._targets = targets

    def _write_controller(self, receiver, agents_port, api_port):
        super()._write_controller(receiver, agents_port, api_port)
        path = self.directory / "controller.yaml"
        regions = "".join(f"  {region}: {{control_targets: ['{url}']}}\n"
                          for region, url in self._targets.items())
        path.write_text(path.read_text() + "regions:\n" + regions)


class BlindTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-blind-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.targets = {region: self.serve(0) for region in REGIONS}
        self.ports = {region: target.server_address[1] for region, target in self.targets.items()}
        self.receiver = Receiver(("127.0.0.1", 0), WEBHOOK_SECRET, [ROUTING_KEY])
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        self.addCleanup(self.receiver.stop)
        self.pager = Pager(f"http://127.0.0.1:{self.receiver.port}")
        processes = Processes(self.directory / "logs")
        self.addCleanup(processes.stop_all, 0)
        urls = {region: f"http://127.0.0.1:{port}/" for region, port in self.ports.items()}
        self.fleet = FleetWithTargets(self.directory, BIN, processes, REGIONS, targets=urls)
        self.fleet.start_controller({"routing_key": ROUTING_KEY, "webhook_secret": WEBHOOK_SECRET,
                                     "url": f"http://127.0.0.1:{self.receiver.port}",
                                     "names": [RECEIVER, "webhook/demo"]})
        self.fleet.enroll()
        self.fleet.start_agents(AgentSettings())
        self.fleet.wait_for_agents(lambda _: None)

    def serve(self, port):
        target = Target(("127.0.0.1", port), _Handler)
        threading.Thread(target=target.serve_forever, daemon=True).start()
        self.addCleanup(target.server_close)
        self.addCleanup(target.shutdown)
        return target

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
        self.targets[BLIND].shutdown()
        self.targets[BLIND].server_close()
        self.wait(self.is_blind, "a blind region")
        self.wait(self.pages, "a page that the region is blind")
        (summary, status), = self.pages()
        self.assertIn(f"region {BLIND} is blind: none of its control targets answers", summary)
        self.assertEqual(status, "triggered")
        agents = {row["region"]: row for row in self.fleet.ask("agents")["agents"]}
        self.assertEqual([name for name, row in agents.items() if row["blind"]], [BLIND])

        self.serve(self.ports[BLIND])
        self.wait(lambda: not self.is_blind(), "a region that sees again")
        self.wait(lambda: [one[1] for one in self.pages()] == ["resolved"], "the resolve")
        self.assertEqual(self.fleet.stop(), [])


if __name__ == "__main__":
    unittest.main()
