"""Looks at the shop the way an agent would: one DNS question, one HTTPS request to one address."""
import http.client
import secrets
import socket
import ssl
import struct
from dataclasses import dataclass
from pathlib import Path

RCODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


@dataclass(frozen=True)
class Site:
    """A host at one address; without a `ca_file` its certificate is not verified."""
    address: str
    host: str
    port: int
    ca_file: Path | None

    def fetch(self, path="/", method="GET", body=None, headers=None, timeout=10.0):
        """(status, headers, body) of one request on a fresh connection."""
        connection = _SiteConnection(self, timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


class _SiteConnection(http.client.HTTPSConnection):
    """HTTPS to the site's address, with its host name in SNI and in the Host header."""

    def __init__(self, site, timeout):
        context = (ssl.create_default_context(cafile=str(site.ca_file)) if site.ca_file
                   else ssl._create_unverified_context())
        super().__init__(site.host, site.port, timeout=timeout, context=context)
        self._address = site.address

    def connect(self):
        plain = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def resolve(server, port, name, timeout=2.0):
    """(rcode, IPv4 addresses) that a resolver answers to one A question."""
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    query_id = secrets.randbits(16)
    header = struct.pack(">HHHHHH", query_id, 0x0100, 1, 0, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(timeout)
        udp.connect((server, port))
        udp.send(header + question + b"\0" + struct.pack(">HH", 1, 1))
        answer = udp.recv(4096)
    answer_id, flags, _, count, _, _ = struct.unpack(">HHHHHH", answer[:12])
    if answer_id != query_id:
        raise OSError("an answer to another question")
    return RCODES.get(flags & 15, str(flags & 15)), _addresses(answer, count, len(question) + 17)


def _addresses(answer, count, position):
    found = []
    for _ in range(count):
        while answer[position] and answer[position] < 0xC0:
            position += answer[position] + 1
        position += 2 if answer[position] >= 0xC0 else 1
        kind, _, _, length = struct.unpack(">HHIH", answer[position:position + 10])
        position += 10
        if kind == 1 and length == 4:
            found.append(socket.inet_ntoa(answer[position:position + 4]))
        position += length
    return found
