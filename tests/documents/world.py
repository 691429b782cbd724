"""Where the documents' commands run: a controller with agents in three regions, an outage that is
over (`shop` in two of them) and one that is not (`search`), and a directory of changed checks."""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from small_fleet import BIN, RECEIVER, SmallFleet, Target  # noqa: E402

NOTIFY = "pagerduty/shop"
REGIONS = ("eu-west-1", "sa-east-1", "us-east-1")
PASSWORD = "correct horse"
SECONDS = 60  # for an answer on a busy machine


def check_text(name, url, more=""):
    return f"""  - name: {name}
    http: GET {url}
{more}"""


class World:
    """`test` is the unittest.TestCase that cleans up."""

    def __init__(self, test):
        self.test = test
        target = Target()
        target.pages[""] = "Add to basket"  # the shop of install-from-packages.md
        self.small = SmallFleet(test, REGIONS, target=target,
                                names=[RECEIVER, "webhook/demo", NOTIFY])
        self.small.install(self.checks() + self.check("search") + self.check("home"))
        self.record_outages()

    @property
    def state_dir(self):
        return self.small.fleet.state_dir

    def checks(self, more=""):
        return f"""version: 1
defaults:
  owner: shop
  interval: 5s
  timeout: 3s
  retries: 0
  regions: all
  notify: {NOTIFY}
checks:
{self.check("shop", "/${{ region }}", more)}"""

    def check(self, name, path="", more=""):
        return check_text(name, f"{self.small.target.url}/{name}{path}", more)

    def record_outages(self):
        self.wait_for(lambda: self.verdicts() == {"up"}, "verdict `up`")
        # One after the other: incidents of one host at one time are one.
        self.small.target.broken = {"shop/eu-west-1", "shop/us-east-1"}
        self.wait_for(lambda: self.incident("shop", "down"), "incident of shop")
        self.wait_for(lambda: self.failed_runs("shop", "eu-west-1") >= 3, "three failed runs")
        self.small.target.broken = set()
        self.wait_for(lambda: self.incident("shop", "down")["state"] == "resolved",
                      "end of the incident")
        # With `quorum: all` in a replay it is `regional`, which ends later: a region is well when
        # fewer than three of its last five runs failed.
        self.wait_for(lambda: all(self.passes("shop", region, 3)
                                  for region in ("eu-west-1", "us-east-1")), "three passes")
        self.small.target.broken = {"search"}
        self.wait_for(lambda: self.incident("search", "down"), "incident of search")

    def wait_for(self, what, message):
        self.small.wait_for(what, message, seconds=3 * SECONDS)

    def verdicts(self):
        return {one["verdict"] for one in self.small.fleet.ask("status", seconds=SECONDS)["checks"]}

    def failed_runs(self, check, region):
        found = self.small.fleet.ask("results", check, "--region", region, "--failed",
                                     seconds=SECONDS)
        return len(found["results"])

    def passes(self, check, region, count):
        """Whether the last `count` runs there all passed."""
        found = self.small.fleet.ask("results", check, "--region", region, "--limit", str(count),
                                     seconds=SECONDS)
        return [one["verdict"] for one in found["results"]] == ["pass"] * count

    def incident(self, check, alert):
        every = self.small.fleet.ask("incidents", "--check", check, seconds=SECONDS)["incidents"]
        found = [one for one in every if one["alert"] == alert]
        return found[-1] if found else None

    def directory(self, more=""):
        """A reader's: the repository's `deploy`, changed checks and `more`, the token."""
        folder = tempfile.TemporaryDirectory(prefix="picket-page-")
        self.test.addCleanup(folder.cleanup)
        path = Path(folder.name)
        (path / "deploy").symlink_to(ROOT / "deploy")
        (path / "admin.token").symlink_to(self.state_dir / "admin.token")
        (path / "checks").mkdir()
        (path / "checks/shop.check.yaml").write_text(
            self.checks("    quorum: all\n") + self.check("home") + more)
        subprocess.run([BIN / "picket", "fmt", path / "checks"], check=True, capture_output=True)
        return path

    def history_begins(self):
        """The earliest time that may be asked for, as the refusal of an earlier one tells it."""
        refused = self.small.picket("history", "export", "--from", "7d", "-o", "-")
        return re.search(r"its history begins at (\S+)", refused.stderr)[1]

    def environment(self):
        inherited = {name: value for name, value in os.environ.items()
                     if not name.startswith("PICKET")}
        return {**inherited, "NO_COLOR": "1", "PATH": f"{BIN.resolve()}:{os.environ['PATH']}",
                "PICKET_CONTROLLER": self.small.fleet.api_url,
                "PICKET_TOKEN_FILE": str(self.state_dir / "admin.token"),
                "USER": "anna", "VERSION": "1.4.2", "CI_URL": "https://ci.example.com/1"}

    # What a machine's service manager does.

    def stop_controller(self):
        self.test.assertEqual(self.small.fleet.stop(), [])

    def start_controller(self):
        def is_up():
            self.small.fleet.tend()
            return self.small.fleet.is_ready()
        self.wait_for(is_up, "ready controller")

    # What a page leaves open.

    def newest(self, pattern, *arguments):
        """The first match of the pattern in what the command prints."""
        printed = self.small.expect(0, *arguments)
        found = re.search(pattern, printed)
        self.test.assertTrue(found, f"{pattern} in {printed}")
        return found[0]
