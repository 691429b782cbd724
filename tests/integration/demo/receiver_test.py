"""The receiver as a program, over real HTTP on a port of its own choice."""
import http.client
import json
import socket
import threading
import time
import unittest

from support import ROOT, ROUTING_KEY, Program, request, trigger, wait_for

from demo.receiver import webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
JSON = {"Content-Type": "application/json"}


class ReceiverCase(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.program = Program(ROOT / "demo/pagerduty_receiver.py", "--port", "0",
                              "--webhook-secret", SECRET, *cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.program.stop()

    def setUp(self):
        self.control("/control/reset", {})

    def control(self, path, value):
        return request(self.program.port, "POST", path, json.dumps(value))

    def script(self, *entries):
        status, _, answer = self.control("/control/script", list(entries))
        self.assertEqual(status, 200, answer)

    def read(self, view):
        status, _, value = request(self.program.port, "GET", f"/control/{view}")
        self.assertEqual(status, 200)
        return value

    def send(self, event, headers=JSON, timeout=10):
        body = event if isinstance(event, (bytes, str)) else json.dumps(event)
        return request(self.program.port, "POST", "/v2/enqueue", body, headers, timeout)


class Enqueue(ReceiverCase):
    def test_a_valid_trigger_is_accepted_as_documented(self):
        before = time.time()
        status, _, answer = self.send(trigger("k1"))
        self.assertEqual(status, 202)
        self.assertEqual(answer, {"status": "success", "message": "Event processed",
                                  "dedup_key": "k1"})
        [event] = self.read("events")
        self.assertEqual((event["outcome"], event["effect"], event["title"]),
                         ("accepted", "opened", "shop down"))
        self.assertTrue(before <= event["at"] <= time.time())
        [incident] = self.read("incidents")
        self.assertEqual((incident["dedup_key"], incident["status"]), ("k1", "triggered"))

    def test_a_trigger_without_a_dedup_key_gets_one(self):
        event = trigger()
        del event["dedup_key"]
        _, _, answer = self.send(event)
        self.assertEqual(self.read("incidents")[0]["dedup_key"], answer["dedup_key"])

    def test_an_invalid_event_is_refused_with_every_error_and_recorded(self):
        status, _, answer = self.send(trigger(severity="fatal", summary="x" * 1025))
        self.assertEqual(status, 400)
        self.assertEqual(answer["status"], "invalid event")
        self.assertEqual(len(answer["errors"]), 2)
        self.assertEqual(self.read("events")[0]["outcome"], "rejected")
        self.assertEqual(self.read("incidents"), [])

    def test_the_content_type_must_be_json(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded"):
            self.assertEqual(self.send(trigger(), {"Content-Type": content_type})[0], 400)
        good = {"Content-Type": "application/json; charset=utf-8"}
        self.assertEqual(self.send(trigger(), good)[0], 202)

    def test_a_body_above_512_kb_is_refused_and_the_answer_arrives(self):
        big = json.dumps(trigger(custom_details={"x": "y" * 600_000}))
        self.assertEqual(self.send(big)[0], 413)
        fits = json.dumps(trigger(custom_details={"x": "y" * 500_000}))
        self.assertEqual(self.send(fits)[0], 202)

    def test_a_body_that_is_not_json_is_refused(self):
        for body in (b"", b"{", b"\xff\xfe", b"[1]"):
            self.assertEqual(self.send(body)[0], 400)

    def test_a_length_that_is_none_is_refused(self):
        for value in ("x", "-1", "1e3"):
            status, _, _ = self.send(b"{}", {**JSON, "Content-Length": value})
            self.assertEqual(status, 411)

    def test_other_paths_and_methods_are_refused(self):
        self.assertEqual(request(self.program.port, "POST", "/enqueue", b"{}")[0], 404)
        self.assertEqual(request(self.program.port, "GET", "/v2/enqueue")[0], 405)

    def test_a_kept_connection_serves_many_events(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=5)
        for index in range(50):
            connection.request("POST", "/v2/enqueue", json.dumps(trigger(f"k{index}")), JSON)
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, 202)
        connection.close()
        self.assertEqual(len(self.read("incidents")), 50)

    def test_concurrent_triggers_of_one_key_open_one_incident(self):
        threads = [threading.Thread(target=self.send, args=(trigger("k1"),)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.read("events")), 20)
        [incident] = self.read("incidents")
        self.assertEqual(len(incident["log"]), 20)

    def test_events_can_be_awaited(self):
        found = []

        def wait():
            path = "/control/events?after=0&wait=10"
            found.extend(request(self.program.port, "GET", path, timeout=20)[2])

        waiting = threading.Thread(target=wait)
        waiting.start()
        self.send(trigger("k1"))
        waiting.join(5)
        self.assertEqual([event["event"]["dedup_key"] for event in found], ["k1"])


class RoutingAndRate(ReceiverCase):
    options = ("--routing-key", ROUTING_KEY, "--rate-limit", "3")

    def test_an_unknown_routing_key_is_refused(self):
        status, _, answer = self.send({**trigger(), "routing_key": "f" * 32})
        self.assertEqual((status, answer["errors"]), (400, ["'routing_key' is unknown"]))

    def test_beyond_the_rate_events_are_throttled(self):
        statuses = [self.send(trigger(f"k{index}"))[0] for index in range(3)]
        status, headers, answer = self.send(trigger("k3"))
        self.assertEqual((statuses, status), ([202, 202, 202], 429))
        self.assertTrue(1 <= int(headers["Retry-After"]) <= 60)
        self.assertEqual(answer["status"], "throttle exceeded")
        self.assertEqual(self.read("events")[-1]["outcome"], "throttled")
        self.assertEqual(len(self.read("incidents")), 3)


class ScriptedFaults(ReceiverCase):
    def send_in_vain(self, event):
        """No answer comes. The receiver may look at the event later than its sender gives up."""
        with self.assertRaises(TimeoutError):
            self.send(event, timeout=0.3)
        wait_for(lambda: self.read("events"), 5, "the event's record")

    def assert_nothing_accepted(self, fault):
        events = self.read("events")
        self.assertEqual([(e["outcome"], e["fault"]) for e in events], [("lost", fault)])
        self.assertEqual(self.send(trigger())[0], 202)

    def test_throttle_answers_429_with_retry_after_n_times(self):
        self.script({"fault": "throttle", "count": 2, "retry_after": 7})
        for _ in range(2):
            status, headers, _ = self.send(trigger())
            self.assertEqual((status, headers["Retry-After"]), (429, "7"))
        self.assertEqual(self.send(trigger())[0], 202)

    def test_error_answers_the_status_and_records_nothing_as_accepted(self):
        self.script({"fault": "error"}, {"fault": "error", "status": 503})
        self.assertEqual([self.send(trigger())[0] for _ in range(3)], [500, 503, 202])

    def test_accept_then_hang_records_the_event_and_never_answers(self):
        self.script({"fault": "accept_then_hang"})
        self.send_in_vain(trigger("k1"))
        self.assertEqual(self.read("incidents")[0]["dedup_key"], "k1")
        self.assertEqual(self.send(trigger("k1"))[0], 202)
        self.assertEqual([e["effect"] for e in self.read("events")], ["opened", "logged"])

    def test_hang_accepts_nothing(self):
        self.script({"fault": "hang"})
        self.send_in_vain(trigger())
        self.assert_nothing_accepted("hang")

    def test_captive_portal_answers_200_with_html(self):
        self.script({"fault": "captive_portal"})
        status, headers, body = self.send(trigger())
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html"))
        self.assertIn(b"Wi-Fi", body)
        self.assert_nothing_accepted("captive_portal")

    def test_summary_limit_refuses_what_the_contract_allows(self):
        self.script({"fault": "summary_limit", "count": 2, "limit": 20})
        status, _, answer = self.send(trigger(summary="x" * 21))
        self.assertEqual((status, answer["errors"]),
                         (400, ["'payload.summary' is longer than 20 characters"]))
        self.assertEqual(self.send(trigger(summary="x" * 20))[0], 202)

    def test_reset_breaks_the_connection_after_the_request(self):
        self.script({"fault": "reset"})
        with self.assertRaises((ConnectionResetError, http.client.RemoteDisconnected)):
            self.send(trigger())
        self.assert_nothing_accepted("reset")

    def test_redirect_points_elsewhere(self):
        self.script({"fault": "redirect", "location": "http://127.0.0.1:1/x"})
        status, headers, _ = self.send(trigger())
        self.assertEqual((status, headers["Location"]), (302, "http://127.0.0.1:1/x"))
        self.assert_nothing_accepted("redirect")

    def test_wrong_key_is_a_202_that_accepted_nothing_of_ours(self):
        self.script({"fault": "wrong_key"})
        status, _, answer = self.send(trigger("k1"))
        self.assertEqual(status, 202)
        self.assertNotEqual(answer["dedup_key"], "k1")
        self.assert_nothing_accepted("wrong_key")

    def test_outage_lasts_until_cleared_and_leaves_control_reachable(self):
        self.script({"fault": "outage", "count": 0})
        for _ in range(3):
            with self.assertRaises((ConnectionError, http.client.RemoteDisconnected)):
                self.send(trigger())
        self.assertEqual(self.read("events"), [])
        self.script()
        self.assertEqual(self.send(trigger())[0], 202)

    def test_a_wrong_script_is_refused_with_the_reason(self):
        for entry, words in (({"fault": "nonsense"}, "unknown fault"), ({}, "unknown fault"),
                             ({"fault": "reset", "count": -1}, "count"),
                             ({"fault": "reset", "limit": 3}, "no option limit"),
                             ({"fault": "reset", "channel": "mail"}, "unknown channel")):
            status, _, answer = self.control("/control/script", [entry])
            self.assertEqual(status, 400)
            self.assertIn(words, answer["error"])
        self.assertEqual(self.control("/control/script", {"fault": "reset"})[0], 400)


class Webhook(ReceiverCase):
    def post(self, body=b'{"a": 1}', timestamp=None, message_id="msg_1", key=None):
        timestamp = int(time.time()) if timestamp is None else timestamp
        key = key or webhooks.decode_secret(SECRET)
        headers = {**JSON, "webhook-id": message_id, "webhook-timestamp": str(timestamp),
                   "webhook-signature": webhooks.sign(key, message_id, timestamp, body)}
        return request(self.program.port, "POST", "/webhook", body, headers)

    def test_a_signed_webhook_is_accepted_and_recorded(self):
        self.assertEqual(self.post()[0], 200)
        [entry] = self.read("webhooks")
        self.assertEqual((entry["outcome"], entry["id"], entry["body"]),
                         ("accepted", "msg_1", {"a": 1}))

    def test_a_repeated_id_is_marked_as_a_duplicate(self):
        self.post()
        self.post()
        self.assertEqual([e["duplicate"] for e in self.read("webhooks")], [False, True])

    def test_bad_signatures_are_refused_and_recorded(self):
        self.assertEqual(self.post(key=b"x" * 24)[0], 401)
        self.assertEqual(self.post(timestamp=1614265330)[0], 401)
        self.assertEqual(request(self.program.port, "POST", "/webhook", b"{}")[0], 401)
        self.assertEqual([e["outcome"] for e in self.read("webhooks")], ["rejected"] * 3)

    def test_a_signed_body_that_is_not_json_is_refused(self):
        self.assertEqual(self.post(body=b"{")[0], 400)

    def test_faults_of_a_channel_leave_the_other_alone(self):
        self.script({"fault": "error", "channel": "webhook"})
        self.assertEqual(self.send(trigger())[0], 202)
        self.assertEqual([self.post()[0], self.post()[0]], [500, 200])


class Stopping(unittest.TestCase):
    def test_sigterm_ends_it_at_once_even_with_a_hanging_request(self):
        program = Program(ROOT / "demo/pagerduty_receiver.py")
        port = program.port
        request(port, "POST", "/control/script", json.dumps([{"fault": "accept_then_hang"}]))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            body = json.dumps(trigger()).encode()
            head = (f"POST /v2/enqueue HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n")
            connection.sendall(head.encode() + body)
            wait_for(lambda: request(port, "GET", "/control/incidents")[2], 5, "the incident")
            began = time.monotonic()
            self.assertEqual(program.stop(), 0)
            self.assertLess(time.monotonic() - began, 5)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)

    def test_a_secret_that_is_none_is_said_at_start(self):
        with self.assertRaises(AssertionError) as caught:
            Program(ROOT / "demo/pagerduty_receiver.py", "--webhook-secret", "nonsense")
        self.assertIn("starts with whsec_", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
