#!/usr/bin/env python3
"""`picket replay` with real processes: a recorded outage of one region is played through changed
checks, from the controller and from an exported file."""
import json
import unittest

from small_fleet import RECEIVER, SmallFleet

REGIONS = ("eu-west-1", "sa-east-1", "us-east-1")


def checks_text(url, quorum, more=""):
    return f"""version: 1
defaults: {{owner: e2e, interval: 5s, timeout: 2s, retries: 0, regions: all, notify: {RECEIVER}}}
checks:
  - name: shop
    http: GET {url}/${{{{ region }}}}
    quorum: {quorum}
{more}"""


class ReplayTest(unittest.TestCase):
    def setUp(self):
        self.small = SmallFleet(self, REGIONS)
        self.changed = self.small.directory / "changed"
        self.changed.mkdir()

    def write(self, quorum, more=""):
        path = self.changed / "shop.check.yaml"
        path.write_text(checks_text(self.small.target.url, quorum, more))

    def record_an_outage(self):
        """One region of three fails, which is enough for a quorum of one, and recovers."""
        (self.small.checks / "shop.check.yaml").write_text(checks_text(self.small.target.url, 1))
        self.small.fleet.ask_text("reload", seconds=60)
        self.small.wait_for(lambda: self.verdict() == "up", "verdict `up`")
        self.small.target.broken = {"eu-west-1"}
        self.small.wait_for(lambda: self.small.incidents("shop"), "incident")
        self.small.wait_for(lambda: self.runs_failed() >= 4, "four failed runs")
        self.small.target.broken = set()
        self.small.wait_for(lambda: self.small.incidents("shop")[0]["state"] == "resolved",
                            "end of the incident")

    def verdict(self):
        checks = self.small.fleet.ask("status")["checks"]
        return checks[0]["verdict"] if checks else None

    def runs_failed(self):
        return len(self.small.fleet.ask("results", "shop", "--failed")["results"])

    def replay(self, code, *arguments):
        out = self.small.picket("replay", "--checks", self.changed, "-o", "json", *arguments)
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        return json.loads(out.stdout)

    def kinds(self, document):
        return sorted((one["kind"], one["alert"]) for one in document["differences"])

    def test_a_page_vanishes_with_a_higher_quorum(self):
        self.record_an_outage()
        self.write(1)
        same = self.replay(0)
        self.assertEqual(self.kinds(same), [("same", "down")])
        recorded = self.small.incidents("shop")[0]
        played = same["differences"][0]["after"]
        self.assertEqual(played["opened"], recorded["opened"])
        self.assertEqual([page["receiver"] for page in played["pages"]], [RECEIVER])
        self.assertLess(played["detection_ms"], 10_000)

        self.write(2)
        changed = self.replay(1)
        self.assertEqual(self.kinds(changed), [("appears", "regional"), ("vanishes", "down")])
        self.replay(0, "--allow", "vanishes,appears")

        # The same from a file, also in part, and long after.
        file = self.small.directory / "outage.history"
        self.small.expect(0, "history", "export", "-o", file)
        from_file = self.replay(1, "--history", file)
        self.assertEqual(self.kinds(from_file), self.kinds(changed))
        text = self.small.expect(1, "replay", "--checks", self.changed, "--history", file)
        self.assertIn("vanishes  shop down (critical)", text)
        self.assertRegex(text, r"paged .* after the first bad run")

        # What history cannot judge is said.
        self.write(1, "    alerts: [{when: 'p95(ttfb) > 1s over 10m'}]\n")
        self.small.expect(3, "replay", "--checks", self.changed, "--history", file)
        self.write(1, "    interval: 1m\n")
        judged = self.replay(0, "--history", file)
        self.assertIn("interval 1m: the runs were made every 5s",
                      judged["not_judged"][0]["notes"])

        self.refuses_bad_input(file)
        self.assertEqual(self.small.fleet.stop(), [])

    def refuses_bad_input(self, file):
        self.write(1)
        damaged = self.small.directory / "damaged.history"
        whole = file.read_text()
        replay = ("replay", "--checks", self.changed)
        damaged.write_text(whole[:len(whole) // 2])
        self.assertIn("is cut or damaged",
                      self.small.expect(4, *replay, "--history", damaged))
        damaged.write_text(whole.replace('"picket_history":1', '"picket_history":7', 1))
        self.assertIn("version 7", self.small.expect(2, *replay, "--history", damaged))
        self.assertIn("No such file", self.small.expect(
            4, *replay, "--history", self.small.directory / "absent"))
        self.assertIn("range is empty", self.small.expect(
            2, *replay, "--from", "1m", "--to", "5m"))
        self.assertIn("older than what the controller keeps", self.small.expect(
            4, *replay, "--from", "30d"))
        self.assertIn("in the future", self.small.expect(
            2, *replay, "--from", "2100-01-01T00:00:00Z", "--to", "2100-01-02T00:00:00Z"))
        self.assertIn("is no time", self.small.expect(2, *replay, "--from", "yesterday"))


if __name__ == "__main__":
    unittest.main()
