"""A controller and agents in a few regions with a target whose faults the test switches, and a
PagerDuty receiver: what tests of whole journeys start from."""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from demo.fleet import AgentSettings, Fleet  # noqa: E402
from demo.processes import Processes  # noqa: E402
from demo.receiver.server import Receiver  # noqa: E402

BIN = Path(os.environ["PICKET_BIN"])
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
RECEIVER = "pagerduty/demo"


class Target(ThreadingHTTPServer):
    """Answers 500 to the paths in `broken` (without slashes), 200 to all others, after `delay`
    seconds; with the HTML of `pages` where a path has some."""
    daemon_threads = True

    def __init__(self, host="127.0.0.1", port=0, broken=(), delay=0.0):
        self.broken = set(broken)
        self.delay = delay
        self.pages = {}
        super().__init__((host, port), _Handler)

    @property
    def url(self):
        return f"http://{self.server_address[0]}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(self.server.delay)
        path = self.path.strip("/")
        body = self.server.pages.get(path, "").encode()
        self.send_response(500 if path in self.server.broken else 200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


def serve(test, server):
    """The HTTP server, which answers until the test ends."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return server


class SmallFleet:
    """`test` is the unittest.TestCase that cleans up. `agents`: whether any are started. `target`
    answers instead of a Target that is not broken. `kind`: the class of the fleet; `settings`: of
    its start_controller (`more`: lines of the configuration)."""

    def __init__(self, test, regions, agents=True, target=None, kind=Fleet, **settings):
        directory = tempfile.TemporaryDirectory(prefix="picket-fleet-")
        test.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.test = test
        self.target = serve(test, target or Target())
        self.receiver = Receiver(("127.0.0.1", 0), WEBHOOK_SECRET, [ROUTING_KEY])
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        test.addCleanup(self.receiver.stop)
        processes = Processes(self.directory / "logs")
        test.addCleanup(processes.stop_all, 0)
        self.fleet = kind(self.directory, BIN, processes, regions)
        self.fleet.start_controller({"routing_key": ROUTING_KEY, "webhook_secret": WEBHOOK_SECRET,
                                     "url": f"http://127.0.0.1:{self.receiver.port}",
                                     "names": [RECEIVER, "webhook/demo"], **settings})
        # A directory of its own, not the demo's link.
        self.checks = self.directory / "checks"
        self.checks.unlink()
        self.checks.mkdir()
        if agents:
            self.fleet.enroll()
            self.fleet.start_agents(AgentSettings())
            self.fleet.wait_for_agents(lambda _: None)

    def install(self, text):
        """Brings one file of checks into force."""
        (self.checks / "small.check.yaml").write_text(text)
        self.fleet.ask_text("reload", seconds=60)

    def picket(self, *arguments, seconds=60):
        """The finished command: returncode, stdout, stderr."""
        return subprocess.run(self.fleet.command(*map(str, arguments)), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False)

    def expect(self, code, *arguments, seconds=60):
        """What the command printed, which ended with that code."""
        done = self.picket(*arguments, seconds=seconds)
        self.test.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def wait_for(self, what, message, seconds=60):
        end = time.monotonic() + seconds
        while True:
            found = what()
            if found:
                return found
            self.test.assertLess(time.monotonic(), end, f"no {message}")
            time.sleep(0.2)

    def incidents(self, check):
        return self.fleet.ask("incidents", "--check", check)["incidents"]

    def in_force(self):
        """Names of the checks that the controller has, sorted."""
        done = self.picket("status", "-o", "json")
        return sorted(check["name"] for check in json.loads(done.stdout)["checks"]) \
            if done.returncode == 0 else None
