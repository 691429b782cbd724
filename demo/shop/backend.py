#!/usr/bin/env python3
"""The shop's application behind the edges: login with a form token, a basket API, and the widget
of the third party. Prints `listening on PORT`; stops on SIGTERM.

A file in the faults directory breaks something from the next request on: `login` (POST /login
answers 500), `checkout` (paying answers 500), `health` (503), `third-party` (the widget takes four
seconds).
"""
import argparse
import json
import secrets
import signal
import sys
import threading
import time
from collections import OrderedDict
from html import escape
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

BODY_BYTES_MAX = 64 * 1024
STORED_MAX = 10_000
WIDGET_DELAY_SECONDS = 4.0
PRICES = {"TEST-SKU-1": 1999, "TEST-SKU-2": 4999}  # cents
ACCOUNT, PASSWORD = "demo@picket.test", "picket-demo"
WIDGET = b"document.documentElement.dataset.reviews = '4.8 of 5 (1204)';\n"


class Store:
    """A bounded map of random ids to dictionaries; the oldest go first. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._items = OrderedDict()

    def add(self, value: dict) -> str:
        key = secrets.token_hex(16)
        with self._lock:
            self._items[key] = value
            if len(self._items) > STORED_MAX:
                self._items.popitem(last=False)
        return key

    def get(self, key):
        with self._lock:
            return self._items.get(key)

    def remove(self, key):
        with self._lock:
            return self._items.pop(key, None)


class Backend(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, faults: Path):
        self.faults = faults
        self.sessions = Store()
        self.baskets = Store()
        super().__init__(address, _Handler)

    def is_broken(self, name: str) -> bool:
        return (self.faults / name).exists()

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "shop"
    sys_version = ""
    timeout = 75
    disable_nagle_algorithm = True

    def do_GET(self):
        pages = {"/login": self._login_form, "/account": self._account, "/widget.js": self._widget,
                 "/api/reviews": lambda: self._json(200, {"rating": 4.8, "count": 1204}),
                 "/api/health": self._health}
        pages.get(urlsplit(self.path).path, self._not_found)()

    def do_POST(self):
        path = urlsplit(self.path).path
        body = self._body()
        if body is None:
            return
        if path == "/login":
            self._log_in(body)
        elif path == "/api/basket":
            self._create_basket(body)
        elif path.startswith("/api/checkout/"):
            self._check_out(path.removeprefix("/api/checkout/"))
        else:
            self._not_found()

    def do_DELETE(self):
        path = urlsplit(self.path).path
        if not path.startswith("/api/basket/"):
            self._not_found()
        elif self.server.baskets.remove(path.removeprefix("/api/basket/")) is None:
            self._json(404, {"error": "no such basket"})
        else:
            self._send(204, b"", {})

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Silent: nginx keeps the access log."""

    # Pages

    def _login_form(self, status=200, notice=""):
        token = secrets.token_urlsafe(24)
        session = self.server.sessions.add({"csrf": token})
        page = (f"<!doctype html><title>Log in</title><p>{escape(notice)}</p>"
                f'<form method="post" action="/login">'
                f'<input type="hidden" name="_csrf" value="{token}">'
                f'<input name="email"><input name="password" type="password">'
                f"<button>Log in</button></form>")
        self._html(status, page, {"Set-Cookie": _cookie(session)})

    def _log_in(self, body):
        if self.server.is_broken("login"):
            self._html(500, "<!doctype html><title>Error</title><p>session store unreachable</p>")
            return
        form = {name: values[0] for name, values in
                parse_qs(body.decode("utf-8", "replace")).items()}
        session = self.server.sessions.get(self._session())
        token = (session or {}).get("csrf")
        if not token or not secrets.compare_digest(token.encode(), form.get("_csrf", "").encode()):
            self._html(403, "<!doctype html><title>Forbidden</title><p>stale form</p>")
            return
        if (form.get("email"), form.get("password")) != (ACCOUNT, PASSWORD):
            self._login_form(401, "Wrong e-mail address or password")
            return
        self.server.sessions.remove(self._session())
        cookie = _cookie(self.server.sessions.add({"user": form["email"]}))
        self._send(302, b"", {"Location": "/account", "Set-Cookie": cookie})

    def _account(self):
        user = (self.server.sessions.get(self._session()) or {}).get("user")
        if user is None:
            self._send(302, b"", {"Location": "/login"})
            return
        self._html(200, f"<!doctype html><title>Account</title><p>Signed in as {escape(user)}</p>")

    def _widget(self):
        if self.server.is_broken("third-party"):
            time.sleep(WIDGET_DELAY_SECONDS)
        self._send(200, WIDGET, {"Content-Type": "text/javascript"})

    # API

    def _health(self):
        if self.server.is_broken("health"):
            self._json(503, {"status": "failing"})
        else:
            self._json(200, {"status": "ok"})

    def _create_basket(self, body):
        try:
            order = json.loads(body)
            sku, quantity = order["sku"], order.get("quantity", 1)
            if sku not in PRICES or isinstance(quantity, bool) or not 1 <= quantity <= 100:
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._json(422, {"error": "sku and quantity (1 to 100) are required"})
            return
        basket = {"items": [{"sku": sku, "quantity": quantity}], "state": "open",
                  "total": PRICES[sku] * quantity / 100}
        basket_id = self.server.baskets.add(basket)
        self._json(201, {"id": basket_id, "items": basket["items"], "total": basket["total"]})

    def _check_out(self, basket_id):
        if self.server.is_broken("checkout"):
            self._json(500, {"error": "payment provider unreachable"})
            return
        basket = self.server.baskets.get(basket_id)
        if basket is None:
            self._json(404, {"error": "no such basket"})
            return
        basket["state"] = "confirmed"
        self._json(200, {"id": basket_id, "state": "confirmed", "total": basket["total"]})

    # HTTP

    def _session(self):
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return None
        return cookies["session"].value if "session" in cookies else None

    def _body(self):
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self._json(413, {"error": f"a body has a length of at most {BODY_BYTES_MAX} bytes"})
            return None
        return self.rfile.read(int(length))

    def _not_found(self):
        self._json(404, {"error": "no such page"})

    def _html(self, status, page, headers=None):
        self._send(status, page.encode(),
                   {"Content-Type": "text/html; charset=utf-8", **(headers or {})})

    def _json(self, status, value):
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _cookie(session):
    return f"session={session}; Path=/; Secure; HttpOnly; SameSite=Lax"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", type=Path, required=True, metavar="DIR")
    options = parser.parse_args()
    backend = Backend(("127.0.0.1", options.port), options.faults)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serving = threading.Thread(target=backend.serve_forever, kwargs={"poll_interval": 0.1})
    serving.start()
    print(f"listening on {backend.server_address[1]}", flush=True)
    stop.wait()
    backend.shutdown()
    serving.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
