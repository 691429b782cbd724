"""What the dashboards look at, for real: the demo's shop behind its edges, a CDN, a controller with
agents in four regions, a PagerDuty receiver, a dead-man, and faults injected in turn. Everything
listens on loopback, on ports that the system gives."""
import socket
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from demo import network  # noqa: E402
from demo.fleet import AgentSettings, Fleet  # noqa: E402
from demo.processes import DemoError, Processes  # noqa: E402
from demo.receiver.server import Receiver  # noqa: E402
from demo.shop import faults  # noqa: E402
from demo.shop.shop import Shop  # noqa: E402

# One of them is served by the edge that the fault `edge` breaks.
REGIONS = ("ap-northeast-1", "ap-southeast-1", "eu-central-1", "us-east-1")
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
FAULT_SECONDS = 90
SCRIPT = b"document.title = 'shop';\n"


def may_ping():
    """Whether this user has an ICMP socket of either kind, as an agent tries them."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
            return True
        except OSError:
            pass
    return False


class Cdn(ThreadingHTTPServer):
    """/edge/ answers as an edge that has the file in its cache, /origin/ as the origin, which has
    another one once `released` is true; a POST is a beat of the dead-man."""
    daemon_threads = True
    request_queue_size = 64
    released = False


class _CdnHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/edge/"):
            self._answer(SCRIPT, {"x-cache": "HIT", "x-pop": network.POPS[0], "age": "30"})
        else:
            self._answer(SCRIPT[:10] if self.server.released else SCRIPT, {})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(b"ok", {})

    def _answer(self, body, headers):
        self.send_response(200)
        for name, value in {"content-length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class World:
    """`cleanup` takes functions that are called at the end, as unittest's addClassCleanup."""

    def __init__(self, programs: Path, cleanup):
        temporary = tempfile.TemporaryDirectory(prefix="picket-grafana-")
        cleanup(temporary.cleanup)
        self.directory = Path(temporary.name)
        self.pings = may_ping()
        self.processes = Processes(self.directory / "logs")
        cleanup(self.processes.stop_all, 0)
        self.shop = Shop(self.directory / "shop", self.processes)
        self.shop.start()
        self.cdn = _serve(Cdn(("127.0.0.1", 0), _CdnHandler), cleanup)
        receiver = _serve(Receiver(("127.0.0.1", 0), WEBHOOK_SECRET, [ROUTING_KEY]), cleanup)
        cdn_port = self.cdn.server_address[1]
        self.fleet = Fleet(self.directory, programs, self.processes, REGIONS)
        self.fleet.start_controller({
            "routing_key": ROUTING_KEY, "webhook_secret": WEBHOOK_SECRET,
            "url": f"http://127.0.0.1:{receiver.port}",
            "names": ["pagerduty/demo", "webhook/demo"],
            "more": f"dead_man: {{url: \"http://127.0.0.1:{cdn_port}/beat\", every: 10s}}\n"})
        self.fleet.enroll()
        self.fleet.start_agents(AgentSettings(
            {region: self.shop.resolver_of(region) for region in REGIONS},
            self.shop.ca_file, self.shop.secrets))
        self.fleet.wait_for_agents(lambda _: None)
        self.fleet.install_checks(self._checks(cdn_port))

    def _checks(self, cdn_port):
        target = self.directory / "world-checks"
        target.mkdir()
        for file in (HERE / "checks").glob("*.check.yaml"):
            text = file.read_text()
            if not self.pings:
                text = text.partition("\n  - name: shop-ping\n")[0]
            for name, value in (("PORT", self.shop.port), ("CDN_PORT", cdn_port),
                                ("DNS_PORT", self.shop.dns_port)):
                text = text.replace(f"@{name}@", str(value))
            (target / file.name).write_text(text)
        return target

    def fault(self, name, on):
        faults.switch(faults.ShopHandle(self.shop.state()), name, on)

    def live_through_it(self):
        """Deployments, an outage that follows one from its first page to recovery, an action item;
        then what stays: a broken edge, a slow third party, edges that serve the old file."""
        self.wait_for(lambda: len(self._verdicts()) == (6 if self.pings else 5) and
                      set(self._verdicts().values()) <= {"up", "degraded"}, "first green round")
        self._deploy("shop", "v41")
        self._deploy("edge", "v7")
        self.fault("health", True)
        incident = self.wait_for(lambda: self._incident("shop-health", "open"), "incident")
        self.fleet.ask_text("incidents", "ack", incident["id"], "--by", "ann")
        self.fault("health", False)
        self.wait_for(lambda: self._incident("shop-health", "resolved"), "end of the incident")
        due = (date.today() + timedelta(days=30)).isoformat()
        self.fleet.ask_text("actions", "add", incident["id"], "Probe the API before a deployment",
                            "--owner", "shop-team", "--due", due, "--by", "ann")
        self._deploy("shop", "v42")
        self.fault("edge", True)
        self.fault("third-party", True)
        self.cdn.released = True
        self.wait_for(lambda: self._incident("shop-home", "open"), "regional incident")
        self.wait_for(lambda: self._incident("shop-cdn", "open"), "incident of the CDN")

    def _deploy(self, service, version):
        self.fleet.ask_text("deployments", "record", "--service", service, "--version", version,
                            "--team", f"{service}-team", "--by", "ann")

    def _verdicts(self):
        return {check["name"]: check["verdict"] for check in self.fleet.ask("status")["checks"]}

    def _incident(self, check, state):
        found = self.fleet.ask("incidents", "--check", check, "--state", state)["incidents"]
        return found[0] if found else None

    def wait_for(self, condition, what):
        deadline = time.monotonic() + FAULT_SECONDS
        while time.monotonic() < deadline:
            try:
                found = condition()
            except DemoError:  # a slow answer of a busy machine
                found = None
            if found:
                return found
            time.sleep(0.5)
        raise AssertionError(f"no {what} in {FAULT_SECONDS} s\n{self.fleet.ask_text('status')}")


def _serve(server, cleanup):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    cleanup(server.server_close)
    cleanup(server.shutdown)
    return server
