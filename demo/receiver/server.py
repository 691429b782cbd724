"""The receiver over HTTP: /v2/enqueue (PagerDuty), /webhook (Standard Webhooks), /control/...

One thread per connection; the shared state is in Record and FaultScript, which lock themselves.
"""
import json
import select
import socket
import struct
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from demo.receiver import contract, rest, webhooks
from demo.receiver.record import Record
from demo.receiver.script import FAULTS, FaultScript

IDLE_SECONDS = 75
HANG_SECONDS_MAX = 300
CONTROL_BYTES_MAX = 64 * 1024
WAIT_SECONDS_MAX = 60.0
PORTAL = b"<!doctype html><title>Hotel Wi-Fi</title><p>Please accept the terms to go online.</p>"
THROTTLED = {"status": "throttle exceeded",
             "message": "Requests for this service are arriving too quickly. "
                        "Please retry later."}


class Receiver(ThreadingHTTPServer):
    """`routing_keys`: the keys that exist; empty means any well-formed key does."""
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, address, webhook_secret: str, routing_keys=(), rate_limit=120,
                 rest_key="demo-rest-key"):
        self.rest_key = rest_key
        self.webhook_key = webhooks.decode_secret(webhook_secret)
        self.routing_keys = frozenset(routing_keys)
        self.record = Record(rate_limit)
        self.script = FaultScript()
        self.stopping = threading.Event()
        super().__init__(address, _Handler)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def stop(self) -> None:
        """Ends serve_forever and lets hanging requests go. Not from the serving thread."""
        self.stopping.set()
        self.shutdown()

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "picket-demo-receiver"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def do_POST(self):
        path = urlsplit(self.path).path
        if path.startswith("/control/"):
            self._control_post(path)
        elif path == "/v2/enqueue":
            self._channel("pagerduty", self._enqueue)
        elif path == "/v2/change/enqueue":
            self._channel("change", self._change)
        elif path == "/webhook":
            self._channel("webhook", self._webhook)
        else:
            self._refuse_unread(404, "no such path")

    def do_GET(self):
        path = urlsplit(self.path).path
        if path.startswith("/control/"):
            self._control_get(path)
        elif path == "/incidents":
            self._incidents(urlsplit(self.path).query)
        else:
            self._answer(405 if path in ("/v2/enqueue", "/webhook") else 404,
                         {"status": "error", "message": "POST events to /v2/enqueue"})

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Silent: the record is the log."""

    # One request of a channel, with the fault that it suffers.

    def _channel(self, channel, handle):
        fault = self.server.script.take(channel)
        kind = fault["fault"] if fault else None
        if kind == "outage":
            self._reset()
            return
        body = self._body(contract.BODY_BYTES_MAX)
        if body is None:
            return
        handle(body, fault, kind)

    def _suffer(self, fault, kind) -> bool:
        """The faults that answer without looking at the request. True when one did."""
        if kind == "throttle":
            self._answer(429, THROTTLED, {"Retry-After": str(fault.get("retry_after", 1))})
        elif kind == "error":
            self._answer(fault.get("status", 500), {"status": "error", "message": "scripted"})
        elif kind == "captive_portal":
            self._send(200, PORTAL, {"Content-Type": "text/html"})
        elif kind == "redirect":
            self._answer(302, {}, {"Location": fault.get("location", "http://127.0.0.1:9/login")})
        elif kind == "reset":
            self._reset()
        elif kind == "hang":
            self._hang()
        else:
            return False
        return True

    # PagerDuty

    def _enqueue(self, body, fault, kind):
        event, errors = self._judged(body)
        key = event.get("routing_key") if isinstance(event, dict) else None
        if kind in ("throttle", "error", "captive_portal", "redirect", "reset", "hang"):
            self.server.record.refuse_event("lost", event, errors, kind)
            self._suffer(fault, kind)
            return
        wait = self.server.record.retry_after(key) if isinstance(key, str) else None
        if wait is not None:
            self.server.record.refuse_event("throttled", event, [], kind)
            self._answer(429, THROTTLED, {"Retry-After": str(wait)})
            return
        if not errors and kind == "summary_limit":
            errors = _summary_limit_errors(event, fault.get("limit", 100))
        if errors:
            self.server.record.refuse_event("rejected", event, errors, kind)
            self._answer(400, {"status": "invalid event", "message": "Event object is invalid",
                               "errors": errors})
            return
        self._accept(event, kind)

    def _judged(self, body):
        """The event of a body and what is wrong with it."""
        return self._parsed(body, contract.event_errors)

    def _parsed(self, body, judge):
        media_type = self.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media_type != "application/json":
            return None, ["Content-Type must be application/json"]
        try:
            event = contract.parse_event(body)
        except contract.InvalidEvent as error:
            return None, [str(error)]
        errors = judge(event)
        known = self.server.routing_keys
        if not errors and known and event["routing_key"] not in known:
            errors = ["'routing_key' is unknown"]
        return event, errors

    def _accept(self, event, kind):
        if kind == "wrong_key":
            self.server.record.refuse_event("lost", event, [], kind)
            self._answer(202, _processed("picket-demo-another-key"))
            return
        if event.get("dedup_key") is None:
            event["dedup_key"] = uuid.uuid4().hex
        if kind == "swallow":
            self.server.record.swallow_event(event, kind)
        else:
            self.server.record.accept_event(event, kind)
        if kind == "accept_then_hang":
            self._hang()
            return
        self._answer(202, _processed(event["dedup_key"]))

    # Change events

    def _change(self, body, fault, kind):
        event, errors = self._parsed(body, contract.change_errors)
        if kind is not None:
            self.server.record.add_change("lost", event, errors, kind)
            if not self._suffer(fault, kind):
                self._answer(400, {"status": "error", "message": f"{kind} is not for changes"})
            return
        self.server.record.add_change("rejected" if errors else "accepted", event, errors, kind)
        if errors:
            self._answer(400, {"status": "invalid event", "message": "Event object is invalid",
                               "errors": errors})
            return
        self._answer(202, {"status": "success", "message": "Change event processed"})

    # REST API v2

    def _incidents(self, query):
        fault = self.server.script.take("rest")
        kind = fault["fault"] if fault else None
        if kind is not None:
            self.server.record.add_lookup(0, query, [kind])
            if kind == "outage":
                self._reset()
            else:
                self._suffer(fault, kind)
            return
        refused = rest.header_error(self.headers, self.server.rest_key)
        errors = [refused[1]] if refused else rest.query_errors(query)
        status = refused[0] if refused else 400 if errors else 200
        self.server.record.add_lookup(status, query, errors)
        if errors:
            self._answer(status, {"error": {"message": "Invalid Input Provided", "code": 2001,
                                            "errors": errors}})
            return
        base = f"http://127.0.0.1:{self.server.port}"
        self._answer(200, rest.find(self.server.record.incidents(), query, base))

    # Standard Webhooks

    def _webhook(self, body, fault, kind):
        message_id = self.headers.get("webhook-id")
        if kind not in (None, "accept_then_hang"):
            self.server.record.add_webhook("lost", message_id, None, None, kind)
            if not self._suffer(fault, kind):
                self._answer(400, {"status": "error", "message": f"{kind} is not for webhooks"})
            return
        error = webhooks.verify_error(self.server.webhook_key, self.headers, body, time.time())
        if error:
            self.server.record.add_webhook("rejected", message_id, None, error, kind)
            self._answer(401, {"status": "refused", "message": error})
            return
        try:
            payload = json.loads(body)
        except ValueError as wrong:
            self.server.record.add_webhook("rejected", message_id, None, str(wrong), kind)
            self._answer(400, {"status": "refused", "message": f"body is not JSON: {wrong}"})
            return
        self.server.record.add_webhook("accepted", message_id, payload, None, kind)
        if kind == "accept_then_hang":
            self._hang()
            return
        self._answer(200, {"status": "accepted"})

    # Control

    def _control_get(self, path):
        record = self.server.record
        query = parse_qs(urlsplit(self.path).query)
        try:
            after = int(query.get("after", ["0"])[0])
            wait = min(float(query.get("wait", ["0"])[0]), WAIT_SECONDS_MAX)
        except ValueError:
            self._answer(400, {"error": "after and wait are numbers"})
            return
        if wait > 0:
            record.wait_beyond(after, wait)
        views = {"/control/events": lambda: record.events(after),
                 "/control/webhooks": lambda: record.webhooks(after),
                 "/control/changes": lambda: record.changes(after),
                 "/control/lookups": lambda: record.lookups(after),
                 "/control/incidents": record.incidents,
                 "/control/script": self.server.script.as_json,
                 "/control/faults": lambda: FAULTS,
                 "/control/health": lambda: {"status": "ok", "now": time.time(),
                                             **record.counts()}}
        if path not in views:
            self._answer(404, {"error": f"there are {', '.join(views)}"})
            return
        self._answer(200, views[path]())

    def _control_post(self, path):
        body = self._body(CONTROL_BYTES_MAX)
        if body is None:
            return
        if path == "/control/reset":
            self.server.script.clear()
            self.server.record.reset()
            self._answer(200, {"status": "reset"})
        elif path == "/control/script":
            self._add_to_script(body)
        else:
            self._answer(404, {"error": "there are /control/script and /control/reset"})

    def _add_to_script(self, body):
        """A list of entries, added in order; an empty list clears the script."""
        try:
            entries = json.loads(body)
            if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
                raise ValueError("a list of objects is expected")
            if not entries:
                self.server.script.clear()
            for entry in entries:
                self.server.script.add(entry)
        except ValueError as error:
            self._answer(400, {"error": str(error)})
            return
        self._answer(200, self.server.script.as_json())

    # HTTP

    def _body(self, bytes_max):
        """The request's body, or None when an answer was already given."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding"):
            self._refuse_unread(411, "Content-Length is required")
            return None
        if not (length.isascii() and length.isdigit()):
            self._refuse_unread(411, "Content-Length is required")
            return None
        if int(length) > bytes_max:
            self._refuse_unread(413, f"body is longer than {bytes_max} bytes")
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _refuse_unread(self, status, message):
        """Answers without having read the body: the connection cannot be used again."""
        if status == 413 and urlsplit(self.path).path == "/v2/enqueue":
            self.server.record.refuse_event("rejected", None, [message], None)
        self.close_connection = True
        self._answer(status, {"status": "error", "message": message}, {"Connection": "close"})
        self._linger()

    def _linger(self):
        """Reads what the client still sends, so that it sees the answer and not a reset."""
        self.connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + 2
        try:
            while time.monotonic() < deadline and self.rfile.read1(65536):
                pass
        except OSError:
            pass

    def _answer(self, status, value, headers=None):
        body = json.dumps(value).encode()
        self._send(status, body, {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self):
        """RST instead of FIN: what a dying load balancer does."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def _hang(self):
        """Holds the connection without an answer until the client gives up or we stop."""
        deadline = time.monotonic() + HANG_SECONDS_MAX
        while time.monotonic() < deadline and not self.server.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.2)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                break
        self.close_connection = True


def _processed(dedup_key):
    return {"status": "success", "message": "Event processed", "dedup_key": dedup_key}


def _summary_limit_errors(event, limit):
    summary = (event.get("payload") or {}).get("summary", "")
    if contract.utf16_units(summary) <= limit:
        return []
    return [f"'payload.summary' is longer than {limit} characters"]
