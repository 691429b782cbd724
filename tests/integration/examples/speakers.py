"""The servers of the examples that are a few lines of text: mail with STARTTLS, and a cache."""
import socketserver
import ssl
import threading


class _Mail(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self):
        self.say("220 mail.example.com ESMTP")
        for line in self.rfile:
            word = line.strip().upper().partition(b" ")[0]
            if word == b"EHLO":
                self.say("250-mail.example.com\r\n250-STARTTLS\r\n250 SIZE 1000000")
            elif word == b"STARTTLS":
                self.say("220 ready")
                self.start_tls()
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 what?")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def start_tls(self):
        # The plain socket stays the base class's to close; both share one connection.
        secure = self.server.tls.wrap_socket(self.connection.dup(), server_side=True)
        self.rfile, self.wfile = secure.makefile("rb"), secure.makefile("wb", 0)
        secure.close()  # when the files are


class _Cache(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self):
        if self.rfile.readline() == b"PING\r\n":
            self.wfile.write(self.server.answer)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is not worth a traceback."""


def _serve(cleanup, address, handler):
    server = _Server(address, handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cleanup.callback(server.server_close)
    cleanup.callback(server.shutdown)
    return server


def serve_mail(cleanup, address, certificate, key):
    server = _serve(cleanup, (address, 25), _Mail)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificate, key)


def serve_cache(cleanup, address):
    """The server's `answer` is what it says to PING."""
    server = _serve(cleanup, (address, 6379), _Cache)
    server.answer = b"+PONG\r\n"
    return server
