"""Every server that the examples of configs/checks ask: nginx, HAProxy, named, the npm servers of
tests/servers, the demo shop's application, mail and a cache. Lives in the test's namespace."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import domains
import namespace
import speakers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NPM = pathlib.Path(os.environ.get("PICKET_NPM_DIR", ROOT / "build/npm"))
START_LIMIT = 60

HOSTS = ("*.example.com", "*.internal.example.com", "tags.example.net", "static.examplecdn.net",
         "www.googletagmanager.com", "js.stripe.com")
SECRETS = {
    "API_PROBE_TOKEN": "api-token-1", "API_PROBE_PASSWORD": "api-password-1",
    "EVENTS_TOKEN": "events-token-1", "TEST_CARD_TOKEN": "card-token-1",
    "SHOP_TEST_USER": "demo@picket.test", "SHOP_TEST_PASSWORD": "picket-demo",
    "SSO_USER": "probe", "SSO_PASSWORD": "secret-password", "SSO_TOTP_SEED": "JBSWY3DPEHPK3PXP",
}
FILES = {
    "home.html": "<!doctype html><title>Shop</title><button>Add to basket</button>",
    "sold-out.html": "<!doctype html><title>Shop</title><p>Sold out</p>",
    "search.html": "<!doctype html><title>Search</title><p>12 results</p>" + "<p>a lamp</p>" * 200,
    "app.js": "globalThis.version = 1;\n",
    "tag.js": "(function () { globalThis.tag = 1; })();\n",
    "gtm.js": "globalThis.dataLayer = [];\n",
    "site.css": "body { margin: 0 }\n",
    "logo.png": "not looked into",
    "www.html": """<!doctype html><html><head><title>Home</title>
<link rel="stylesheet" href="/site.css">
<script src="https://www.googletagmanager.com/gtm.js"></script>
<script src="https://js.stripe.com/v3/"></script></head><body>
<img src="https://static.examplecdn.net/logo.png" alt=""></body></html>
""",
}
HAPROXY = """defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
cache edge
  total-max-size 4
  max-age 3600
  process-vary on
frontend edge
  bind {edge}:443 ssl crt {root}/both.pem alpn h2,http/1.1
  http-request cache-use edge
  http-response set-header X-Cache-Status HIT if !{{ srv_id -m found }}
  http-response set-header X-Cache-Status MISS if {{ srv_id -m found }}
  default_backend origin
backend origin
  http-response cache-store edge
  http-request set-header Host origin.example.com
  server origin {web}:443 ssl sni str(origin.example.com) verify required ca-file {root}/ca.pem
"""


def has_npm_servers():
    return (NPM / "node_modules/oidc-provider").exists()


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


class World:
    """Starts when it is made; `close` ends it."""

    def __init__(self):
        self._cleanup = contextlib.ExitStack()
        directory = tempfile.TemporaryDirectory(prefix="picket-examples-")
        self.root = pathlib.Path(self._cleanup.enter_context(directory))
        try:
            self._start_all()
        except BaseException:
            self.close()
            raise

    def close(self):
        self._cleanup.close()

    @contextlib.contextmanager
    def broken(self, name):
        """The fault that nginx or the shop's application knows by this name."""
        path = self.root / "faults" / name
        path.touch()
        try:
            yield
        finally:
            path.unlink()

    @contextlib.contextmanager
    def provider_broken(self, **faults):
        self._set_provider(**faults)
        try:
            yield
        finally:
            self._set_provider()

    @contextlib.contextmanager
    def cache_loading(self):
        good, self.cache.answer = self.cache.answer, b"-LOADING the data set\r\n"
        try:
            yield
        finally:
            self.cache.answer = good

    @contextlib.contextmanager
    def deployed(self):
        """A new app.js at the origin, while the edge keeps the old one."""
        file = self.root / "files/app.js"
        file.write_text("globalThis.version = 2;\n")
        try:
            yield
        finally:
            file.write_text(FILES["app.js"])

    def stop_orders(self):
        """Ends the orders service for good."""
        self.orders.terminate()
        self.orders.wait(20)

    def _set_provider(self, **faults):
        body = json.dumps({"totp": "page", **faults}).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{self.oidc_port}/test/faults", body, 30).close()

    def _start_all(self):
        for name in ("faults", "files", "secrets"):
            (self.root / name).mkdir()
        for name, text in FILES.items():
            (self.root / "files" / name).write_text(text)
        namespace.add_addresses(domains.ADDRESSES)
        pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0")
        self._make_certificates()
        for name, value in SECRETS.items():
            (self.root / "secrets" / name).write_text(value)
        self.domains = domains.Domains(self.root, self.start)
        certificate, key = self.root / "leaf.pem", self.root / "leaf.key"
        speakers.serve_mail(self._cleanup, domains.WEB, certificate, key)
        self.cache = speakers.serve_cache(self._cleanup, domains.WEB)
        ports = {"SHOP": self._start_shop(), **self._start_npm_servers()}
        self._start_web(ports)

    def _make_certificates(self):
        root = self.root
        (root / "openssl.cnf").write_text("[req]\ndistinguished_name = name\n[name]\n")
        curve = ["-config", root / "openssl.cnf", "-nodes",
                 "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl("req", "-x509", *curve, "-keyout", root / "ca.key", "-out", root / "ca.pem",
                "-days", 90, "-subj", "/CN=Examples CA",
                "-addext", "basicConstraints=critical,CA:TRUE")
        names = ",".join(f"DNS:{name}" for name in HOSTS)
        openssl("req", "-x509", *curve, "-keyout", root / "leaf.key", "-out", root / "leaf.pem",
                "-days", 60, "-subj", "/CN=shop.example.com", "-set_serial", "0x1001",
                "-CA", root / "ca.pem", "-CAkey", root / "ca.key",
                "-addext", f"subjectAltName={names}",
                "-addext", "basicConstraints=critical,CA:FALSE")
        (root / "both.pem").write_text((root / "leaf.pem").read_text() +
                                       (root / "leaf.key").read_text())
        expiry = time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + 60 * 86400))
        (root / "index").write_text(f"V\t{expiry}\t\t1001\tunknown\t/CN=shop.example.com\n")
        openssl("ocsp", "-index", root / "index", "-CA", root / "ca.pem", "-rsigner",
                root / "ca.pem", "-rkey", root / "ca.key", "-issuer", root / "ca.pem", "-cert",
                root / "leaf.pem", "-ndays", 7, "-respout", root / "staple.der")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                root / "secrets/BILLING_CLIENT_KEY")
        openssl("pkey", "-in", root / "secrets/BILLING_CLIENT_KEY", "-pubout", "-out",
                root / "billing.pub")

    def _start_shop(self):
        return self._port(self.start("shop", [
            sys.executable, ROOT / "demo/shop/backend.py", "--faults", self.root / "faults"],
            r"listening on (\d+)\n"))

    def _start_npm_servers(self):
        orders = {"address": f"{domains.WEB}:50051", "services": {"shop.Orders": "SERVING"}}
        self.orders = self._start_npm("grpc_health.mjs", orders)
        websocket = self._start_npm("websocket.mjs", {"protocols": ["v1.events"]})
        key = {"kid": "2026-01", "pem": (self.root / "billing.pub").read_text()}
        provider = self._start_npm("oidc.mjs", {
            "issuer": "https://id.example.com", "scopes": ["invoices:read"], "clients": [
                {"client_id": "synthetic-monitor", "token_endpoint_auth_method": "none",
                 "redirect_uris": ["https://localhost/callback"], "response_types": ["code"],
                 "grant_types": ["authorization_code", "refresh_token"]},
                {"client_id": "billing-worker", "token_endpoint_auth_method": "private_key_jwt",
                 "token_endpoint_auth_signing_alg": "ES256", "redirect_uris": [],
                 "response_types": [], "grant_types": ["client_credentials"],
                 "scope": "invoices:read", "public_key": key}]})
        self.oidc_port = self._port(provider)
        self._set_provider()
        return {"OIDC": self.oidc_port, "WEBSOCKET": self._port(websocket)}

    def _start_npm(self, script, options):
        return self.start(script, ["node", ROOT / "tests/servers" / script, json.dumps(options)],
                          r"ready (\d+)\n")

    def _start_web(self, ports):
        text = (HERE / "nginx.conf.in").read_text()
        for name, value in {"ROOT": self.root, **ports}.items():
            text = text.replace(f"@{name}@", str(value))
        (self.root / "nginx.conf").write_text(text)
        nginx = self.start("nginx", ["nginx", "-p", self.root, "-c", self.root / "nginx.conf", "-e",
                                     self.root / "nginx.log"])
        (self.root / "haproxy.cfg").write_text(HAPROXY.format(
            root=self.root, edge=domains.EDGE, web=domains.WEB))
        self._wait(lambda: self._answers(domains.WEB), "nginx", nginx)
        haproxy = self.start("haproxy", ["haproxy", "-db", "-f", self.root / "haproxy.cfg"])
        self._wait(lambda: self._answers(domains.EDGE), "haproxy", haproxy)

    @staticmethod
    def _answers(address):
        done = subprocess.run(["openssl", "s_client", "-connect", f"{address}:443"], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True)
        return done.returncode == 0

    def start(self, name, command, until=None):
        """A process that ends with the world, once its output matches `until`."""
        environment = {**os.environ, "PICKET_NPM_DIR": str(NPM)}
        path = self.root / f"{name}.out"
        with path.open("wb") as output:
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output)
        process.out = path
        process.until = until
        self._cleanup.callback(self._end, process)
        if until:
            self._wait(lambda: re.search(until, path.read_text(errors="replace")), name, process)
        return process

    @staticmethod
    def _port(process):
        return int(re.search(process.until, process.out.read_text())[1])

    @staticmethod
    def _end(process):
        process.terminate()
        process.wait(20)

    @staticmethod
    def _wait(condition, name, process=None):
        end = time.monotonic() + START_LIMIT
        while not condition():
            if time.monotonic() > end or (process and process.poll() is not None):
                raise RuntimeError(f"{name} does not start: "
                                   f"{process.out.read_text() if process else ''}")
            time.sleep(0.05)
