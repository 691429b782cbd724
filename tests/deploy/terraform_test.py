#!/usr/bin/env python3
"""The Terraform modules: layout, tests of the one without a provider, its script, and what makes a
machine anew."""
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

import support

FOLDER = support.ROOT / "deploy/terraform"
EXAMPLE = FOLDER / "examples/twelve-regions"
REASON = "terraform is not installed"
MACHINES = {"aws": "aws_instance", "google": "google_compute_instance",
            "azure": "azurerm_linux_virtual_machine"}
GIVEN = {"controller_url": "https://picket.example.com:8443",
         "controller_ca_pem": "-----BEGIN CERTIFICATE-----\n",
         "package": {"url": "https://packages.example.com/a.deb", "sha256": "0" * 64}}


def terraform(*words, cwd):
    return support.run("terraform", *words, cwd=cwd, env={
        **os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"})


def stand_in(cloud):
    """The module of a cloud as far as terraform goes without its provider: what triggers, and the
    machine's lifecycle, on a resource of terraform's own, whose one argument is the user data."""
    text = (FOLDER / f"modules/agent-on-{cloud}/main.tf").read_text()
    trigger = re.search(r'^resource "terraform_data" .*?^}', text, re.M | re.S).group()
    machine = re.search(rf'^resource "{MACHINES[cloud]}" .*?^}}', text, re.M | re.S).group()
    lifecycle = re.search(r"^  lifecycle {.*?^  }", machine, re.M | re.S).group()
    lifecycle, count = re.subn(r"(ignore_changes *=) \[.*\]", r"\1 [input]", lifecycle)
    assert count == 1, text
    return (f'{trigger}\nresource "terraform_data" "agent" {{\n  input = var.user_data\n'
            f'{lifecycle}\n}}\nvariable "user_data" {{}}\nvariable "generation" {{}}\n')



class Terraform(unittest.TestCase):
    def test_files_are_laid_out(self):
        support.run("terraform", "fmt", "-recursive", "-check", FOLDER)

    def test_the_fleet_module_passes_its_own_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            module = os.path.join(folder, "fleet")  # terraform writes beside what it reads
            shutil.copytree(FOLDER / "modules/fleet", module)
            terraform("init", "-backend=false", "-input=false", cwd=module)
            terraform("validate", cwd=module)
            shown = terraform("test", "-no-color", cwd=module)
        self.assertRegex(shown, r"Success! [1-9]\d* passed, 0 failed")

    def test_the_example_makes_an_agent_in_each_of_twelve_regions(self):
        tokens = {region + "-1": "a-token-of-" + region for region in self.regions()}
        self.assertEqual(len(tokens), 12)
        with tempfile.TemporaryDirectory() as folder:
            place = os.path.join(folder, "examples/one")
            os.makedirs(place)
            for name in ("main.tf", "variables.tf"):  # clouds.tf wants the clouds' providers
                shutil.copy(EXAMPLE / name, place)
            shutil.copytree(FOLDER / "modules/fleet", os.path.join(folder, "modules/fleet"))
            with open(os.path.join(place, "terraform.tfvars.json"), "w", encoding="utf-8") as out:
                json.dump({**GIVEN, "join_tokens": tokens}, out)
            terraform("init", "-backend=false", "-input=false", cwd=place)
            shown = terraform("plan", "-no-color", "-input=false", cwd=place)
        for region in self.regions():
            self.assertIn(region, shown)

    def test_a_new_package_makes_machines_anew_and_a_new_token_does_not(self):
        with tempfile.TemporaryDirectory() as folder:
            place = self.fleet_of_stand_ins(pathlib.Path(folder))
            terraform("init", "-backend=false", "-input=false", cwd=place)
            self.assertEqual(self.planned(place, {}), {cloud: "create" for cloud in MACHINES})
            terraform("apply", "-auto-approve", "-input=false", cwd=place)
            self.assertEqual(self.planned(place, {}), {})
            tokens = {f"{cloud}-1": "another-token-of-" + cloud for cloud in MACHINES}
            self.assertEqual(self.planned(place, {"join_tokens": tokens}), {})
            package = {**GIVEN["package"], "sha256": "1" * 64}
            self.assertEqual(self.planned(place, {"package": package}),
                             {cloud: "replace" for cloud in MACHINES})
            self.assertEqual(self.planned(place, {"allow_networks": ["10.20.0.0/16"]}),
                             {cloud: "replace" for cloud in MACHINES})
            first = {"aws": {"cloud": "aws", "location": "here", "generation": "2"}}
            self.assertEqual(self.planned(place, {"regions": {**self.REGIONS, **first}}),
                             {"aws": "replace"})

    REGIONS = {cloud: {"cloud": cloud, "location": "here"} for cloud in MACHINES}

    def fleet_of_stand_ins(self, folder):
        """A root module: the fleet, with a region and a machine on each cloud."""
        shutil.copytree(FOLDER / "modules/fleet", folder / "fleet")
        names = [name for name, _ in self.declared("fleet")]
        root = "".join(f'variable "{name}" {{ default = null }}\n' for name in names)
        root += 'module "fleet" {\n  source = "./fleet"\n'
        root += "".join(f"  {name} = var.{name}\n" for name in names) + "}\n"
        for cloud in MACHINES:
            (folder / cloud).mkdir()
            (folder / cloud / "main.tf").write_text(stand_in(cloud))
            root += (f'module "{cloud}" {{\n  source = "./{cloud}"\n'
                     f'  user_data = module.fleet.user_data["{cloud}-1"]\n'
                     f'  generation = module.fleet.generations["{cloud}-1"]\n}}\n')
        (folder / "main.tf").write_text(root)
        return folder

    def planned(self, place, more):
        """What the plan does with each machine: {cloud: action}."""
        tokens = {f"{cloud}-1": "a-token-of-the-one-" + cloud for cloud in MACHINES}
        given = {**GIVEN, "regions": self.REGIONS, "join_tokens": tokens, "allow_networks": [],
                 **more}
        (place / "terraform.tfvars.json").write_text(json.dumps(given))
        terraform("plan", "-out=planned", "-input=false", cwd=place)
        changes = json.loads(terraform("show", "-json", "planned", cwd=place))["resource_changes"]
        actions = {one["address"].split(".")[1]: one["change"]["actions"] for one in changes
                   if one["address"].endswith("terraform_data.agent")}
        words = {("create",): "create", ("delete", "create"): "replace"}
        return {cloud: words[tuple(did)] for cloud, did in actions.items() if did != ["no-op"]}

    def declared(self, module):
        """Variables of a module: [(name, what is said of it)]."""
        return re.findall(r'^variable "(\w+)" {(.*?)^}',
                          (FOLDER / f"modules/{module}/variables.tf").read_text(), re.M | re.S)

    def regions(self):
        return re.findall(r"^    (\S+) += { cloud", (EXAMPLE / "main.tf").read_text(), re.M)

    def test_the_example_has_a_machine_for_each_agent(self):
        text = (EXAMPLE / "clouds.tf").read_text()
        main = (EXAMPLE / "main.tf").read_text()
        for region in re.findall(r'^    (\S+) += { cloud = "aws"', main, re.M):
            self.assertIn(f'module "{region}" {{', text)
            self.assertIn(f'user_data  = module.fleet.user_data["{region}-1"]', text)
            self.assertIn(f'generation = module.fleet.generations["{region}-1"]', text)

    def test_the_install_script_refuses_a_package_that_is_not_the_named_one(self):
        text = (FOLDER / "modules/fleet/install.sh").read_text()
        self.assertLess(text.index("sha256sum --check"), text.index("apt-get install"))
        support.run("sh", "-n", FOLDER / "modules/fleet/install.sh")


if __name__ == "__main__":
    support.need("deploy-terraform", REASON, "terraform")
    unittest.main()
