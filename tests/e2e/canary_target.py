"""A target that sends back all it was sent, in every spelling and everywhere a response has room;
and the spellings, to look for them in what Picket wrote. Values are random, of every kind."""
import base64
import html
import json
import random
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PARTS = ["a", "Z", "7", " ", "+", "%", "%41", "&", "&amp;", "<", ">", '"', "'", "\\", "/", "=", "?",
         "@", "$", "{", "}", "-", "_", ".", ",", "!", "|", "é", "ß", "€", "日", "😀", "=="]
CORE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PIECE = 12


def random_secret(rng):
    """One line of 12 to 60 characters; also what looks like base64."""
    if rng.random() < 0.2:
        return "".join(rng.choices(CORE, k=40)) + "+/=="
    middle = "".join(rng.choice(PARTS) + "".join(rng.choices(CORE, k=rng.randrange(3)))
                     for _ in range(rng.randrange(5, 14)))
    return "".join(rng.choices(CORE, k=4)) + middle + "".join(rng.choices(CORE, k=4))


def spellings(value):
    raw = value.encode()
    quoted = urllib.parse.quote(value, safe="")
    ascii_json = json.dumps(value)[1:-1]
    texts = {value, quoted, quoted.lower(), urllib.parse.quote_plus(value),
             "".join(f"%{byte:02X}" for byte in raw), urllib.parse.quote(quoted, safe=""),
             json.dumps(value, ensure_ascii=False)[1:-1], ascii_json,
             ascii_json.replace("/", "\\/"),
             html.escape(value), html.escape(value, quote=False),
             "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in value),
             "".join(c if c.isalnum() and c.isascii() else f"&#x{ord(c):x};" for c in value),
             base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="),
             base64.b64encode(b"anna:" + raw).decode(),
             base64.b64encode(b"xy" + raw + b"z").decode()}
    return sorted(texts)


def find(data, value):
    """The first spelling, or piece of PIECE bytes, of the value in the bytes; None when clean."""
    for text in spellings(value):
        if text.encode() in data:
            return text
    raw = value.encode()
    return next((raw[i:i + PIECE].decode(errors="replace") for i in range(len(raw) - PIECE + 1)
                 if raw[i:i + PIECE] in data), None)


class Echo(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, values, seed):
        self.values = values  # by the first part of the path: those that such a check sends
        self.rng = random.Random(seed)
        self.requests = 0
        super().__init__(("0.0.0.0", 0), _Handler)  # every 127.0.0.x is a host of its own
        self._serving = threading.Thread(target=self.serve_forever, daemon=True,
                                         kwargs={"poll_interval": 0.1})
        self._serving.start()

    def stop(self):
        self.shutdown()
        self._serving.join()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that goes away is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, *_):
        pass

    def _values(self):
        return self.server.values[self.path.split("/")[1]]

    def _any(self):
        value = self.server.rng.choice(self._values())
        text = self.server.rng.choice(spellings(value))
        return text.encode().decode("latin-1")  # as headers are written

    def _answer(self):
        self.server.requests += 1
        length = int(self.headers.get("content-length") or 0)
        sent = self.rfile.read(length)
        lines = [self.path.encode(), sent, *(v.encode("latin-1") for v in self.headers.values())]
        lines += [text.encode() for value in self._values() for text in spellings(value)]
        self.server.rng.shuffle(lines)
        body = b"\n".join(lines)
        moved = self.path.startswith("/steps/move")
        self.send_response(302 if moved else 500)
        if moved:
            value = self.server.rng.choice(self._values())
            self.send_header("location", "/steps/again?x=" + urllib.parse.quote(value, safe=""))
        for name in ("x-echo", "x-pop", "x-cache", "etag", "content-type", "cache-control"):
            self.send_header(name, self._any())
        self.send_header("set-cookie", f"sid={self._any()}; Path=/")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _answer
