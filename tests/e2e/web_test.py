#!/usr/bin/env python3
"""The API and the web interface of a real controller with real agents and a fault: answers conform
to openapi.yaml, the interface is served as it should be, and a browser walks through every page
(axe in both schemes, keyboard, 360 px, no request elsewhere)."""
import datetime
import functools
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.e2e.small_fleet import SmallFleet  # noqa: E402

REGIONS = ("eu-west-1", "office", "attic")
BROKEN = "eu-west-1"
BOTH_BROKEN = (BROKEN, "office")  # the quorum
# A place that a cloud's name tells, one that is configured, and none.
PLACES = """\
regions:
  eu-west-1:
  office: {latitude: -33.9, longitude: 151.2}
  attic:
"""
CHECK = "home"
WALK_SECONDS = 1200
CHECKS = """\
version: 1
defaults: {owner: web, service: shop, interval: 10s, timeout: 3s, regions: all}
checks:
  - name: home
    title: Home page
    tags: [shop, public]
    http: GET TARGET/${{ region }}
    expect: {status: 200}
    slo: {objective: 99.9, window: 30d, latency: {under: 1s, objective: 95}}
    maintenance: [{start: TOMORROW, duration: 2h, reason: the shop moves}]
  - name: widget
    title: Widget of somebody else
    owner: partners
    tags: [third-party]
    http: GET TARGET/widget
    expect: {status: 200}
  - name: shop-page
    title: The shop and what it loads
    page: TARGET/shop
"""
THIRD_PARTY = "localhost"  # another name for the same server


def description():
    try:
        from tests.support.openapi import Description  # pylint: disable=import-outside-toplevel
    except ImportError as error:
        raise unittest.SkipTest("python3-yaml or python3-jsonschema is missing") from error
    return Description()


def next_event(stream):
    """(id, names) of the next event of a stream."""
    lines = []
    while True:
        line = stream.readline().decode().rstrip("\n")
        if line:
            lines.append(line)
        elif "event: changed" in lines:
            fields = dict(one.split(": ", 1) for one in lines)
            return int(fields["id"]), json.loads(fields["data"])["changed"]
        else:
            lines.clear()  # `alive`


class WebTest(unittest.TestCase):
    def setUp(self):
        self.fleet = SmallFleet(self, REGIONS, pagerduty=", change_events: true", more=PLACES)
        target = self.fleet.target
        target.pages["shop"] = (f'<!doctype html><script src="http://{THIRD_PARTY}:'
                                f'{target.server_address[1]}/lib.js"></script>')
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        text = CHECKS.replace("TARGET", target.url).replace(
            "TOMORROW", tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ"))
        (self.fleet.checks / "web.check.yaml").write_text(text)
        self.fleet.expect(0, "reload")
        # The round in which a check comes into force does not count for its objective.
        self.fleet.wait_for(lambda: self.letters().count("p") > 2 * len(REGIONS),
                            "second round that passed in each region")
        self.deploy()
        self.fleet.target.broken.update(BOTH_BROKEN)
        self.incident = self.fleet.wait_for(self.open_incident, "incident", 120)
        self.fleet.wait_for(lambda: "f" in self.letters(), "failed round in the grid")
        self.addCleanup(self.fleet.target.broken.clear)

    def deploy(self):
        """A deployment of whose change event PagerDuty will not hear: a message that is dead."""
        self.fleet.receiver.script.add({"fault": "error", "status": 400, "channel": "change"})
        self.fleet.expect(0, "deployments", "record", "--service", "shop", "--version", "4.11",
                          "--by", "anna")
        dead = "/api/v1/deliveries?state=dead"
        self.fleet.wait_for(lambda: self.json(dead)["deliveries"], "message that was given up")

    def get(self, path, **headers):
        """(status, headers, bytes), whatever the status."""
        request = urllib.request.Request(self.fleet.fleet.api_url + path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def json(self, path):
        status, _, body = self.get(path)
        self.assertEqual(status, 200, path)
        return json.loads(body)

    def letters(self):
        """Of the rounds of all regions of the check."""
        rows = self.json(f"/api/v1/grid?check={CHECK}")["checks"]
        return "".join(region["verdicts"] for region in rows[0]["regions"])

    def open_incident(self, check=CHECK):
        found = self.json(f"/api/v1/incidents?check={check}&state=open")["incidents"]
        return found[0]["id"] if found else None

    def test_the_whole(self):
        for part in (self.answers_conform, self.third_parties_are_known, self.places_are_known,
                     self.rounds_are_kept, self.changes_are_told,
                     self.the_public_sees_what_is_tagged, self.pages_are_served,
                     self.a_browser_walks, self.changes_conform, self.the_end_conforms,
                     self.a_shutdown_ends_streams):
            with self.subTest(part.__name__):
                part()

    def call(self, method, path, body=None):
        """The status and the text of an answer to one who has the token."""
        token = (self.fleet.fleet.state_dir / "admin.token").read_text().strip()
        request = urllib.request.Request(
            self.fleet.fleet.api_url + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def conform(self, described, wanted, method, path, body=None):
        """The answer, which has that status and is as described, as its body is."""
        status, text = self.call(method, path, body)
        self.assertEqual(status, wanted, f"{method} {path}: {text[:300]}")
        self.assertEqual(described.answer_errors(method, path, status, text), [])
        if status < 300:
            self.assertEqual(described.request_errors(method, path, body), [])
        return json.loads(text)

    def answers_conform(self):
        described = description()
        for path in ("status", "grid?rounds=5", f"checks/{CHECK}", f"checks/{CHECK}/evidence",
                     f"checks/{CHECK}/evidence?last_good=1", f"checks/{CHECK}/results",
                     f"checks/{CHECK}/source", f"checks/{CHECK}/slo?points=20",
                     f"checks/{CHECK}/history?range=1h",
                     f"maintenance?check={CHECK}", "incidents", f"incidents/{self.incident}",
                     f"incidents/{self.incident}/postmortem", "action-items?state=all",
                     "deliveries?state=all", f"deliveries?incident={self.incident}", "routes",
                     f"routes/explain?check={CHECK}", "deployments", "slos", "delivery-performance",
                     "third-parties", "silences", "agents", "reload", "definitions", "history"):
            self.conform(described, 200, "GET", f"/api/v1/{path}")
        last_good = f"/api/v1/checks/{CHECK}/results?good=1&region={BROKEN}&limit=1"
        run, = self.conform(described, 200, "GET", last_good)["results"]
        self.assertEqual((run["region"], run["verdict"]), (BROKEN, "pass"))
        kept = f"/api/v1/checks/{CHECK}/evidence?last_good=1"
        self.assertTrue(self.conform(described, 200, "GET", kept)["results"])
        self.conform(described, 200, "GET", "/public/status.json")
        self.conform(described, 404, "GET", "/api/v1/checks/none")
        begin = datetime.datetime.now(datetime.timezone.utc)
        span = [(begin + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
                for hours in (-1, 1)]
        path = "/api/v1/history/batches?from={}&to={}".format(*span)
        self.assertTrue(self.conform(described, 200, "GET", path)["batches"])
        self.assertNotEqual(described.answer_errors("GET", path, 400, '{"schema_version": 1}'), [])
        self.assertNotEqual(described.answer_errors("GET", path, 200, '{"schema_version": 1}'), [])

    def changes_conform(self):
        """What people do to an incident, one of its own, and a test that agents run."""
        self.fleet.target.broken.add("widget")
        self.incident = self.fleet.wait_for(lambda: self.open_incident("widget"), "incident", 120)
        ask = functools.partial(self.conform, description())
        due = (datetime.datetime.now() + datetime.timedelta(days=9)).strftime("%Y-%m-%d")
        incident = f"/api/v1/incidents/{self.incident}"
        ask(200, "POST", f"{incident}/acknowledge", {"by": "anna"})
        ask(200, "POST", f"{incident}/note", {"by": "anna", "text": "the PSP"})
        for how, more in (("done", {}), ("deprioritise", {"reason": "rare"})):
            item = ask(201, "POST", f"{incident}/action-items", {
                "owner": "anna", "due": due, "text": how, "by": "bert"})["action_item"]
            ask(200, "POST", f"/api/v1/action-items/{item['id']}/{how}", {"by": "anna", **more})
        ask(200, "GET", "/api/v1/action-items?state=all")
        text = (self.fleet.checks / "web.check.yaml").read_text()
        test = ask(201, "POST", "/api/v1/tests", {
            "files": [{"path": "web.check.yaml", "text": text}], "checks": [CHECK]})
        path = f"/api/v1/tests/{test['id']}"

        def ended():
            found = ask(200, "GET", f"{path}?wait=1")
            return found if found["done"] else None
        shown = self.fleet.wait_for(ended, "results of the test")
        self.assertEqual(sorted(run["region"] for run in shown["results"]), sorted(REGIONS))

    def the_end_conforms(self):
        """After the pages were looked at: the incident ends, an agent has to go."""
        ask = functools.partial(self.conform, description())
        ask(200, "POST", f"/api/v1/incidents/{self.incident}/resolve",
            {"by": "anna", "note": "enough", "then": "hold"})
        agent = ask(200, "GET", "/api/v1/agents")["agents"][0]
        gone = ask(200, "POST", "/api/v1/agents/revoke",
                   {"region": agent["region"], "name": agent["name"]})
        self.assertEqual([one["name"] for one in gone["agents"] if one["revoked"]],
                         [agent["name"]])

    def third_parties_are_known(self):
        """By the host, over all regions of the page."""
        def seen():
            rows = self.json("/api/v1/third-parties")["third_parties"]
            return [row for row in rows if row["seen"] == len(REGIONS)]
        row, = self.fleet.wait_for(seen, "third party in every region")
        self.assertEqual((row["host"], row["failing"]), (THIRD_PARTY, 0))
        self.assertEqual([one["check"] for one in row["checks"]], ["shop-page"])

    def places_are_known(self):
        places = {row["region"]: (row["latitude"], row["longitude"])
                  for row in self.json("/api/v1/status")["regions"]}
        self.assertEqual(places, {"eu-west-1": (53.3, -6.3), "office": (-33.9, 151.2),
                                  "attic": (None, None)})

    def rounds_are_kept(self):
        """History counts the rounds of the grid, with the durations of those that passed."""
        def broken():
            found = self.json(f"/api/v1/checks/{CHECK}/history?range=1h")
            row = next(one for one in found["regions"] if one["region"] == BROKEN)
            return row if sum(row["good"]) and sum(row["bad"]) else None
        self.assertTrue(any(self.fleet.wait_for(broken, "good and bad rounds")["p50_ms"]))

        def burnt():  # once good rounds have closed
            found = self.json(f"/api/v1/checks/{CHECK}/slo")
            return found if found["latency"]["points"] else None
        points = self.fleet.wait_for(burnt, "burn-down", 180)["availability"]["points"]
        left = [one["left_ratio"] for one in points]
        self.assertEqual((left[0], left), (1, sorted(left, reverse=True)))
        spans = self.json("/api/v1/maintenance?days=2")["spans"]
        self.assertEqual([(one["reason"], one["checks"]) for one in spans],
                         [("the shop moves", [CHECK])])
        told = self.fleet.expect(0, "silence", "upcoming", "--days", "2", "--check", CHECK)
        self.assertRegex(told, r"^window  later  \S+ to \S+  home  the shop moves$")
        self.fleet.expect(2, "silence", "upcoming", "--days", "400")

    def changes_are_told(self):
        """The stream names everything first, then what changes; a shutdown does not wait for it."""
        url = self.fleet.fleet.api_url + "/api/v1/events"
        with urllib.request.urlopen(url, timeout=30) as stream:
            self.assertEqual(stream.headers["content-type"], "text/event-stream")
            number, names = next_event(stream)
            self.assertIn("deployments", names)
            self.fleet.expect(0, "incidents", "note", self.incident, "told", "--by", "anna")
            told = set()
            while "incidents" not in told:
                later, names = next_event(stream)
                self.assertGreater(later, number)
                number = later
                told.update(names)

    def a_shutdown_ends_streams(self):
        """Last of all: the controller drains though somebody listens."""
        with urllib.request.urlopen(self.fleet.fleet.api_url + "/api/v1/events",
                                    timeout=30) as stream:
            next_event(stream)
            self.assertEqual(self.fleet.fleet.stop(), [], "had to be killed")
            while stream.readline():
                pass

    def the_public_sees_what_is_tagged(self):
        found = self.json("/public/status.json")
        self.assertEqual([one["title"] for one in found["components"]], ["Home page"])
        self.assertEqual(found["state"], "outage")
        status, headers, body = self.get(f"/public/badges/{CHECK}.svg")
        self.assertEqual((status, headers["content-type"]), (200, "image/svg+xml"))
        self.assertIn(b"Home page: outage", body)
        self.assertEqual(self.get("/public/badges/widget.svg")[0], 404)

    def pages_are_served(self):
        status, headers, page = self.get("/")
        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'none'", headers["content-security-policy"])
        self.assertNotIn("unsafe", headers["content-security-policy"])
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(headers["referrer-policy"], "no-referrer")
        self.assertEqual(self.get("/nothing")[0], 404)
        if b"not in this build" in page:
            print("SKIPPED: web-dist: the controller was built without the web interface",
                  flush=True)
            return
        self.assertEqual(self.get(f"/incidents/{self.incident}")[2], page)
        self.assertEqual(self.get("/", if_none_match=headers["etag"])[0], 304)
        script = re.search(rb'src="(/assets/[^"]+\.js)"', page).group(1).decode()
        _, plain_headers, plain = self.get(script)
        _, packed_headers, packed = self.get(script, accept_encoding="gzip")
        self.assertIn("immutable", plain_headers["cache-control"])
        self.assertEqual(packed_headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed), plain)
        self.assertLessEqual(len(packed), 60 * 1024)

    def a_browser_walks(self):
        chromium = shutil.which("chromium")
        packages = ROOT / "web/node_modules/playwright-core"
        if not chromium or not packages.exists() or not shutil.which("node"):
            print("SKIPPED: web-browser: chromium, node or the packages of web/ are missing",
                  flush=True)
            return
        if b"not in this build" in self.get("/")[2]:
            return
        token = (self.fleet.fleet.state_dir / "admin.token").read_text().strip()
        walk = functools.partial(subprocess.run, capture_output=True, text=True, check=False,
                                 timeout=WALK_SECONDS)
        done = walk(["node", "tests/e2e/walk.mjs"], cwd=ROOT / "web", env={
            **os.environ, "BASE": self.fleet.fleet.api_url, "CHECK": CHECK, "REGION": BROKEN,
            "INCIDENT": self.incident, "TOKEN": token, "CHROMIUM": chromium})
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-3000:])


if __name__ == "__main__":
    unittest.main()
