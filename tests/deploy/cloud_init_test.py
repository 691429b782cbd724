#!/usr/bin/env python3
"""The user data that the Terraform module renders, given to Debian's cloud-init: its schema, and a
booted Debian 12 where cloud-init makes an agent of the machine (cloud_init_proof.sh).

cloud-init is installed in that Debian alone: on this machine it would take over the next boot.
"""
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import boot_test
import debian_base
import support

MODULE = support.ROOT / "deploy/terraform/modules/fleet"
AGENT = "home-1"
PACKAGE_URL = "https://localhost:9443/picket-agent.deb"
# The proof puts what its controller has in place of these.
TOKEN = "token-of-the-proof"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nlines-of-the-proof\n-----END CERTIFICATE-----\n"


def rendered(sha256, **more):
    """The user data of one agent, as `terraform apply` makes it."""
    given = {"controller_url": "https://localhost:8443", "controller_ca_pem": CERTIFICATE,
             "package": {"url": PACKAGE_URL, "sha256": sha256}, "join_tokens": {AGENT: TOKEN},
             "regions": {"home": {"cloud": "vm", "location": "here"}}, **more}
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "fleet"
        shutil.copytree(MODULE, place)
        (place / "terraform.tfvars.json").write_text(json.dumps(given))
        support.run("terraform", "init", "-backend=false", "-input=false", cwd=place,
                    env=environment)
        support.run("terraform", "apply", "-auto-approve", "-input=false", cwd=place,
                    env=environment)
        return json.loads(support.run("terraform", "output", "-json", "user_data", cwd=place,
                                      env=environment))[AGENT]


class CloudInit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.debs = support.packages() or support.make_packages()
        names = [*debian_base.dependencies(cls.debs.values()), "cloud-init"]
        cls.base = debian_base.with_packages(support.BUILD / "cloud-base", names,
                                             debian_base.ALWAYS)

    def says(self, text):
        """What cloud-init's schema says of user data; an AssertionError is its refusal."""
        with tempfile.TemporaryDirectory(dir=self.base / "tmp") as folder:
            path = pathlib.Path(folder) / "user-data"
            path.write_text(text)
            return support.run("chroot", self.base, "cloud-init", "schema", "--config-file",
                               f"/{path.relative_to(self.base)}")

    def test_the_schema_takes_what_the_module_renders(self):
        for more in ({}, {"allow_networks": ["10.20.0.0/16"]}):
            text = rendered("0" * 64, **more)
            self.assertTrue(text.startswith("#cloud-config\n"))
            self.assertIn("Valid cloud-config", self.says(text))

    def test_the_schema_would_refuse_a_mistake(self):
        text = rendered("0" * 64)
        for right, wrong in (('"package_update": true', '"package_update": "perhaps"'),
                             ('"permissions": "0600"', '"permissions": 600'),
                             ("#cloud-config", "#a-comment")):
            self.assertIn(right, text)
            with self.assertRaises(AssertionError, msg=wrong):
                self.says(text.replace(right, wrong))

    def test_cloud_init_makes_an_agent_of_a_machine(self):
        boot_test.need_boots()
        with tempfile.TemporaryDirectory() as folder:
            proof = pathlib.Path(folder)
            for deb in self.debs.values():
                shutil.copy(deb, proof / f"{deb.name.partition('_')[0]}.deb")
            agent = (proof / "picket-agent.deb").read_bytes()
            (proof / "user-data").write_text(rendered(hashlib.sha256(agent).hexdigest()))
            (proof / "user-data.wrong").write_text(rendered("0" * 64))
            self.assertEqual(boot_test.prove(self.base, proof, "cloud_init_proof.sh"), 0)


if __name__ == "__main__":
    support.need("deploy-terraform", "terraform is not installed", "terraform")
    support.need("deploy-boot", boot_test.REASON, "debootstrap")
    if os.geteuid() != 0:
        support.skip("deploy-boot", boot_test.REASON)
    sys.exit(unittest.main())
