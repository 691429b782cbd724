#!/usr/bin/env python3
"""What checks need and what their keys mean: `picket validate --secrets`, `picket explain`."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PICKET = os.environ["PICKET"]

CHECKS = """version: 1
defaults: {owner: shop, notify: pagerduty/shop, timeout: 20s, retries: 2}
checks:
  - name: home
    http: {url: "https://a.test/", bearer: "${{ secrets.TOKEN }}"}
  - name: basket
    http: {url: "https://a.test/", basic: {username: x, password: "${{ secrets.PASSWORD }}"},
           headers: {x-token: "${{ secrets.TOKEN }}"}}
"""


class ExplainTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-explain-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        (self.path / "a.check.yaml").write_text(CHECKS)

    def picket(self, *arguments, wanted=0, **environment):
        done = subprocess.run([PICKET, *arguments], cwd=self.path, text=True, timeout=20,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.PIPE, env={"LC_ALL": "C.UTF-8", **environment})
        self.assertEqual(done.returncode, wanted, done.stdout + done.stderr)
        return done.stdout if wanted == 0 or done.stdout else done.stderr

    def test_validate_lists_secrets_and_who_needs_them(self):
        self.assertNotIn("TOKEN", self.picket("validate"))
        out = self.picket("validate", "--secrets")
        self.assertTrue(out.endswith("secrets, and the checks that need them:\n"
                                     "  PASSWORD  basket\n"
                                     "  TOKEN     home, basket\n"), out)

    def test_a_secret_that_is_missing_here_is_told_and_ends_with_1(self):
        (self.path / "TOKEN").write_text("canary-value\n")
        out = self.picket("validate", "--secrets-dir", ".", wanted=1)
        self.assertIn("  PASSWORD  basket: not here\n", out)
        self.assertIn("  TOKEN     home, basket\n", out)
        self.assertNotIn("canary-value", out)
        self.picket("validate", "--secrets-dir", ".", PICKET_SECRET_PASSWORD="x")

    def test_json_has_secrets_and_the_longest_run_of_each_check(self):
        document = json.loads(self.picket("validate", "-o", "json"))
        self.assertEqual(document["secrets"], [{"name": "PASSWORD", "checks": ["basket"]},
                                               {"name": "TOKEN", "checks": ["home", "basket"]}])
        proof = document["checks"][0].pop("paging")
        self.assertEqual((proof["regions"], proof["regions_source"]), (3, "assumed"))
        self.assertEqual(document["checks"][0], {"name": "home", "secrets": ["TOKEN"],
                                                 "run_limit_ms": 60000})
        document = json.loads(self.picket("validate", "-o", "json", "--secrets-dir", ".", wanted=1))
        self.assertEqual([secret["present"] for secret in document["secrets"]], [False, False])

    def test_the_proof_of_what_pages_names_its_regions(self):
        self.assertNotIn("regional", self.picket("validate"))
        said = self.picket("validate", "-v", "--regions", "12")
        self.assertIn("home: 12 regions (given), quorum 3, somebody looks every 25.00 s\n", said)
        self.assertIn("3 of 12 regions, within 36.00 s", said)
        self.assertIn("home: 2 regions (given)", self.picket("validate", "-v", "--regions", "a,b"))
        self.assertIn("home: 3 regions (assumed)", self.picket("validate", "-v"))
        self.picket("validate", "--regions", "0", wanted=2)

    def test_explain_a_kind_names_its_keys_and_facts(self):
        out = self.picket("explain", "expect", "--kind", "http")
        self.assertIn("  status ", out)
        self.assertIn("facts of http, in its expect\n", out)
        self.assertIn("\n  tls.expires_in\n", out)
        self.assertNotIn("  status ", self.picket("explain", "expect", "--kind", "wait"))
        one = self.picket("explain", "expect.tls.version", "--kind", "http")
        self.assertIn("matchers with versions, for example tls: {version:", one)
        self.assertNotIn("expires_in", one)
        self.assertIn("--kind http|", self.picket("explain", "expect"))

    def test_explain_meets_typing_mistakes(self):
        self.assertIn("did you mean `check.interval`?",
                      self.picket("explain", "check.intervall", wanted=2))
        self.assertIn("did you mean `http`?", self.picket("explain", "--kind", "htpp", wanted=2))
        self.assertIn("did you mean `expect.tls.version`?",
                      self.picket("explain", "expect.tls.versoin", "--kind", "http", wanted=2))

    def test_explain_json(self):
        everything = json.loads(self.picket("explain", "-o", "json"))
        self.assertIn("check", everything["maps"])
        self.assertIn("http", everything["kinds"])
        for name in everything["maps"]:
            keys = json.loads(self.picket("explain", name, "-o", "json"))["keys"]
            self.assertTrue(keys and all(key["map"] and key["text"] for key in keys), name)
        for kind in everything["kinds"]:
            page = json.loads(self.picket("explain", "--kind", kind, "-o", "json"))
            self.assertIn("duration", [key["key"] for key in page["keys"]])
            self.assertTrue(all(fact["kind"] == kind for fact in page["facts"]))
        interval = json.loads(self.picket("explain", "check.interval", "-o", "json"))
        self.assertEqual(interval["keys"][0]["default"], "5m")
        self.assertIn("advice", json.loads(self.picket("explain", "E0107", "-o", "json"))["code"])


if __name__ == "__main__":
    unittest.main()
