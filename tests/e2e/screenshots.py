#!/usr/bin/env python3
"""Makes the README's pictures: python3 tests/e2e/screenshots.py DIR, with PICKET_BIN as for tests.

A real controller and agents of eight regions watch a small shop for some rounds; then the login
breaks everywhere and the checkout in one region. Takes about five minutes. With pngquant the files
become smaller.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.e2e.small_fleet import SmallFleet, Target  # noqa: E402

REGIONS = ("ap-northeast-1", "ap-south-1", "ca-central-1", "eu-central-1", "eu-west-1", "sa-east-1",
           "us-east-1", "us-west-2")
ROUNDS = 18
LOGIN = "shop-login"
REGION = "eu-west-1"
CHECKS = """\
version: 1
defaults: {owner: web, service: shop, interval: 10s, timeout: 3s, regions: all, tags: [shop]}
checks:
  - name: shop-home
    title: Home page
    tags: [shop, public]
    http: GET TARGET/home
    expect: {status: 200}
    slo: {objective: 99.9, window: 30d}
  - name: shop-login
    title: Log in
    tags: [shop, public]
    slo: {objective: 99.5, window: 30d}
    steps:
      - name: open the form
        http: GET TARGET/login
        expect: {status: 200}
      - name: send the form
        http: GET TARGET/session
        expect:
          status: 200
          duration: {lt: 2s}
  - name: shop-checkout
    title: Pay
    http: GET TARGET/checkout/${{ region }}
    expect: {status: 200}
  - name: shop-search
    title: Search
    http: GET TARGET/search
    expect: {status: 200}
  - name: reviews-widget
    title: Reviews of somebody else
    owner: partners
    tags: [third-party]
    http: GET TARGET/widget
    expect: {status: 200}
"""


class Shop(Target):
    """Answers as fast or slow as a shop does."""

    @property
    def delay(self):
        return random.uniform(0.02, 0.09)

    @delay.setter
    def delay(self, _):
        """Drawn anew for every answer."""


class Pictures(unittest.TestCase):
    def runTest(self):  # noqa: N802: unittest's name
        directory = Path(os.environ["SHOTS"])
        directory.mkdir(parents=True, exist_ok=True)
        fleet = SmallFleet(self, REGIONS, target=Shop())
        (fleet.checks / "shop.check.yaml").write_text(CHECKS.replace("TARGET", fleet.target.url))
        fleet.expect(0, "reload")
        fleet.wait_for(lambda: self.rounds(fleet) >= ROUNDS, "rounds that passed", 600)
        fleet.target.broken.update({"session", "checkout/us-east-1"})
        incident = fleet.wait_for(lambda: self.paged(fleet), "incident", 180)
        self.addCleanup(fleet.target.broken.clear)
        done = self.rounds(fleet) + 2
        fleet.wait_for(lambda: self.rounds(fleet) >= done, "more rounds", 180)
        subprocess.run(["node", "tests/e2e/shots.mjs"], cwd=ROOT / "web", check=True, timeout=300,
                       env={**os.environ, "BASE": fleet.fleet.api_url, "CHECK": LOGIN,
                            "REGION": REGION, "INCIDENT": incident,
                            "SHOTS": str(directory.resolve())})
        for path in sorted(directory.glob("*.png")):
            if shutil.which("pngquant"):
                subprocess.run(["pngquant", "--force", "--ext", ".png", "--speed", "1", str(path)],
                               check=True)
            print(f"{path}: {path.stat().st_size // 1024} KiB")

    @staticmethod
    def rounds(fleet):
        """Of the check's region with the fewest."""
        url = f"{fleet.fleet.api_url}/api/v1/grid?check={LOGIN}&rounds=120"
        with urllib.request.urlopen(url, timeout=20) as answer:
            grid = json.load(answer)
        return min((len(one["verdicts"].strip(".")) for one in grid["checks"][0]["regions"]),
                   default=0)

    @staticmethod
    def paged(fleet):
        found = [one for one in fleet.incidents(LOGIN) if one["state"] == "open"]
        return found[0]["id"] if found else None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.environ["SHOTS"] = str(Path(sys.argv[1]).resolve())
    sys.exit(not unittest.TextTestRunner().run(Pictures()).wasSuccessful())


if __name__ == "__main__":
    main()
