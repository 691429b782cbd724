#!/usr/bin/env python3
"""Starts the demonstration: a PagerDuty receiver, a shop behind six edges, a controller and twelve
agents; shows the grid of regions and checks. Ctrl-C ends everything.

Everything is on loopback addresses and in one directory (.picket/demo, PICKET_DEMO_DIR or --dir).
"""
import argparse
import os
import secrets
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo import network  # noqa: E402
from demo.fleet import AgentSettings, Fleet, receiver_names  # noqa: E402
from demo.fleet import require_programs, require_valid  # noqa: E402
from demo.pager import Pager  # noqa: E402
from demo.processes import DemoError, Processes, wait_until  # noqa: E402
from demo.shop.shop import CHECKS, Shop, listening_port  # noqa: E402
from demo.state import StateDirectory, default_directory, process_table  # noqa: E402
from demo.view import LineView, TerminalView  # noqa: E402

HERE = Path(__file__).resolve().parent
RECEIVER_SECONDS = 20
STOP_SECONDS = 10
WEBHOOK_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="


class Interrupted(BaseException):
    """SIGINT or SIGTERM: the demo is to end."""


class Demo:
    def __init__(self, options, directory: Path):
        self.directory = directory
        self.shop: Shop | None = None
        self.pager: Pager | None = None
        self._options = options
        self._processes = Processes(directory / "logs")
        self.fleet = Fleet(directory, options.bin, self._processes)

    def start(self) -> None:
        """Starts everything in order, each step with a time limit. Raises DemoError."""
        receiver = self._start_receiver()
        checks = self._options.checks
        if checks is None:
            self.shop = Shop(self.directory / "shop", self._processes, self._options.shop_port)
            self.shop.start()
            say(f"shop: https://{network.SHOP}:{self.shop.port} behind {network.EDGES} edges")
            checks = self._shop_checks()
        self.fleet.start_controller({**receiver, "names": receiver_names(checks)})
        say(f"controller: {self.fleet.api_url}")
        self.fleet.enroll()
        self.fleet.start_agents(AgentSettings() if self.shop is None else AgentSettings(
            {region: self.shop.resolver_of(region) for region in network.REGIONS},
            self.shop.ca_file, self.shop.secrets))
        self.fleet.wait_for_agents(
            lambda count: say(f"agents: {count} of {len(network.REGIONS)} online"))
        self.fleet.install_checks(checks)
        say(f"checks: {checks}, edit them and see")

    def state(self, ready: bool) -> dict:
        """What demo.json says while this runs."""
        state = {"pid": os.getpid(), "ready": ready,
                 "processes": process_table(self._processes.pids()), "shop": None}
        if ready:
            state.update(api_url=self.fleet.api_url, receiver_url=self.pager.url,
                         token_file=str(self.fleet.state_dir / "admin.token"),
                         shop=self.shop.state() if self.shop else None)
        return state

    def tend(self) -> list[str]:
        return self.fleet.tend()

    def stop(self) -> None:
        """Ends every process and says which had to be killed."""
        killed = self.fleet.stop() + self._processes.stop_all(STOP_SECONDS)
        if killed:
            say(f"had to be killed: {', '.join(killed)}")

    def kill(self) -> None:
        self._processes.stop_all(0)

    def _start_receiver(self):
        routing_key = secrets.token_hex(16)
        child = self._processes.start("receiver", [
            sys.executable, HERE / "pagerduty_receiver.py", "--port", "0",
            "--routing-key", routing_key, "--webhook-secret", WEBHOOK_SECRET])
        port = wait_until(lambda: listening_port(child), RECEIVER_SECONDS,
                          "the PagerDuty receiver", child)
        self.pager = Pager(f"http://127.0.0.1:{port}")
        say(f"PagerDuty receiver: {self.pager.url}")
        return {"routing_key": routing_key, "webhook_secret": WEBHOOK_SECRET,
                "url": self.pager.url}

    def _shop_checks(self):
        """demo/checks itself (edit it and see), or a copy for another port than the one in it."""
        if self.shop.port == network.PREFERRED_PORT:
            return CHECKS
        target = self.directory / "shop" / "checks"
        target.mkdir()
        self.shop.copy_checks(target)
        say(f"port {network.PREFERRED_PORT} is not free: the checks are copied for another one")
        return target


def say(text: str) -> None:
    """Progress. A terminal that is gone must not keep the demo from ending."""
    try:
        print(f"==> {text}", file=sys.stderr, flush=True)
    except OSError:
        pass


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="up", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, metavar="DIR",
                        help="where picket, picket-agent and picket-controller are")
    parser.add_argument("--checks", type=Path, metavar="DIR",
                        help="your own checks instead of the shop's (no shop is started)")
    parser.add_argument("--dir", type=Path, default=None, metavar="RUN", help="state directory")
    parser.add_argument("--seconds", type=float, metavar="N", help="end N seconds after ready")
    parser.add_argument("--no-grid", action="store_true",
                        help="a line per change, also on a terminal")
    parser.add_argument("--keep", action="store_true",
                        help="keep the state directory at the end")
    parser.add_argument("--shop-port", type=int, default=0, metavar="PORT",
                        help=f"default: {network.PREFERRED_PORT} when free, else any")
    options = parser.parse_args(arguments)
    if options.checks is not None and not options.checks.is_dir():
        parser.error(f"--checks {options.checks} is not a directory")
    options.bin = options.bin.absolute()
    options.checks = options.checks.absolute() if options.checks else None
    return options


def watch(demo: Demo, directory: StateDirectory, options) -> None:
    """Shows the demo until it is interrupted or its time is up."""
    grid = sys.stdout.isatty() and not options.no_grid
    footer = "Ctrl-C ends it" + (", ./dev fault list breaks the shop" if demo.shop else "")
    view = TerminalView(demo.fleet, demo.pager, footer) if grid \
        else LineView(demo.fleet, demo.pager)
    if grid:
        print("\x1b[2J", end="")
    say(f"ready: {footer}")
    deadline = time.monotonic() + options.seconds if options.seconds else None
    while deadline is None or time.monotonic() < deadline:
        notes = demo.tend()
        for note in notes:
            view.note(note)
        if notes:
            directory.write(demo.state(ready=True))
        view.draw()
        time.sleep(view.refresh_seconds)


def run(demo: Demo, directory: StateDirectory, options) -> int:
    """Start, watch, stop. The state directory is kept after a failure, for its logs."""
    keep = options.keep
    try:
        directory.write(demo.state(ready=False))
        demo.start()
        directory.write(demo.state(ready=True))
        watch(demo, directory, options)
        return 0
    except (Interrupted, BrokenPipeError):
        return 0
    except DemoError as error:
        keep = True
        say(f"the demo failed: {error}\nlogs are kept in {directory.path / 'logs'}")
        return 4
    finally:
        stop(demo)
        directory.release(keep)


def stop(demo: Demo) -> None:
    """An interrupt while the demo drains ends it at once."""
    try:
        say("stopping")
        demo.stop()
    except Interrupted:
        say("killing what is left")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        demo.kill()
    say("everything has ended")


def interrupt(_number, _frame):
    raise Interrupted


def main(arguments=None) -> int:
    options = parse_arguments(arguments)
    directory = StateDirectory(options.dir or default_directory())
    try:
        require_programs(options.bin)
        if options.checks:
            require_valid(options.bin, options.checks)
        found = directory.claim()
    except DemoError as error:
        print(f"up: {error}", file=sys.stderr)
        return 4
    if found:
        say(found)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    return run(Demo(options, directory.path), directory, options)


if __name__ == "__main__":
    sys.exit(main())
