"""The system of the kill test: a target with faults, the demo's receiver and fleet, ten checks of
short intervals. Everything on loopback and in one directory; every process is ended by its id.
"""
import json
import re
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from demo.fleet import AgentSettings, Fleet, receiver_names  # noqa: E402
from demo.processes import DemoError, Processes  # noqa: E402
from demo.receiver.server import Receiver  # noqa: E402

REGIONS = ("ap-south-1", "eu-west-1", "sa-east-1", "us-east-1")
CHECKS = tuple(f"load-{number}" for number in range(10))
INTERVAL = 5.0
TIMEOUT = 1.0
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="


class Target(ThreadingHTTPServer):
    """Answers GET /CHECK?region=R with 200, or 500 while a fault of that check holds there, and
    remembers the trace id of each request with its region and time."""
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        self.faults: dict[str, tuple[str, ...]] = {}
        self.traces: dict[str, tuple[str, float]] = {}
        super().__init__(("127.0.0.1", 0), _TargetHandler)

    def handle_error(self, request, client_address):
        """An agent that is killed in the middle is not worth a traceback."""


class _TargetHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self):
        address = urlsplit(self.path)
        region = parse_qs(address.query)["region"][0]
        broken = region in self.server.faults.get(address.path[1:], ())
        trace = self.headers["traceparent"].split("-")[1]
        self.server.traces[trace] = (region, time.time())
        body = b"broken" if broken else b"fine"
        self.send_response(500 if broken else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Rig:
    def __init__(self, directory: Path, programs: Path):
        self.directory = directory
        self.target = Target()
        self.receiver = Receiver(("127.0.0.1", 0), WEBHOOK_SECRET, [ROUTING_KEY])
        self.processes = Processes(directory / "logs")
        self.fleet = Fleet(directory, programs, self.processes, REGIONS)
        self._serving = [threading.Thread(target=server.serve_forever, daemon=True,
                                          kwargs={"poll_interval": 0.1})
                         for server in (self.target, self.receiver)]

    def start(self) -> None:
        for thread in self._serving:
            thread.start()
        checks = self.directory / "load"
        checks.mkdir()
        (checks / "load.check.yaml").write_text(self._checks())
        self.fleet.start_controller({
            "routing_key": ROUTING_KEY, "webhook_secret": WEBHOOK_SECRET,
            "url": f"http://127.0.0.1:{self.receiver.port}", "names": receiver_names(checks)})
        self.fleet.enroll()
        self.fleet.start_agents(AgentSettings())
        self.fleet.wait_for_agents(lambda _: None)
        self.fleet.install_checks(checks)

    def kill(self, name: str) -> None:
        """kill -9 and start again. Its log so far goes to the end of NAME.all."""
        self.fleet.kill(name)
        self._keep_log(name, ".log.1")

    def stop_fleet(self) -> list[str]:
        """SIGTERM to the agents, then to the controller; names of those that did not end."""
        killed = self.fleet.stop()
        for name in self.names():
            self._keep_log(name, ".log")
        return killed

    def close(self) -> None:
        self.processes.stop_all(0)
        self.receiver.stop()
        self.target.shutdown()
        for server, thread in zip((self.target, self.receiver), self._serving):
            thread.join()
            server.server_close()

    def names(self) -> list[str]:
        return ["controller", *(f"agent-{region}" for region in REGIONS)]

    def api(self, path: str, seconds=5):
        """The JSON of an API path, None while the controller does not answer."""
        try:
            with urllib.request.urlopen(self.fleet.api_url + path, timeout=seconds) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def metrics(self) -> dict[str, float]:
        """The controller's own metrics without labels."""
        with urllib.request.urlopen(self.fleet.api_url + "/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (re.fullmatch(r"(picket_\w+) (\S+)", line) for line in lines)
        return {pair[1]: float(pair[2]) for pair in pairs if pair}

    def log(self, name: str) -> str:
        """Everything that all lives of a process logged, after stop_fleet()."""
        return (self.directory / "logs" / f"{name}.all").read_text(errors="replace")

    def database(self) -> Path:
        return self.fleet.state_dir / "picket.db"

    def _keep_log(self, name, suffix):
        logs = self.directory / "logs"
        with (logs / f"{name}.all").open("a") as kept:
            kept.write((logs / f"{name}{suffix}").read_text(errors="replace"))

    def _checks(self):
        checks = "".join(f"""
  - name: {name}
    http: GET http://127.0.0.1:{self.target.server_port}/{name}?region=${{{{ region }}}}
    expect: {{status: 200}}
""" for name in CHECKS)
        return f"""\
version: 1
defaults:
  owner: e2e
  interval: {INTERVAL:g}s
  timeout: {TIMEOUT:g}s
  retries: 0
  regions: [{', '.join(REGIONS)}]
  notify: pagerduty/demo
checks:{checks}"""


__all__ = ["CHECKS", "DemoError", "INTERVAL", "REGIONS", "ROOT", "Rig", "TIMEOUT"]
