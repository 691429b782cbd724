"""Shared by the tests of the demo: the repository on the path, small HTTP and process aids."""
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

ROUTING_KEY = "0123456789abcdef0123456789abcdef"


class Program:
    """A child process that prints `listening on PORT`; ended by its process id."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([sys.executable, *map(str, arguments)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            self.process.kill()
            raise AssertionError(f"no port: {line!r} {self.process.communicate()[1]}")
        self.port = int(line.split()[-1])

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.communicate()


def request(port, method, path, body=None, headers=None, timeout=10):
    """(status, headers, parsed JSON or raw bytes) of one request to 127.0.0.1."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        data = response.read()
    finally:
        connection.close()
    if response.headers.get_content_type() == "application/json":
        data = json.loads(data)
    return response.status, response.headers, data


def wait_for(condition, seconds, what):
    """Polls until condition() is true. Fails with `what` when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def trigger(key="k1", **changes):
    """A valid trigger; `changes` replace fields of the payload, or of the event with `event_`."""
    event = {"routing_key": ROUTING_KEY, "event_action": "trigger", "dedup_key": key,
             "payload": {"summary": "shop down", "source": "picket", "severity": "critical",
                         "timestamp": "2026-11-22T03:00:00Z"}}
    for name, value in changes.items():
        if name.startswith("event_") and name != "event_action":
            event[name.removeprefix("event_")] = value
        else:
            event["payload"][name] = value
    return event
