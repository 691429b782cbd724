"""The faults of a running shop: what each does, how it is switched, and how it shows at once.

A switch works on the shop's run directory and process ids, so it may be in another process. It
looks itself whether the effect is there before it says so.
"""
import os
import signal
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from demo import network
from demo.processes import DemoError
from demo.shop import client, dns
from demo.shop.backend import WIDGET_DELAY_SECONDS
from demo.shop.certificates import use_certificate

EFFECT_SECONDS = 5.0


@dataclass(frozen=True)
class Fault:
    """`switch(shop, on)` changes the shop, `shows(shop)` looks from outside if it is broken."""
    name: str
    what: str
    expect: str
    switch: Callable
    shows: Callable


class ShopHandle:
    """A running shop as described by Shop.state()."""

    def __init__(self, state: dict):
        self.directory = Path(state["directory"])
        self.port = state["port"]
        self.dns_port = state["dns_port"]
        self._nginx = state["nginx"]
        self._dns = {int(edge): pid for edge, pid in state["dns"].items()}

    def mark(self, name: str, on: bool) -> None:
        """Creates or removes the file that application and edges look at."""
        path = self.directory / "faults" / name
        if on:
            path.touch()
        else:
            path.unlink(missing_ok=True)

    def is_on(self, name: str) -> bool:
        return (self.directory / "faults" / f"{name}.on").exists()

    def remember(self, name: str, on: bool) -> None:
        self.mark(f"{name}.on", on)

    def reload_nginx(self) -> None:
        os.kill(self._nginx, signal.SIGHUP)

    def reload_dns(self) -> None:
        for pid in self._dns.values():
            os.kill(pid, signal.SIGHUP)

    def fetch(self, address, host, path, method="GET", verify=False, timeout=3.0):
        """The status of one request, or the exception of a failed one."""
        ca_file = self.directory / "tls" / "ca.pem" if verify else None
        try:
            site = client.Site(address, host, self.port, ca_file)
            return site.fetch(path, method, timeout=timeout)[0]
        except OSError as error:
            return error


def _marks(name):
    """A fault that the application sees by itself."""
    return lambda shop, on: shop.mark(name, on)


def _shows_login(shop):
    return shop.fetch(network.edge_address(0), network.SHOP, "/login", "POST") == 500


def _shows_checkout(shop):
    return shop.fetch(network.edge_address(0), network.SHOP, "/api/checkout/x", "POST") == 500


def _shows_health(shop):
    return shop.fetch(network.edge_address(0), network.SHOP, "/api/health") == 503


def _shows_third_party(shop):
    answer = shop.fetch(network.WIDGETS_ADDRESS, network.WIDGETS, "/widget.js", timeout=0.4)
    return isinstance(answer, TimeoutError)


def _switch_edge(shop, on):
    shop.mark(f"edge-{network.BROKEN_EDGE}", on)


def _shows_edge(shop):
    return shop.fetch(network.edge_address(network.BROKEN_EDGE), network.SHOP, "/") == 502


def _switch_certificate(shop, on):
    use_certificate(shop.directory / "tls", "expired" if on else "valid")
    shop.reload_nginx()


def _shows_certificate(shop):
    answers = [shop.fetch(network.edge_address(edge), network.SHOP, "/", verify=True)
               for edge in range(network.EDGES)]
    return all(isinstance(answer, ssl.SSLCertVerificationError) for answer in answers)


def _switch_dns(shop, on):
    for edge in range(network.EDGES):
        dns.write_hosts(shop.directory / "dns", edge, with_shop=not on)
    shop.reload_dns()


def _shows_dns(shop):
    return all(dns.answers(edge, shop.dns_port)[0] == "NXDOMAIN" for edge in range(network.EDGES))


_EVERYWHERE = "one critical page within 35 s, resolved within 90 s after `off`"

FAULTS = {fault.name: fault for fault in (
    Fault("login", "POST /login answers 500 at every edge",
          f"shop-login is down in all regions: {_EVERYWHERE}", _marks("login"), _shows_login),
    Fault("checkout", "paying answers 500 at every edge",
          f"shop-checkout is down in all regions: {_EVERYWHERE}",
          _marks("checkout"), _shows_checkout),
    Fault("health", "the shop's API says 503 of itself",
          f"shop-health is down in all regions: {_EVERYWHERE}", _marks("health"), _shows_health),
    Fault("third-party", f"{network.WIDGETS} takes {WIDGET_DELAY_SECONDS:g} s for its script",
          f"shop-widget is down in all regions: {_EVERYWHERE}, both later by the slow answers",
          _marks("third-party"), _shows_third_party),
    Fault("edge", f"edge {network.BROKEN_EDGE} (POP {network.POPS[network.BROKEN_EDGE]}) answers "
          "502 to everything",
          f"{' and '.join(network.regions_of(network.BROKEN_EDGE))} fail: regional, never down; "
          "one error page per check within 5 min",
          _switch_edge, _shows_edge),
    Fault("certificate", "every edge serves a certificate that expired yesterday",
          f"all shop checks are down in all regions: pages within 35 s that name the certificate, "
          "resolved within 90 s after `off`", _switch_certificate, _shows_certificate),
    Fault("dns", f"{network.SHOP} does not exist (NXDOMAIN) at every resolver",
          f"all checks of {network.SHOP} are down in all regions: pages within 35 s that say "
          "NXDOMAIN, resolved within 90 s after `off`", _switch_dns, _shows_dns),
)}


def switch(shop: ShopHandle, name: str, on: bool) -> None:
    """Switches a fault and returns when its effect is seen from outside.

    Raises DemoError when the effect does not show within EFFECT_SECONDS.
    """
    fault = FAULTS[name]
    fault.switch(shop, on)
    deadline = time.monotonic() + EFFECT_SECONDS
    seen = 0  # twice in a row: while nginx reloads, old and new workers answer side by side
    while seen < 2:
        seen = seen + 1 if fault.shows(shop) == on else 0
        if time.monotonic() >= deadline:
            raise DemoError(f"{name} was switched {'on' if on else 'off'}, but the shop does not "
                            f"show it; its logs are beside {shop.directory}")
        time.sleep(0.1)
    shop.remember(name, on)
