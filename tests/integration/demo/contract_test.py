"""The contract as pure functions: each field's rule, once kept and once broken."""
import json
import unittest

from support import ROUTING_KEY, trigger

from demo.receiver import contract, webhooks
from demo.receiver.incidents import IncidentBook


def without(event, name):
    return {key: value for key, value in event.items() if key != name}


class EventContract(unittest.TestCase):
    def assert_error(self, event, words):
        errors = contract.event_errors(event)
        self.assertTrue(any(words in error for error in errors), f"{words!r} not in {errors}")

    def test_a_complete_event_is_valid(self):
        event = trigger(component="login", group="eu", custom_details={"a": [1]},
                        event_links=[{"href": "https://x.test/", "text": "x"}],
                        event_images=[{"src": "https://x.test/i.png", "alt": "x"}],
                        event_client="picket", event_client_url="https://x.test/")
        event["payload"]["class"] = "http"
        self.assertEqual(contract.event_errors(event), [])

    def test_the_routing_key_is_32_letters_and_digits(self):
        for key in (None, 5, "", ROUTING_KEY[:-1], ROUTING_KEY + "0", "-" * 32, "é" * 32):
            self.assert_error({**trigger(), "routing_key": key}, "routing_key")

    def test_the_action_is_one_of_three(self):
        for action in (None, "", "Trigger", "ack", 1, ["trigger"]):
            self.assert_error({**trigger(), "event_action": action}, "event_action")

    def test_the_dedup_key_has_255_characters_at_most(self):
        self.assertEqual(contract.event_errors(trigger("k" * 255)), [])
        for key in ("k" * 256, "", 7):
            self.assert_error(trigger(key), "dedup_key")

    def test_acknowledge_and_resolve_need_a_dedup_key_and_no_payload(self):
        for action in ("acknowledge", "resolve"):
            event = {"routing_key": ROUTING_KEY, "event_action": action}
            self.assert_error(event, f"required for {action}")
            self.assertEqual(contract.event_errors({**event, "dedup_key": "k"}), [])

    def test_a_trigger_needs_summary_source_and_severity(self):
        self.assert_error(without(trigger(), "payload"), "'payload' is required")
        for name in ("summary", "source", "severity"):
            event = trigger()
            del event["payload"][name]
            self.assert_error(event, f"payload.{name}")

    def test_the_summary_has_1024_utf16_units_at_most(self):
        for text in ("a" * 1024, "é" * 1024, "😀" * 512):
            self.assertEqual(contract.event_errors(trigger(summary=text)), [])
        for text in ("a" * 1025, "😀" * 513):
            self.assert_error(trigger(summary=text), "longer than 1024")

    def test_the_summary_carries_no_control_characters(self):
        for text in ("a\nb", "a\x1b[31mb", "a\x00", "a\x9b"):
            self.assert_error(trigger(summary=text), "control characters")

    def test_the_severity_is_one_of_four(self):
        for severity in contract.SEVERITIES:
            self.assertEqual(contract.event_errors(trigger(severity=severity)), [])
        for severity in ("fatal", "CRITICAL", 3):
            self.assert_error(trigger(severity=severity), "severity")

    def test_the_timestamp_is_iso_8601_with_a_zone(self):
        for value in ("2026-11-22T03:00:00Z", "2026-11-22T03:00:00.123+01:00",
                      "2026-11-22T03:00:00.123456Z"):
            self.assertEqual(contract.event_errors(trigger(timestamp=value)), [])
        for value in ("2026-11-22", "2026-11-22 03:00:00Z", "2026-11-22T03:00:00",
                      "2026-13-22T03:00:00Z", 1700000000, None):
            self.assert_error(trigger(timestamp=value), "timestamp")

    def test_unknown_fields_are_refused(self):
        self.assert_error(trigger(event_service_key="x"), "unknown field 'service_key'")
        self.assert_error(trigger(details={}), "unknown field 'payload.details'")
        self.assert_error(trigger(event_links=[{"href": "https://x/", "url": "x"}]),
                          "unknown field 'links[0].url'")

    def test_links_and_images_are_https(self):
        for links in ("x", ["x"], [{}], [{"href": "http://x/"}], [{"href": 5}]):
            self.assert_error(trigger(event_links=links), "links")
        self.assert_error(trigger(event_images=[{"src": "http://x/"}]), "images[0].src")

    def test_a_lone_surrogate_is_not_text(self):
        event = contract.parse_event(json.dumps(trigger(summary="\ud800")).encode())
        self.assert_error(event, "surrogate")

    def test_a_body_that_is_no_event_says_why(self):
        for body, words in ((b"\xff", "UTF-8"), (b"{", "JSON"), (b"[]", "object"),
                            (b'{"a":1,"a":2}', "twice"), (b'{"a":NaN}', "NaN"),
                            (b"[" * 100_000, "JSON")):
            with self.assertRaises(contract.InvalidEvent) as caught:
                contract.parse_event(body)
            self.assertIn(words, str(caught.exception))


class IncidentSemantics(unittest.TestCase):
    def setUp(self):
        self.book = IncidentBook()

    def send(self, action, key="k1", routing_key=ROUTING_KEY):
        event = trigger(key)
        event.update(event_action=action, routing_key=routing_key)
        return self.book.apply(event, 1.0)

    def test_a_trigger_opens_and_the_next_one_is_logged(self):
        self.assertEqual(self.send("trigger"), ("opened", 1))
        self.assertEqual(self.send("trigger"), ("logged", 1))
        self.assertEqual(len(self.book.as_json()[0]["log"]), 2)

    def test_a_trigger_after_a_resolve_opens_a_new_incident(self):
        self.send("trigger")
        self.assertEqual(self.send("resolve"), ("resolved", 1))
        self.assertEqual(self.send("trigger"), ("opened", 2))
        self.assertEqual([i["status"] for i in self.book.as_json()], ["resolved", "triggered"])

    def test_what_is_not_open_cannot_be_acknowledged_or_resolved(self):
        for action in ("acknowledge", "resolve"):
            self.assertEqual(self.send(action), ("dropped", None))
        self.send("trigger")
        self.send("resolve")
        self.assertEqual(self.send("resolve"), ("dropped", None))

    def test_a_trigger_of_an_acknowledged_incident_leaves_it_acknowledged(self):
        self.send("trigger")
        self.assertEqual(self.send("acknowledge"), ("acknowledged", 1))
        self.assertEqual(self.send("trigger"), ("logged", 1))
        self.assertEqual(self.book.as_json()[0]["status"], "acknowledged")

    def test_another_routing_key_does_not_reach_the_incident(self):
        self.send("trigger")
        self.assertEqual(self.send("resolve", routing_key="f" * 32), ("dropped", None))
        self.assertEqual(self.book.as_json()[0]["status"], "triggered")


class StandardWebhooks(unittest.TestCase):
    """The vector is the one of the Standard Webhooks specification."""
    KEY = webhooks.decode_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    BODY = b'{"test": 2432232314}'
    HEADERS = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
               "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}

    def error(self, now=1614265330, body=BODY, **changes):
        headers = {**self.HEADERS, **{k.replace("_", "-"): v for k, v in changes.items()}}
        return webhooks.verify_error(self.KEY, headers, body, now)

    def test_the_published_vector_holds(self):
        signature = webhooks.sign(self.KEY, self.HEADERS["webhook-id"], 1614265330, self.BODY)
        self.assertEqual(signature, self.HEADERS["webhook-signature"])
        self.assertIsNone(self.error())

    def test_one_of_several_signatures_is_enough(self):
        good = self.HEADERS["webhook-signature"]
        self.assertIsNone(self.error(webhook_signature=f"v1,AAAA {good} v2,x"))

    def test_anything_changed_is_refused(self):
        self.assertIn("signature", self.error(body=b'{"test": 2432232315}'))
        self.assertIn("signature", self.error(webhook_id="msg_other"))
        self.assertIn("signature", self.error(webhook_timestamp="1614265331"))
        self.assertIn("signature", self.error(webhook_signature="v1,é"))

    def test_missing_headers_and_old_timestamps_are_refused(self):
        for name in self.HEADERS:
            self.assertIn("required", self.error(**{name.replace("-", "_"): ""}))
        self.assertIn("five minutes", self.error(now=1614265330 + 301))
        self.assertIn("Unix seconds", self.error(webhook_timestamp="16e8"))

    def test_a_secret_that_is_none_is_refused(self):
        for secret in ("", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!", "whsec_AAAA"):
            with self.assertRaises(ValueError):
                webhooks.decode_secret(secret)


if __name__ == "__main__":
    unittest.main()
