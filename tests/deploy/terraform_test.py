#!/usr/bin/env python3
"""The Terraform modules: layout, tests of the one without a provider, its script."""
import os
import shutil
import tempfile
import unittest

import support

FOLDER = support.ROOT / "deploy/terraform"
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

    def test_the_install_script_refuses_a_package_that_is_not_the_named_one(self):
        text = (FOLDER / "modules/fleet/install.sh").read_text()
        self.assertLess(text.index("sha256sum --check"), text.index("apt-get install"))
        support.run("sh", "-n", FOLDER / "modules/fleet/install.sh")


if __name__ == "__main__":
    support.need("deploy-terraform", REASON, "terraform")
    unittest.main()
