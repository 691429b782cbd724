#!/usr/bin/env python3
"""Breaks or mends the shop of the running demo.

  fault.py list          the faults and which are on
  fault.py NAME on|off   switches one
"""
import argparse
import difflib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo.processes import DemoError  # noqa: E402
from demo.shop import faults  # noqa: E402
from demo.state import default_directory, running_demo  # noqa: E402


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="fault", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME|list")
    parser.add_argument("state", nargs="?", choices=("on", "off"))
    parser.add_argument("--dir", type=Path, default=None, metavar="RUN",
                        help="the demo's directory (default .picket/demo, or PICKET_DEMO_DIR)")
    options = parser.parse_args(arguments)
    if options.name == "list":
        if options.state:
            parser.error("list takes no on or off")
    elif options.name not in faults.FAULTS:
        parser.error(_unknown(options.name))
    elif options.state is None:
        parser.error(f"say on or off: fault {options.name} on")
    return options


def main(arguments=None) -> int:
    options = parse_arguments(arguments)
    directory = (options.dir or default_directory()).absolute()
    try:
        shop = _running_shop(directory)
        if options.name == "list":
            _list(shop)
        else:
            _switch(shop, faults.FAULTS[options.name], options.state == "on")
    except DemoError as error:
        print(f"fault: {error}", file=sys.stderr)
        return 4
    except ProcessLookupError:
        print("fault: the demo is ending", file=sys.stderr)
        return 4
    return 0


def _unknown(name):
    close = difflib.get_close_matches(name, faults.FAULTS, n=1)
    hint = f", did you mean {close[0]}?" if close else ""
    return f"unknown fault {name!r}{hint} (there are {', '.join(faults.FAULTS)})"


def _running_shop(directory):
    state = running_demo(directory)
    if state.get("shop") is None:
        raise DemoError("this demo runs your own checks (--checks): it has no shop to break")
    return faults.ShopHandle(state["shop"])


def _list(shop):
    for fault in faults.FAULTS.values():
        print(f"{fault.name:<12} {'on' if shop.is_on(fault.name) else 'off':<4} {fault.what}")


def _switch(shop, fault, on):
    if shop.is_on(fault.name) == on:
        print(f"{fault.name} is {'on' if on else 'off'} already")
        return
    faults.switch(shop, fault.name, on)
    if on:
        print(f"{fault.name} is on: {fault.what}\nexpect: {fault.expect}")
    else:
        print(f"{fault.name} is off: the shop answers as before")


if __name__ == "__main__":
    sys.exit(main())
