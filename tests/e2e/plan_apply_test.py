#!/usr/bin/env python3
"""`picket plan` and `picket apply` with a real controller: the round trip, what is refused, and
kill -9 of the controller while sets of checks change places."""
import json
import random
import shutil
import subprocess
import time
import unittest

from small_fleet import RECEIVER, SmallFleet

REGIONS = ("eu-west-1", "us-east-1")
KILLS = 8


def check_text(name, more=""):
    return f"""version: 1
defaults: {{owner: e2e, regions: [eu-west-1, sa-east-1, us-east-1], notify: {RECEIVER}}}
checks:
  - name: {name}
    http: GET https://{name}.example/
{more}"""


class PlanApplyTest(unittest.TestCase):
    def setUp(self):
        self.small = SmallFleet(self, REGIONS, agents=False)
        self.mine = self.small.directory / "mine"
        self.mine.mkdir()

    def write(self, name, more=""):
        (self.mine / f"{name}.check.yaml").write_text(check_text(name, more))

    def plan(self, code):
        out = self.small.picket("plan", self.mine, "-o", "json")
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        return json.loads(out.stdout)

    def apply(self, code, *arguments):
        return self.small.expect(code, "apply", self.mine, "--yes", *arguments)

    def without_token(self, *arguments):
        program, *_ = self.small.fleet.command()
        done = subprocess.run([program, "--controller", self.small.fleet.api_url,
                               *map(str, arguments)], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        return done.stderr

    def files_in_place(self):
        return sorted(path.name for path in self.small.checks.rglob("*.check.yaml"))

    def test_the_round_trip(self):
        for name in ("home", "pay", "search"):
            self.write(name)
        self.assertEqual([one["kind"] for one in self.plan(1)["changes"]], ["added"] * 3)
        self.assertIn("applied: 3 checks in force", self.apply(0))
        self.assertEqual(self.small.in_force(), ["home", "pay", "search"])
        self.assertEqual(self.plan(0)["changes"], [])
        self.assertIn("no change: 3 checks", self.apply(0))

        self.write("pay", "    quorum: all\n    timeout: 10s\n")
        (self.mine / "search.check.yaml").unlink()
        planned = self.plan(1)
        pay, search = planned["changes"]
        self.assertEqual([one["key"] for one in pay["keys"]], ["timeout", "quorum"])
        down = next(one for one in pay["proofs"] if one["alert"] == "down")
        self.assertEqual((down["before"]["smallest_regions"], down["after"]["smallest_regions"]),
                         (2, 3))
        self.assertEqual((search["check"], search["kind"]), ("search", "removed"))
        text = self.small.expect(1, "plan", self.mine)
        self.assertIn("quorum: (default) -> all", text)
        self.assertIn("- search", text)

        # Only what was looked at is applied.
        self.assertIn("nobody is there to be asked", self.small.expect(2, "apply", self.mine))
        self.assertIn("not the plan that was looked at", self.apply(4, "--plan", "0" * 64))
        self.assertEqual(self.small.in_force(), ["home", "pay", "search"])
        self.apply(0, "--plan", planned["plan"])
        self.assertEqual(self.small.in_force(), ["home", "pay"])
        self.assertEqual(self.files_in_place(), ["home.check.yaml", "pay.check.yaml"])
        self.assertIn("not the plan", self.apply(4, "--plan", planned["plan"]))

        self.refuses()
        self.assertEqual(self.small.fleet.stop(), [])

    def refuses(self):
        # Mistakes, and what would remove everything.
        self.write("pay", "    intervall: 5m\n")
        self.assertIn("unknown key", self.apply(3))
        shutil.rmtree(self.mine)
        self.mine.mkdir()
        self.assertIn("it would remove 2 of 2 checks", self.apply(2))
        self.write("home")
        self.assertIn("admin token", self.without_token("apply", self.mine, "--yes"))
        self.small.expect(4, "plan", self.mine / "absent")
        self.assertEqual(self.small.in_force(), ["home", "pay"])
        # A directory that is somebody else's.
        (self.small.directory / ".git").mkdir()
        self.assertIn("git checkout", self.apply(4))
        (self.small.directory / ".git").rmdir()
        moved = self.small.directory / "checks-1"
        self.small.checks.rename(moved)
        self.small.checks.symlink_to(moved)
        self.assertIn("is a link", self.apply(4))
        self.assertEqual(self.small.in_force(), ["home", "pay"])

    def test_a_kill_leaves_the_old_set_or_the_new_one(self):
        sets = {}
        for letter in "ab":
            directory = self.small.directory / letter
            directory.mkdir()
            sets[letter] = [f"{letter}-{number:02}" for number in range(40)] + ["both"]
            for name in sets[letter]:
                (directory / f"{name}.check.yaml").write_text(check_text(name))
        self.small.expect(0, "apply", self.small.directory / "a", "--yes", "--confirm")
        chance = random.Random(4)
        seen = set()
        for kill in range(KILLS):
            letter = "ba"[kill % 2]
            command = self.small.fleet.command("apply", str(self.small.directory / letter), "--yes",
                                               "--confirm")
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  stdin=subprocess.DEVNULL) as applying:
                time.sleep(chance.uniform(0.02, 0.25))
                self.small.fleet.kill("controller")
                applying.wait(60)
            self.small.wait_for(self.small.fleet.is_ready, "ready controller")
            files = [name.removesuffix(".check.yaml") for name in self.files_in_place()]
            self.assertIn(files, [sorted(one) for one in sets.values()])
            self.assertIn(self.small.in_force(), [sorted(one) for one in sets.values()])
            seen.add(files[0][0])
            # Whatever was left behind, the next one goes through.
            self.small.expect(0, "apply", self.small.directory / letter, "--yes", "--confirm")
            self.assertEqual(self.small.in_force(), sorted(sets[letter]))
            left = list(self.small.directory.glob(".picket-staged-*"))
            self.assertEqual(left, [])
        self.assertEqual(self.small.fleet.stop(), [])


if __name__ == "__main__":
    unittest.main()
