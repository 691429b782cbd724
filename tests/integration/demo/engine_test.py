"""The demo's checks on its shop with `picket run`: all pass, and each fault fails exactly the
checks that it should, for the reason that it has."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT

from demo.processes import Processes
from demo.shop import faults
from demo.shop.shop import Shop

SHOP_CHECKS = {"shop-home", "shop-login", "shop-checkout", "shop-health"}
ALL_CHECKS = SHOP_CHECKS | {"shop-widget", "shop-reviews"}
BROKEN_REGION, OTHER_REGION = "sa-east-1", "eu-west-1"


class Engine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="picket-engine-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        processes = Processes(cls.directory / "logs")
        cls.addClassCleanup(processes.stop_all, 10)
        cls.shop = Shop(cls.directory / "shop", processes)
        cls.shop.start()
        cls.checks = cls.directory / "checks"
        cls.checks.mkdir()
        cls.shop.copy_checks(cls.checks)
        cls.handle = faults.ShopHandle(cls.shop.state())

    def run_checks(self, region=OTHER_REGION):
        """The runs of all checks by name, as an agent of this region makes them."""
        done = subprocess.run(
            [Path(os.environ["PICKET_BIN"]) / "picket", "run", self.checks, "-o", "json",
             "--allow", "127.0.0.0/8", "--ca-file", self.shop.ca_file, "--region", region,
             "--resolver", self.shop.resolver_of(region), "--secrets-dir", self.shop.secrets],
            capture_output=True, text=True, timeout=90, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        runs = {run["check"]: run for run in json.loads(done.stdout)["runs"]}
        self.assertEqual(set(runs), ALL_CHECKS)
        return runs

    def failures(self, name, region=OTHER_REGION):
        """The kinds of the failures by failed check while a fault is on."""
        faults.switch(self.handle, name, True)
        self.addCleanup(faults.switch, self.handle, name, False)
        found = {}
        for check, run in self.run_checks(region).items():
            if run["verdict"] != "pass":
                found[check] = {failure["kind"] for step in run["attempts"][-1]["steps"]
                                for failure in step["failures"]}
        return found

    def test_all_checks_pass_everywhere(self):
        for region in (OTHER_REGION, BROKEN_REGION):
            verdicts = {run["verdict"] for run in self.run_checks(region).values()}
            self.assertEqual(verdicts, {"pass"})

    def test_a_broken_login_fails_the_login_and_shows_no_password(self):
        failures = self.failures("login")
        self.assertEqual(set(failures), {"shop-login"})
        self.assertIn("http_status", failures["shop-login"])
        self.assertNotIn("picket-demo", json.dumps(self.run_checks()["shop-login"]))

    def test_a_broken_payment_fails_the_checkout_and_its_clean_up_still_runs(self):
        self.assertEqual(set(self.failures("checkout")), {"shop-checkout"})
        steps = self.run_checks()["shop-checkout"]["attempts"][-1]["steps"]
        self.assertEqual([step["status"] for step in steps], ["passed", "failed", "passed"])

    def test_a_service_that_says_it_fails_is_believed(self):
        self.assertEqual(set(self.failures("health")), {"shop-health"})

    def test_a_slow_third_party_fails_its_script_only(self):
        self.assertEqual(self.failures("third-party"), {"shop-widget": {"expectation"}})

    def test_a_broken_edge_fails_in_its_regions_only(self):
        failures = self.failures("edge", BROKEN_REGION)
        self.assertEqual(set(failures), SHOP_CHECKS)
        self.assertTrue(all("http_status" in kinds for kinds in failures.values()))
        self.assertEqual({run["verdict"] for run in self.run_checks().values()}, {"pass"})

    def test_an_expired_certificate_is_named_as_such(self):
        self.assertEqual(self.failures("certificate"),
                         {check: {"tls_expired"} for check in SHOP_CHECKS})

    def test_a_name_that_is_gone_is_named_as_such(self):
        self.assertEqual(self.failures("dns"),
                         {check: {"dns_nxdomain"} for check in SHOP_CHECKS})


if __name__ == "__main__":
    unittest.main()
