#!/usr/bin/env python3
"""The compose file and what it mounts, without running it (containers_test.py does): docker-compose
of Debian takes it, services are confined, every file and variable is there."""
import os
import pathlib
import re
import shutil
import tempfile
import unittest

import yaml

import support

FOLDER = support.ROOT / "deploy/compose"
REASON = "docker-compose or promtool is not installed"
OWN = {"controller", "enroll", "agent-eu-west-1", "agent-us-east-1"}


def load(name):
    return yaml.safe_load((FOLDER / name).read_text())


class Compose(unittest.TestCase):
    def setUp(self):
        self.services = load("compose.yaml")["services"]

    def test_compose_takes_it_and_wants_a_password(self):
        environment = {**os.environ, "GRAFANA_PASSWORD": "of-a-test"}
        shown = support.run("docker-compose", "--file", FOLDER / "compose.yaml", "config",
                            env=environment)
        self.assertEqual(set(yaml.safe_load(shown)["services"]), OWN | {"prometheus", "grafana"})
        environment["GRAFANA_PASSWORD"] = ""
        with self.assertRaisesRegex(AssertionError, "put a password"):
            support.run("docker-compose", "--file", FOLDER / "compose.yaml", "config",
                        env=environment)

    def test_every_variable_is_in_the_example(self):
        used = set(re.findall(r"\$\{(\w+)", (FOLDER / "compose.yaml").read_text()))
        told = set(re.findall(r"^(\w+)=", (FOLDER / ".env.example").read_text(), re.M))
        self.assertEqual(used - told, {"PROMETHEUS_IMAGE", "GRAFANA_IMAGE"})
        self.assertEqual(told - used, {"COMPOSE_PROJECT_NAME"})

    def test_services_are_confined_and_open_nothing_to_the_network(self):
        for name, service in self.services.items():
            self.assertTrue(service["read_only"], name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"], name)
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), port)

    def test_what_is_mounted_is_there(self):
        volumes = load("compose.yaml")["volumes"]
        for name, service in self.services.items():
            for source, _, rest in (one.partition(":") for one in service["volumes"]):
                if source.startswith("."):
                    self.assertTrue((FOLDER / source).exists(), f"{name}: {source}")
                    self.assertTrue(rest.endswith(":ro"), f"{name}: {source}")
                else:
                    self.assertIn(source, volumes)

    def test_agents_dial_a_name_that_the_controller_has_and_find_their_token(self):
        names = load("controller.yaml")["agents"]["names"]
        for region in self.services["enroll"]["command"]:
            agent = load(f"agent-{region}.yaml")
            self.assertIn(agent["controller"].split("/")[2].split(":")[0], names)
            self.assertEqual(agent["join_token_file"], f"/etc/picket/join/{region}/token")
            self.assertIn(f"agent-{region}", self.services)

    def test_checks_are_valid(self):
        support.run(support.PROGRAMS / "picket", "validate", FOLDER / "checks")

    def test_prometheus_takes_its_configuration_with_the_rules(self):
        with tempfile.TemporaryDirectory() as folder:
            for source, _, rest in (one.partition(":")
                                    for one in self.services["prometheus"]["volumes"]):
                if source.startswith("."):
                    name = pathlib.PurePath(rest.partition(":")[0]).name
                    shutil.copy(FOLDER / source, pathlib.Path(folder) / name)
            shown = support.run("promtool", "check", "config", f"{folder}/prometheus.yml")
        self.assertEqual(shown.count("rules found"), 2)

    def test_grafana_gets_the_data_source_of_our_provisioning_at_another_address(self):
        here = load("grafana-datasource.yaml")["datasources"][0]
        ours = load("../grafana/provisioning/datasources/picket.yaml")["datasources"][0]
        self.assertEqual({**here, "url": ours["url"]}, ours)


if __name__ == "__main__":
    support.need("deploy-compose", REASON, "docker-compose", "promtool")
    unittest.main()
