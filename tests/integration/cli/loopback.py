"""What HTTP servers on loopback that tests of commands start have in common."""
import http.server


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""

    def answer(self, status, body=b"", **headers):
        """`headers` by their names with `_` in place of `-`."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
