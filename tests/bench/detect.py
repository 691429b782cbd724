#!/usr/bin/env python3
"""How fast the running demonstration pages and resolves: cycles of a fast global fault with
five-minute intervals. Prints each time, median, worst and the machine's load.

The faults take turns, as each check has a budget of extra runs per hour: ten outages of one check
within a quarter of an hour are another case (--fault NAME shows it).
"""
import argparse
import os
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from support import GREEN_SECONDS, RunningDemo, wait_for  # noqa: E402

FAULTS = {"login": "shop-login", "checkout": "shop-checkout", "health": "shop-health"}
DETECT_MEDIAN, DETECT_WORST, RESOLVE_WORST = 20.0, 35.0, 90.0
LIMIT_SECONDS = 400
CHECKS = {"shop-home", "shop-login", "shop-checkout", "shop-health", "shop-widget",
          "shop-reviews"}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="detect", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--fault", choices=sorted(FAULTS), help="only this one")
    parser.add_argument("--seed", type=int, default=None,
                        help="of the random pauses between cycles")
    options = parser.parse_args()
    if options.cycles < 1:
        parser.error("--cycles is at least 1")
    return options


def arrival(demo, check, action, after):
    """When the first accepted event of this kind about a check arrived after a moment."""
    def found():
        for entry in demo.pager.read("events"):
            event = entry["event"] or {}
            if entry["at"] >= after and entry["outcome"] == "accepted" \
                    and event.get("event_action") == action and is_about(demo, event, check):
                return entry["at"]
        return None
    return wait_for(found, LIMIT_SECONDS, f"{action} of {check}", demo)


def is_about(demo, event, check):
    """Whether it belongs to an outage of the check; a resolve carries only the key."""
    keys = {incident["dedup_key"] for incident in demo.pager.read("incidents")
            if incident["summary"].startswith(f"{check} down")}
    return event.get("dedup_key") in keys


def cycle(demo, fault, rng):
    """(detection, recovery, load) of one cycle that starts at a random moment."""
    time.sleep(rng.uniform(0, 25))
    on = demo.fault(fault, True)
    detected = arrival(demo, FAULTS[fault], "trigger", on) - on
    off = demo.fault(fault, False)
    recovered = arrival(demo, FAULTS[fault], "resolve", off) - off
    wait_for(lambda: all(i["status"] == "resolved" for i in demo.pager.read("incidents")),
             LIMIT_SECONDS, "the end of all incidents", demo)
    return detected, recovered, os.getloadavg()[0]


def report(rows):
    detections = [row[0] for row in rows]
    recoveries = [row[1] for row in rows]
    verdict = {True: "kept", False: "MISSED"}
    print(f"\ndetection  median {statistics.median(detections):6.1f} s, worst "
          f"{max(detections):6.1f} s  (bounds {DETECT_MEDIAN:g} and {DETECT_WORST:g} s: "
          f"{verdict[statistics.median(detections) <= DETECT_MEDIAN]}, "
          f"{verdict[max(detections) <= DETECT_WORST]})")
    print(f"recovery   median {statistics.median(recoveries):6.1f} s, worst "
          f"{max(recoveries):6.1f} s  (bound {RESOLVE_WORST:g} s: "
          f"{verdict[max(recoveries) <= RESOLVE_WORST]})")
    loads = [row[2] for row in rows]
    print(f"load       {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} cores")


def main() -> int:
    options = parse_arguments()
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    rng = random.Random(seed)
    chosen = [options.fault] if options.fault else list(FAULTS)
    print(f"{options.cycles} cycles of {', '.join(chosen)}, five-minute intervals, seed {seed}",
          flush=True)
    demo = RunningDemo(options.bin, "--shop-port", 0)
    rows = []
    try:
        wait_for(lambda: demo.all_green(CHECKS), GREEN_SECONDS, "all checks green", demo)
        for number in range(1, options.cycles + 1):
            fault = chosen[(number - 1) % len(chosen)]
            rows.append(cycle(demo, fault, rng))
            detected, recovered, load = rows[-1]
            print(f"cycle {number:>2} {fault:<9} paged after {detected:6.1f} s, resolved after "
                  f"{recovered:6.1f} s, load {load:.1f}", flush=True)
    except AssertionError as error:
        print(f"detect: {error}", file=sys.stderr)
        return 1
    finally:
        demo.stop()
        if rows:
            report(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
