#!/usr/bin/env python3
"""A local stand-in for PagerDuty's Events API v2 and for a signed webhook, which enforces both
contracts and keeps a record. Prints `listening on PORT`; stops on SIGTERM and SIGINT.

  POST /v2/enqueue         PagerDuty Events API v2
  POST /v2/change/enqueue  PagerDuty change events
  GET  /incidents          PagerDuty REST API v2, to confirm a page
  POST /webhook            Standard Webhooks 1.0
  GET  /control/events     every event with its arrival time, outcome and effect (?after=N&wait=S)
  GET  /control/incidents  what PagerDuty would show
  GET  /control/changes    every change event (?after=N&wait=S)
  GET  /control/lookups    every question to the REST API (?after=N&wait=S)
  GET  /control/webhooks   every webhook (?after=N&wait=S)
  GET  /control/faults     the faults that can be scripted
  POST /control/script     [{"fault": "throttle", "count": 3, "retry_after": 5}]; [] clears
  POST /control/reset      forgets everything
"""
import argparse
import signal
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo.receiver.server import Receiver  # noqa: E402

DEFAULT_SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0, help="0 (default) picks a free one")
    parser.add_argument("--routing-key", action="append", default=[], metavar="KEY",
                        help="a key that exists; may be repeated; without it any does")
    parser.add_argument("--webhook-secret", default=DEFAULT_SECRET, metavar="whsec_...")
    parser.add_argument("--rest-key", default="demo-rest-key", metavar="KEY",
                        help="the only key that the REST API takes")
    parser.add_argument("--rate-limit", type=int, default=120, metavar="N",
                        help="events per minute and routing key; 0 for none (default 120)")
    return parser.parse_args(arguments)


def main(arguments=None) -> int:
    options = parse_arguments(arguments)
    try:
        receiver = Receiver((options.listen, options.port), options.webhook_secret,
                            options.routing_key, options.rate_limit, options.rest_key)
    except (OSError, ValueError, OverflowError) as error:
        print(f"pagerduty_receiver: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serving = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.1})
    serving.start()
    print(f"listening on {receiver.port}", flush=True)
    stop.wait()
    receiver.stop()
    serving.join()
    receiver.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
