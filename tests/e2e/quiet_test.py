#!/usr/bin/env python3
"""What is not paged on purpose, with real processes: maintenance, shadow, silences, dependencies
and common causes keep pages back, say so, and let them out when they end; a threshold pages
beside the verdicts."""
import json
import time
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone

from oracle_judgement import judge
from small_fleet import BIN, RECEIVER, SmallFleet, Target, serve

REGIONS = ("eu-west-1", "us-east-1")
SECONDS = 60
# A host of its own for each: checks of one host have one cause.
HOSTS = {name: f"127.0.0.{number}" for number, name in enumerate(
    ("loud", "windowed", "shadowed", "hushed", "base", "dependent", "twin-a", "slow"), start=2)}
HOSTS["twin-b"] = HOSTS["twin-a"]


def make_target(host):
    """Broken on all its paths until it is mended; that of `slow` is merely slow."""
    if host == HOSTS["slow"]:
        return Target(host, delay=0.15)
    return Target(host, broken=[name for name, its in HOSTS.items() if its == host])


def checks_text(urls):
    until = (datetime.now(timezone.utc) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    begin = (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    extra = {
        "windowed": f"maintenance: [{{start: '{begin}', end: '{until}', reason: new database}}]",
        "shadowed": "rollout: shadow",
        "dependent": "depends_on: [base]",
        "slow": "alerts: [{name: sluggish, when: max(duration) > 50ms over 1m, samples: 2, "
                "severity: warning}]\n    slo: {objective: 99, window: 7d}",
    }
    items = "".join(f"  - name: {name}\n    http: GET {url}\n" +
                    (f"    {extra[name]}\n" if name in extra else "")
                    for name, url in urls.items())
    return ("version: 1\ndefaults: {owner: e2e, interval: 5s, timeout: 2s, retries: 0, "
            f"regions: all, quorum: 2, notify: {RECEIVER}}}\nchecks:\n{items}")


class QuietTest(unittest.TestCase):
    def setUp(self):
        self.targets = {host: serve(self, make_target(host)) for host in set(HOSTS.values())}
        self.small = SmallFleet(self, REGIONS)
        self.fleet = self.small.fleet
        self.receiver = self.small.receiver

    def install(self):
        self.small.install(checks_text({name: f"{self.targets[host].url}/{name}"
                                        for name, host in HOSTS.items()}))

    def mend(self, name):
        self.targets[HOSTS[name]].broken.clear()

    def wait_for(self, what, message):
        end = time.monotonic() + SECONDS
        while True:
            found = what()
            if found:
                return found
            self.assertLess(time.monotonic(), end, f"no {message}\n{self.picture()}")
            time.sleep(0.2)

    def picture(self):
        pages = {name: self.pages(name) for name in HOSTS}
        return json.dumps({"pages": pages, "events": self.events()}, indent=1)[:4000]

    def incident(self, check):
        """The newest incident of the check with its timeline and pages."""
        found = self.fleet.ask("incidents", "--check", check)["incidents"]
        return self.fleet.ask("incidents", "show", found[0]["id"]) if found else None

    def pages(self, check):
        """["trigger suppressed", ..] of its newest incident."""
        incident = self.incident(check)
        return [f"{page['action']} {page['state']}" for page in incident["pages"]] \
            if incident else []

    def events(self):
        """(action, source) of what PagerDuty was told, in order."""
        url = f"http://127.0.0.1:{self.receiver.port}/control/events"
        with urllib.request.urlopen(url, timeout=10) as answer:
            entries = json.loads(answer.read())
        sources, out = {}, []
        for entry in entries:
            event = entry["event"]
            key = event["dedup_key"]
            sources.setdefault(key, event.get("payload", {}).get("source"))
            out.append((event["event_action"], sources[key]))
        return out

    def all_delivered(self):
        with urllib.request.urlopen(f"{self.fleet.api_url}/api/v1/deliveries",
                                    timeout=10) as answer:
            owed = json.loads(answer.read())["deliveries"]
        return all(page["state"] == "accepted" for page in owed)  # but for their fences

    def told(self, action, check):
        return (action, check) in self.events()

    def test_pages_are_kept_back_on_purpose_and_never_an_end(self):
        silence = self.fleet.ask("silence", "add", "check=hushed", "--for", "1h", "--comment",
                                 "a known fault", "--by", "anna")["silence"]["id"]
        self.install()
        self.wait_for(lambda: self.told("trigger", "loud"), "page of `loud`")
        for name in ("windowed", "shadowed", "hushed"):
            self.wait_for(lambda: "trigger suppressed" in self.pages(name),
                          f"record that the page of `{name}` is kept back")
        self.wait_for(lambda: self.told("trigger", "base"), "page of `base`")
        self.wait_for(lambda: self.pages("dependent"), "incident of `dependent`")
        twins = ("twin-a", "twin-b")
        self.wait_for(lambda: all(self.pages(name) for name in twins), "incidents of the twins")
        joined = [name for name in twins if "trigger suppressed" in self.pages(name)]
        self.assertEqual(len(joined), 1, self.picture())
        kept = self.incident(joined[0])
        self.assertIn("same cause as incident", kept["pages"][0]["last_error"])
        self.assertTrue(kept["incident"]["parent"])
        self.assertIn("new database", self.incident("windowed")["pages"][0]["last_error"])
        self.assertIn("a known fault", self.incident("hushed")["pages"][0]["last_error"])

        # A threshold stands beside the verdicts.
        self.wait_for(lambda: self.told("trigger", "slow"), "page of the threshold")
        title = self.incident("slow")["incident"]["title"]
        self.assertRegex(title, r"^slow: max\(duration\) is .* over 1m .*the alert is at")
        self.assertIn("slow", self.fleet.ask_text("slo"))

        # What keeps a page back ends: the page goes out.
        self.assertIn("anna", self.fleet.ask_text("silence", "list"))
        self.fleet.ask_text("silence", "end", silence, "--by", "bert")
        self.wait_for(lambda: self.told("trigger", "hushed"), "page when the silence was over")
        other = "twin-b" if joined[0] == "twin-a" else "twin-a"
        self.assertFalse(self.told("trigger", joined[0]))

        # Ends are told of whatever was told of, and of nothing else.
        for name in ("loud", "hushed", "windowed", "shadowed"):
            self.mend(name)
        for name in ("loud", "hushed"):
            self.wait_for(lambda: self.told("resolve", name), f"end of `{name}`")
        self.wait_for(lambda: self.incident("windowed")["incident"]["state"] == "resolved",
                      "end of `windowed`")
        self.wait_for(lambda: self.incident("shadowed")["incident"]["state"] == "resolved",
                      "end of `shadowed`")
        for name in ("windowed", "shadowed"):
            self.assertEqual([one for one in self.events() if one[1] == name], [])
        self.assertTrue(self.told("trigger", other))
        self.assertFalse(self.told("resolve", other))
        self.wait_for(self.all_delivered, "end of deliveries")
        self.assertEqual(self.fleet.stop(), [])
        self.assertEqual("", judge(BIN, self.fleet.state_dir / "picket.db", self.receiver.record,
                                   self.small.directory / "history.jsonl"))


if __name__ == "__main__":
    unittest.main()
