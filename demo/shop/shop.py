"""The demo shop: application, six nginx edges and their DNS, started in order and checked."""
import os
import re
import shutil
import signal
import socket
import sys
from pathlib import Path

from demo import network
from demo.processes import Child, DemoError, Processes, wait_until
from demo.shop import client, dns
from demo.shop.backend import PASSWORD
from demo.shop.certificates import make_certificates

HERE = Path(__file__).resolve().parent
CHECKS = HERE.parent / "checks"
START_SECONDS = 20
TRIES = 5


class Shop:
    """`port` 0 takes the preferred port when it is free, else any; known after start()."""

    def __init__(self, directory: Path, processes: Processes, port=0):
        self.directory = directory.resolve()
        self.port = port
        self.dns_port = 0
        self._wanted_port = port
        self._processes = processes
        self._nginx: Child | None = None

    @property
    def ca_file(self) -> Path:
        return self.directory / "tls" / "ca.pem"

    @property
    def secrets(self) -> Path:
        """A file per secret that the checks of the shop name."""
        return self.directory / "secrets"

    def resolver_of(self, region: str) -> str:
        """ADDRESS:PORT of the resolver that sends this region to its edge."""
        return f"{network.resolver_address(network.edge_of(region))}:{self.dns_port}"

    def start(self) -> None:
        """Returns when each edge answers and each resolver knows it. Raises DemoError."""
        for program in ("nginx", "dnsmasq", "openssl"):
            _require_program(program)
        for name in ("faults", "logs", "site", "secrets", *(f"tmp/{kind}" for kind in
                                                 ("body", "proxy", "fastcgi", "uwsgi", "scgi"))):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        self.secrets.chmod(0o700)
        (self.secrets / "SHOP_PASSWORD").write_text(PASSWORD)
        make_certificates(self.directory / "tls", (network.SHOP, network.WIDGETS))
        backend_port = self._start_backend()
        self._start_nginx(backend_port)
        self._start_dns()

    def copy_checks(self, target: Path) -> None:
        """The checks of the shop, with its port in the place of the preferred one."""
        for file in CHECKS.glob("*.check.yaml"):
            text = file.read_text()
            (target / file.name).write_text(
                re.sub(rf":{network.PREFERRED_PORT}\b", f":{self.port}", text))

    def state(self) -> dict:
        """What a fault switch in another process must know."""
        return {"directory": str(self.directory), "port": self.port, "dns_port": self.dns_port,
                "nginx": self._nginx.pid,
                "dns": {edge: self._processes.pids()[f"dns-{edge}"]
                        for edge in range(network.EDGES)}}

    def _start_backend(self):
        child = self._processes.start("shop-backend", [
            sys.executable, HERE / "backend.py", "--faults", self.directory / "faults"])
        return wait_until(lambda: listening_port(child), START_SECONDS, "the shop's application",
                          child)

    def _start_nginx(self, backend_port):
        addresses = [network.edge_address(edge) for edge in range(network.EDGES)]
        for attempt in range(TRIES):
            self.port = self._wanted_port or network.free_port(
                [*addresses, network.WIDGETS_ADDRESS],
                preferred=network.PREFERRED_PORT if attempt == 0 else 0)
            self._write_configuration(backend_port)
            self._nginx = self._processes.start(
                "nginx", ["nginx", "-e", "stderr", "-p", f"{self.directory}/", "-c",
                          self.directory / "nginx.conf"],
                death_signal=signal.SIGTERM)  # the master takes its workers along
            try:
                wait_until(self._edges_answer, START_SECONDS, "the shop's edges", self._nginx)
                return
            except DemoError:
                taken = "Address already in use" in self._nginx.tail()
                if not taken or self._wanted_port or attempt == TRIES - 1:
                    raise
                self._processes.stop([self._nginx], 5)

    def _edges_answer(self):
        return all(self.home_status(edge) == 200 for edge in range(network.EDGES))

    def edge(self, edge: int) -> client.Site:
        return client.Site(network.edge_address(edge), network.SHOP, self.port, self.ca_file)

    def home_status(self, edge: int) -> int | None:
        """The status of the home page at one edge, None when it does not answer."""
        try:
            return self.edge(edge).fetch(timeout=3)[0]
        except OSError:
            return None

    def _start_dns(self):
        addresses = [network.resolver_address(edge) for edge in range(network.EDGES)]
        for attempt in range(TRIES):
            self.dns_port = network.free_port(addresses, (socket.SOCK_STREAM, socket.SOCK_DGRAM))
            children = dns.start_resolvers(self._processes, self.directory / "dns", self.dns_port)
            try:
                for edge, child in enumerate(children):
                    wanted = ("NOERROR", [network.edge_address(edge)])
                    wait_until(lambda e=edge, w=wanted: dns.answers(e, self.dns_port) == w,
                               START_SECONDS, f"the resolver of edge {edge}", child)
                return
            except DemoError:
                if not any("in use" in child.tail() for child in children) or attempt == TRIES - 1:
                    raise
                self._processes.stop(children, 5)

    def _write_configuration(self, backend_port):
        edges = range(network.EDGES)
        listens = [f"        listen {network.edge_address(edge)}:{self.port} ssl http2"
                   for edge in edges]
        values = {
            "USER_LINE": _user_line(), "RUN": str(self.directory), "PORT": str(self.port),
            "BACKEND_PORT": str(backend_port), "SHOP": network.SHOP, "WIDGETS": network.WIDGETS,
            "WIDGETS_ADDRESS": network.WIDGETS_ADDRESS,
            "EDGE_MAP": _lines(f"        {network.edge_address(edge)} {edge};" for edge in edges),
            "POP_MAP": _lines(f"        {edge} {network.POPS[edge]};" for edge in edges),
            "DEFAULT_LISTENS": _lines(f"{listen} default_server;" for listen in listens),
            "EDGE_LISTENS": _lines(f"{listen};" for listen in listens)}
        _render(HERE / "nginx.conf.in", self.directory / "nginx.conf", values)
        for page in (HERE / "site").iterdir():
            _render(page, self.directory / "site" / page.name, values)


def listening_port(child: Child) -> int | None:
    """The port a child announced with `listening on PORT`, None while it has not."""
    for line in child.log.read_text(errors="replace").splitlines():
        if line.startswith("listening on "):
            return int(line.split()[2])
    return None


def _require_program(name):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin"
    if shutil.which(name, path=path) is None:
        package = {"dnsmasq": "dnsmasq-base"}.get(name, name)
        raise DemoError(f"{name} is not installed: apt-get install {package}")
    os.environ["PATH"] = path


def _user_line():
    """As root nginx would hand its workers to nobody, who cannot read the run directory."""
    return "user root root;" if os.getuid() == 0 else ""


def _lines(lines):
    return "\n".join(lines)


def _render(source, target, values):
    text = source.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    target.write_text(text)
