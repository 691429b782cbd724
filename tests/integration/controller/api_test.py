"""The routes of the real controller against openapi.yaml: bodies that are described are taken, and
answers are what is described, also where there is no agent. Routes of runs: tests/e2e/web_test."""
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from controller_test import CONFIG, Controller, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from demo.receiver import person  # noqa: E402  pylint: disable=wrong-import-position

try:
    from tests.support.openapi import Description
except ImportError:
    print("SKIPPED: openapi: python3-yaml or python3-jsonschema is missing")
    sys.exit(77)

SECRET = "v3-" + "secret"
TEMPLATE = CONFIG.replace("127.0.0.1:9/", "127.0.0.1:{refusing}/") + """\
  pagerduty/shop:
    pagerduty: {{routing_key: 0123456789abcdef0123456789abcdef,
                events_url: "http://127.0.0.1:{refusing}/", webhook_secret: {secret}}}
    escalate: {{after: 10m, to: webhook/spare}}
default_receiver: webhook/spare
routes:
  - {{match: {{severity: critical}}, to: pagerduty/shop, continue: true}}
"""
CHECK = """version: 1
checks:
  - {name: home, owner: team, http: GET https://home.example/, expect: {status: 200}}
"""


class Refusing(BaseHTTPRequestHandler):
    """What a receiver answers to a message that nothing mends."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(400)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class ApiTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="picket-api-"))
        self.addCleanup(shutil.rmtree, self.root)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        (self.root / "checks").mkdir()
        (self.root / "checks/home.check.yaml").write_text(CHECK)
        template = TEMPLATE.replace("{refusing}", str(server.server_port))
        template = template.replace("{secret}", SECRET)
        self.controller = Controller(self.root, template=template).ready()
        self.addCleanup(self.controller.stop)
        self.description = Description()
        self.seen = set()
        wait_for(lambda: self.controller.names() == ["home"])

    def ask(self, wanted, method, path, body=None, headers=None):
        """The answer, which has that status and, as the body, the described form."""
        code, text = self.controller.call(method, path, body, self.controller.token, headers)
        self.assertEqual(code, wanted, f"{method} {path}: {text}")
        self.assertEqual(self.description.answer_errors(method, path, code, text), [])
        if code < 300:
            self.assertEqual(self.description.request_errors(method, path, body), [])
            self.seen.add((method, self.description.operation(method, path)[0]))
        return json.loads(text)

    def test_every_answer_without_an_agent_is_as_described(self):
        for part in (self.read, self.silence, self.deploy, self.enrol, self.apply,
                     self.order_a_test, self.send, self.take_webhooks):
            with self.subTest(part.__name__):
                part()
        unseen = {(method, path) for method, path, _ in self.description.operations()
                  if path.startswith("/api/")} - self.seen
        self.assertEqual({path for _, path in unseen if not path.startswith(
            ("/api/v1/checks/", "/api/v1/incidents/", "/api/v1/action-items/"))},
            {"/api/v1/events", "/api/v1/agents/revoke", "/api/v1/deliveries/{id}/retry"})

    def read(self):
        for path in ("status", "grid", "third-parties", "prometheus/targets", "checks/home",
                     "checks/home/results", "checks/home/evidence", "checks/home/source",
                     "incidents", "action-items", "deliveries", "routes", "deployments",
                     "delivery-performance", "slos", "silences", "maintenance", "agents", "reload",
                     "definitions", "history", "history/batches?from=2026-01-01T00:00:00Z&"
                     "to=2027-01-01T00:00:00Z", "routes/explain?check=home"):
            self.ask(200, "GET", f"/api/v1/{path}")
        self.ask(200, "GET", "/public/status.json")
        home = self.ask(200, "GET", "/api/v1/definitions")["checks"][0]
        one = self.ask(200, "GET",
                       f"/api/v1/definitions?check=home&revision={home['revision']}")["definition"]
        self.assertEqual(one["definition"], home["definition"])
        told = self.ask(200, "GET", "/api/v1/routes/explain?check=home")
        self.assertEqual([row["to"] for row in told["rules"]], [["pagerduty/shop"]])
        for receiver in told["told"] + self.ask(200, "GET", "/api/v1/routes")["receivers"]:
            self.assertRegex(receiver["url"], r"^http://127\.0\.0\.1:\d+$")
        self.ask(404, "GET", "/api/v1/checks/none")
        self.ask(400, "GET", "/api/v1/history/batches")
        self.ask(201, "POST", "/api/v1/backup")
        self.ask(200, "POST", "/api/v1/reload", {"confirm": True})

    def silence(self):
        made = self.ask(201, "POST", "/api/v1/silences", {
            "matchers": ["owner=team"], "author": "anna", "comment": "PSP", "duration": "2h",
            "from": "2099-01-01T00:00:00Z"})["silence"]
        self.assertTrue(made["pending"])
        self.ask(200, "GET", "/api/v1/history")
        self.ask(200, "POST", f"/api/v1/silences/{made['id']}/end", {"by": "anna"})
        self.ask(404, "POST", "/api/v1/silences/none/end", {"by": "anna"})
        self.ask(200, "GET", "/api/v1/silences?all=true")

    def deploy(self):
        self.ask(201, "POST", "/api/v1/deployments", {"service": "shop", "version": "1.2.3"})
        self.ask(400, "POST", "/api/v1/deployments", {"service": "shop"})

    def enrol(self):
        self.ask(201, "POST", "/api/v1/agents/tokens", {"region": "eu-west-1", "valid_for": "1h"})
        self.ask(200, "GET", "/api/v1/agents")
        self.ask(404, "POST", "/api/v1/agents/revoke", {"region": "eu-west-1", "name": "first"})

    def apply(self):
        """As any client may: the digest of the plan by its documentation."""
        files = [{"path": "home.check.yaml", "text": CHECK.replace("200", "204")}]
        state = self.ask(200, "GET", "/api/v1/definitions")["state"]
        lines = [f"{hashlib.sha256(one['text'].encode()).hexdigest()} {one['path']}"
                 for one in files]
        digest = hashlib.sha256(
            "".join(f"{line}\n" for line in ("picket plan 1", state, *lines)).encode()).hexdigest()
        loaded = self.ask(200, "POST", "/api/v1/apply", {"files": files, "plan": digest})["reload"]
        self.assertEqual((loaded["checks"], loaded["errors"]), (1, 0))
        self.ask(409, "POST", "/api/v1/apply", {"files": files, "plan": digest})

    def order_a_test(self):
        """In a region without an agent."""
        body = {"files": [{"path": "a.check.yaml", "text": CHECK}], "regions": ["eu-west-1"]}
        started = self.ask(201, "POST", "/api/v1/tests", body)
        self.assertEqual([row["state"] for row in started["runs"]], ["no_agent"])
        self.assertTrue(self.ask(200, "GET", f"/api/v1/tests/{started['id']}?wait=1")["done"])

    def send(self):
        started = self.ask(201, "POST", "/api/v1/routes/test",
                           {"receiver": "webhook/spare", "by": "anna"})
        path = f"/api/v1/deliveries?state=all&incident={started['test']}"
        wait_for(lambda: self.ask(200, "GET", path)["deliveries"][0].get("log"))
        row = self.ask(200, "GET", path)["deliveries"][0]
        self.assertEqual(row["log"][0]["http_status"], 400)
        self.ask(404, "POST", "/api/v1/deliveries/none/retry")
        self.ask(200, "GET", "/api/v1/routes")

    def take_webhooks(self):
        """Of an incident that is not ours, and one again."""
        there = {"number": 1, "dedup_key": "not ours", "summary": "shop", "status": "triggered",
                 "opened_at": 0, "log": []}
        for event, note in (("incident.acknowledged", None), ("incident.annotated", "the cache")):
            body = person.make_event(event, there, "Anna", note)
            sign = {"x-pagerduty-signature": person.sign_v3(json.dumps(body).encode(), [SECRET])}
            told = [self.ask(202, "POST", "/webhooks/pagerduty", body, sign) for _ in range(2)]
            self.assertEqual([one["status"] for one in told], ["ignored", "known"])
        self.ask(401, "POST", "/webhooks/pagerduty", body)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
