#!/usr/bin/env python3
"""The Terraform modules: layout, tests of the one without a provider, its script."""
import json
import os
import re
import shutil
import tempfile
import unittest

import support

FOLDER = support.ROOT / "deploy/terraform"
EXAMPLE = FOLDER / "examples/twelve-regions"
REASON = "terraform is not installed"


class Terraform(unittest.TestCase):
    def test_files_are_laid_out(self):
        support.run("terraform", "fmt", "-recursive", "-check", FOLDER)

    def test_the_fleet_module_passes_its_own_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            module = os.path.join(folder, "fleet")  # terraform writes beside what it reads
            shutil.copytree(FOLDER / "modules/fleet", module)
            environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
            support.run("terraform", "init", "-backend=false", "-input=false", cwd=module,
                        env=environment)
            support.run("terraform", "validate", cwd=module, env=environment)
            shown = support.run("terraform", "test", "-no-color", cwd=module, env=environment)
        self.assertRegex(shown, r"Success! [1-9]\d* passed, 0 failed")

    def test_the_example_makes_an_agent_in_each_of_twelve_regions(self):
        tokens = {region + "-1": "a-token-of-" + region for region in self.regions()}
        self.assertEqual(len(tokens), 12)
        given = {"controller_url": "https://picket.example.com:8443", "join_tokens": tokens,
                 "controller_ca_pem": "-----BEGIN CERTIFICATE-----\n",
                 "package": {"url": "https://packages.example.com/a.deb", "sha256": "0" * 64}}
        with tempfile.TemporaryDirectory() as folder:
            place = os.path.join(folder, "examples/one")
            os.makedirs(place)
            for name in ("main.tf", "variables.tf"):  # clouds.tf wants the clouds' providers
                shutil.copy(EXAMPLE / name, place)
            shutil.copytree(FOLDER / "modules/fleet", os.path.join(folder, "modules/fleet"))
            with open(os.path.join(place, "terraform.tfvars.json"), "w", encoding="utf-8") as out:
                json.dump(given, out)
            environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
            support.run("terraform", "init", "-backend=false", "-input=false", cwd=place,
                        env=environment)
            shown = support.run("terraform", "plan", "-no-color", "-input=false", cwd=place,
                                env=environment)
        for region in self.regions():
            self.assertIn(region, shown)

    def regions(self):
        return re.findall(r"^    (\S+) += { cloud", (EXAMPLE / "main.tf").read_text(), re.M)

    def test_the_example_has_a_machine_for_each_agent_and_all_its_arguments(self):
        text = (EXAMPLE / "clouds.tf").read_text()
        main = (EXAMPLE / "main.tf").read_text()
        for region in re.findall(r'^    (\S+) += { cloud = "aws"', main, re.M):
            self.assertIn(f'module "{region}" {{', text)
            self.assertIn(f'user_data = module.fleet.user_data["{region}-1"]', text)
        for block in re.findall(r"^module .*?^}", text, re.M | re.S):
            module = re.search(r'modules/([a-z-]+)"', block).group(1)
            declared = re.findall(r'^variable "(\w+)" {(.*?)^}',
                                  (FOLDER / f"modules/{module}/variables.tf").read_text(),
                                  re.M | re.S)
            given = set(re.findall(r"^  (\w+) +=", block, re.M))
            given -= {"source", "providers", "for_each"}
            self.assertEqual(given - {name for name, _ in declared}, set())
            self.assertEqual({name for name, body in declared if "default" not in body} - given,
                             set())

    def test_the_install_script_refuses_a_package_that_is_not_the_named_one(self):
        text = (FOLDER / "modules/fleet/install.sh").read_text()
        self.assertLess(text.index("sha256sum --check"), text.index("apt-get install"))
        support.run("sh", "-n", FOLDER / "modules/fleet/install.sh")


if __name__ == "__main__":
    support.need("deploy-terraform", REASON, "terraform")
    unittest.main()
