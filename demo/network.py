"""The demo's geography: regions, edges, names and loopback addresses. Nothing leaves 127.0.0.0/8.

Region i (ordered by name) reaches edge i mod 6, so each edge serves two opposite regions; which one
is decided by DNS, as a real CDN does it: each edge has a resolver of its own.
"""
import socket

REGIONS = ("ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
           "eu-central-1", "eu-north-1", "eu-west-1", "sa-east-1", "us-east-1", "us-west-1",
           "us-west-2")
POPS = ("NRT", "BOM", "SIN", "SYD", "YUL", "FRA")
EDGES = len(POPS)
BROKEN_EDGE = 2  # the one that the fault `edge` breaks

SHOP = "shop.picket.test"
WIDGETS = "widgets.picket.test"
WIDGETS_ADDRESS = "127.0.20.7"
PREFERRED_PORT = 8443  # the port in demo/checks


def edge_of(region: str) -> int:
    return REGIONS.index(region) % EDGES


def regions_of(edge: int) -> list[str]:
    return [region for region in REGIONS if edge_of(region) == edge]


def edge_address(edge: int) -> str:
    return f"127.0.20.{edge + 1}"


def resolver_address(edge: int) -> str:
    return f"127.0.20.{edge + 10}"


def free_port(addresses, kinds=(socket.SOCK_STREAM,), preferred=0) -> int:
    """A port that is free at all `addresses` for all socket `kinds`: `preferred` when it is.

    Another program may take it before it is used: the caller starts again then.
    """
    for _ in range(50):
        port = preferred or _any_port(addresses[0])
        if all(_is_free(address, port, kind) for address in addresses for kind in kinds):
            return port
        preferred = 0
    raise OSError(f"no port is free at all of {', '.join(addresses)}")


def _any_port(address):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def _is_free(address, port, kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
