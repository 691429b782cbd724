"""The receiver's REST side, change events and signed webhooks: it enforces what is documented."""
import json
import threading
import unittest
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support import ROUTING_KEY, request, trigger

from demo.receiver import person
from demo.receiver.server import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = "rest-" + "key"
ACCEPT = "application/vnd.pagerduty+json;version=2"
GOOD = {"Authorization": f"Token token={KEY}", "Accept": ACCEPT}


class ReceiverApiTest(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver(("127.0.0.1", 0), SECRET, [ROUTING_KEY], rest_key=KEY)
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        self.addCleanup(self.receiver.stop)
        self.url = f"http://127.0.0.1:{self.receiver.port}"

    def ask(self, query, headers):
        asked = urllib.request.Request(f"{self.url}/incidents{query}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def post(self, path, body):
        return request(self.receiver.port, "POST", path, json.dumps(body),
                       {"Content-Type": "application/json"})[0]

    def test_a_lookup_has_the_documented_headers_and_parameters(self):
        self.assertEqual(self.ask("?incident_key=a&statuses%5B%5D=triggered&limit=5", GOOD), 200)
        self.assertEqual(self.ask("", {**GOOD, "Authorization": f"Bearer {KEY}"}), 401)
        self.assertEqual(self.ask("", {**GOOD, "Authorization": "Token token=other"}), 401)
        self.assertEqual(self.ask("", {**GOOD, "Accept": "application/json"}), 406)
        for wrong in ("?dedup_key=a", "?statuses%5B%5D=open", "?limit=0", "?date_range=week"):
            self.assertEqual(self.ask(wrong, GOOD), 400, wrong)
        statuses = [entry["status"] for entry in self.receiver.record.lookups()]
        self.assertEqual(statuses, [200, 401, 401, 406, 400, 400, 400, 400])

    def test_a_swallowed_event_is_accepted_and_has_no_incident(self):
        self.receiver.script.add({"fault": "swallow", "count": 1})
        self.assertEqual(self.post("/v2/enqueue", trigger("a")), 202)
        self.assertEqual(self.receiver.record.incidents(), [])
        self.assertEqual(self.post("/v2/enqueue", trigger("a")), 202)
        self.assertEqual(len(self.receiver.record.incidents()), 1)

    def test_a_change_event_has_the_documented_fields_only(self):
        payload = {"summary": "shop 1.2.3", "source": "shop",
                   "timestamp": "2026-11-22T02:20:00Z", "custom_details": {"version": "1.2.3"}}
        good = {"routing_key": ROUTING_KEY, "payload": payload,
                "links": [{"href": "https://ci.example/7", "text": "build"}]}
        self.assertEqual(self.post("/v2/change/enqueue", good), 202)
        for wrong in ({**good, "event_action": "trigger"}, {**good, "dedup_key": "a"},
                      {**good, "payload": {**payload, "severity": "info"}},
                      {**good, "payload": {**payload, "summary": "x" * 1025}},
                      {**good, "payload": {"source": "shop"}},
                      {**good, "routing_key": "short"},
                      {**good, "links": [{"href": "http://ci.example/7"}]}):
            self.assertEqual(self.post("/v2/change/enqueue", wrong), 400, wrong)
        self.assertEqual(self.receiver.record.incidents(), [])

    def test_a_person_s_act_is_signed_with_every_secret(self):
        self.post("/v2/enqueue", trigger("a"))
        seen = []

        class Subscriber(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append((body, self.headers["X-PagerDuty-Signature"]))
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format, *arguments):  # noqa: A002: the base class's name
                """Nobody reads it."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Subscriber)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        event = person.make_event("incident.acknowledged", self.receiver.record.incidents()[0],
                                  "Anna")
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        self.assertEqual(person.post(url, event, ["one", "two"]), 202)
        body, signature = seen[0]
        self.assertEqual(signature, person.sign_v3(body, ["one", "two"]))
        self.assertEqual(signature.count("v1="), 2)
        self.assertEqual(event["event"]["data"]["incident_key"], "a")


if __name__ == "__main__":
    unittest.main()
