"""The names of the examples: two name servers with example.com signed and what third parties need,
and the resolver that everybody asks, which validates."""
import pathlib
import subprocess

WEB, WEB_TOO, EDGE, ROUTER = "203.0.113.10", "203.0.113.11", "203.0.113.12", "203.0.113.9"
NAME_SERVERS = ("203.0.113.53", "203.0.113.54")
RESOLVER = "203.0.113.1"
PUBLIC_RESOLVERS = ("1.1.1.1", "9.9.9.9")  # what the examples name
ADDRESSES = (WEB, WEB_TOO, EDGE, ROUTER, *NAME_SERVERS, RESOLVER, *PUBLIC_RESOLVERS)

HEAD = """$TTL 3600
@ SOA ns1.example.com. hostmaster.example.com. {serial} 3600 600 604800 300
@ NS ns1.example.com.
@ NS ns2.example.com.
"""
SERIAL, OLDER_SERIAL = 2026112802, 2026112801
ZONES = {
    "example.com": f"""@ MX 10 mail.example.com.
ns1 A {NAME_SERVERS[0]}
ns2 A {NAME_SERVERS[1]}
www A {WEB}
www A {WEB_TOO}
shop A {WEB}
api A {WEB}
app A {WEB}
id A {WEB}
origin A {WEB}
cdn A {EDGE}
mail A {WEB}
cache A {WEB}
router A {ROUTER}
orders-canary.internal A {WEB}
""",
    "example.net": f"tags A {WEB}\n",
    "examplecdn.net": f"static A {WEB}\n",
    "googletagmanager.com": f"www A {WEB}\n",
    "stripe.com": f"js A {WEB}\n",
}
CONFIG = """options {{
  directory "{directory}"; pid-file none; lock-file none; session-keyfile none;
  managed-keys-directory "{directory}"; notify no; empty-zones-enable no; allow-query {{ any; }};
  listen-on-v6 {{ none; }}; listen-on {{ {addresses} }};
  {options}
}};
controls {{ }};
{blocks}
"""
VALIDATING = """recursion yes; allow-recursion {{ any; }}; dnssec-validation yes; forward only;
  forwarders {{ {first}; }};"""


class Domains:
    """`start(name, command)` runs a process whose output goes to `root/name.out`."""

    def __init__(self, root, start):
        self._root, self._start = pathlib.Path(root), start
        for number, address in enumerate(NAME_SERVERS, 1):
            directory = self._root / f"ns{number}"
            directory.mkdir()
            for zone, text in ZONES.items():
                (directory / f"{zone}.db").write_text(HEAD.format(serial=SERIAL) + text)
            if number == 1:
                self._make_keys(directory)
            self._sign(directory)
            self._start_named(f"ns{number}", [address], "recursion no;", self._primaries(directory))
        (self._root / "resolver").mkdir()
        self._start_named("resolver", [RESOLVER, *PUBLIC_RESOLVERS],
                          VALIDATING.format(first=NAME_SERVERS[0]),
                          f"trust-anchors {{ {self._anchor()} }};")

    def serve_older_zone(self):
        """The second name server stays behind: it is started anew with the serial before."""
        directory = self._root / "ns2"
        plain = directory / "example.com.db"
        plain.write_text(plain.read_text().replace(str(SERIAL), str(OLDER_SERIAL)))
        self._sign(directory)
        self._second.terminate()
        self._second.wait(20)
        self._start_named("ns2", [NAME_SERVERS[1]], "recursion no;", self._primaries(directory))

    def _make_keys(self, directory):
        self.keys = []
        for flags in ([], ["-f", "KSK"]):
            done = _run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-K", directory, *flags,
                         "example.com"])
            self.keys.append(directory / done.strip())

    def _sign(self, directory):
        keys = self.keys[0].parent
        plain = directory / "example.com.db"
        _run(["dnssec-signzone", "-q", "-S", "-K", keys, "-d", directory, "-o", "example.com",
              "-f", f"{plain}.signed", plain])

    def _anchor(self):
        for line in pathlib.Path(f"{self.keys[1]}.key").read_text().splitlines():
            if not line.startswith(";"):
                words = line.split()
                return f'"example.com" static-key {" ".join(words[3:6])} "{"".join(words[6:])}";'
        raise AssertionError("no DNSKEY")

    @staticmethod
    def _primaries(directory):
        return "".join(f'zone "{zone}" {{ type primary; file "{directory}/{zone}.db'
                       f'{".signed" if zone == "example.com" else ""}"; }};\n' for zone in ZONES)

    def _start_named(self, name, addresses, options, blocks):
        directory = self._root / name
        config = directory / "named.conf"
        config.write_text(CONFIG.format(directory=directory, options=options, blocks=blocks,
                                        addresses="".join(f"{each}; " for each in addresses)))
        process = self._start(name, ["named", "-g", "-n", "1", "-c", config], " running\n")
        if name == "ns2":
            self._second = process


def _run(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
