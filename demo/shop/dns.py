"""The shop's DNS: one dnsmasq per edge, on 127.0.20.(10 + edge), all on one port.

dnsmasq and not one bind9 with views: named listens only on addresses that an interface carries, so
127.0.20.x would need root and a changed loopback interface; dnsmasq binds any loopback address
unprivileged and is small. It reads its hosts file again on SIGHUP, which is how the name goes.
"""
import os
from pathlib import Path

from demo import network
from demo.processes import Processes
from demo.shop import client


def write_hosts(directory: Path, edge: int, with_shop=True) -> None:
    """The names that the resolver of an edge knows; without the shop it answers NXDOMAIN."""
    lines = [f"{network.WIDGETS_ADDRESS} {network.WIDGETS}"]
    if with_shop:
        lines.append(f"{network.edge_address(edge)} {network.SHOP}")
    new = directory / f"hosts-{edge}.new"
    new.write_text("\n".join(lines) + "\n")
    os.replace(new, directory / f"hosts-{edge}")


def start_resolvers(processes: Processes, directory: Path, port: int) -> list:
    directory.mkdir(parents=True, exist_ok=True)
    # As root it would change user and group, and that clears the parent-death signal.
    identity = ["--user=root", "--group=root"] if os.getuid() == 0 else []
    children = []
    for edge in range(network.EDGES):
        write_hosts(directory, edge)
        children.append(processes.start(f"dns-{edge}", [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=",
            *identity, "--no-resolv", "--no-hosts", "--log-facility=-",
            f"--port={port}", f"--listen-address={network.resolver_address(edge)}",
            "--bind-interfaces", "--cache-size=0", "--local-ttl=0",
            f"--local=/{network.SHOP.partition('.')[2]}/",
            f"--addn-hosts={directory / f'hosts-{edge}'}"]))
    return children


def answers(edge: int, port: int) -> tuple:
    """What the resolver of an edge says of the shop; ("no answer", []) while it is not up."""
    try:
        return client.resolve(network.resolver_address(edge), port, network.SHOP, timeout=0.5)
    except OSError:
        return "no answer", []
