#!/usr/bin/env python3
"""The Helm chart, rendered by chart_render (Debian has no Helm) and held to what holds for the
Kustomize manifests; its schema takes good values and refuses mistakes."""
import copy
import importlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not done by -I
import kubernetes_test
import support

CHART = support.ROOT / "deploy/helm/picket"
SPRIG = pathlib.Path("/usr/share/gocode/src/github.com/Masterminds/sprig")
REASON = "Go, sprig, python3-kubernetes or python3-jsonschema is not installed"
BOTH = {
    "images": {"pullSecrets": ["registry"]},
    "controller": {"config": {"agents": {"names": ["picket.example.com"]},
                              "external_url": "https://picket.example.com"},
                   "checks": {"first.check.yaml": "version: 1\nchecks: []\n"},
                   "storage": {"size": "50Gi", "className": "fast"},
                   "disruptionBudget": {"enabled": True, "maxUnavailable": 0}},
    "agents": {"list": [{"name": "eu-west-1-a", "joinSecret": "join-a"},
                        {"name": "us-east-1-a", "joinSecret": "join-b"}]},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
}
REGION = {"controller": {"enabled": False}, "agents": {
    "controllerUrl": "https://picket.example.com:8443",
    "list": [{"name": "eu-west-1-a", "joinSecret": "join-a"}]}}
MISTAKES = (("controller", "storage", "size", "large"), ("agents", "list", 0, "token"),
            ("agents", "controllerUrl", "http://x"), ("controller", "config", {"state_dir": "/x"}),
            ("networkPolicy", "apiFrom", {}), ("serviceMonitor", "enabled", "yes"),
            ("controller", "replicas", 2), ("controller", "backup", {"enabled": True}),
            ("controller", "backup", "keep", 0), ("controller", "backup", "schedule", "daily"))


def laid(over, under):
    both = isinstance(over, dict) and isinstance(under, dict)
    return {**under, **{k: laid(v, under.get(k)) for k, v in over.items()}} if both else over


class Chart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.yaml = importlib.import_module("yaml")
        cls.models = importlib.import_module("kubernetes.client.models")
        cls.defaults = cls.yaml.safe_load((CHART / "values.yaml").read_text())
        cls.folder = tempfile.TemporaryDirectory()
        cls.program = pathlib.Path(cls.folder.name) / "chart_render"
        support.run("go", "build", "-o", cls.program, "main.go",
                    cwd=support.ROOT / "tests/deploy/chart_render",
                    env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                         "GOCACHE": str(support.BUILD / "go-cache")})
        cls.both, cls.region = cls.render(BOTH), cls.render(REGION)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def render(cls, values):
        path = pathlib.Path(cls.folder.name) / "values.yaml"
        path.write_text(cls.yaml.safe_dump(values))
        text = support.run(cls.program, CHART, "shop", path)
        return [one for one in cls.yaml.safe_load_all(text) if one]

    def of(self, documents, kind):
        return {one["metadata"]["name"]: one for one in documents if one["kind"] == kind}

    def test_it_has_what_the_values_ask_for(self):
        kinds = sorted(one["kind"] for one in self.both)
        self.assertEqual(kinds, sorted(["ConfigMap"] * 4 + ["StatefulSet"] * 3 + ["Service"] * 2 +
                                       ["NetworkPolicy"] * 3 + ["PodDisruptionBudget"] * 2 +
                                       ["ServiceMonitor", "CronJob", "PersistentVolumeClaim"]))
        self.assertEqual(len(self.region), 4)
        backup = ["PersistentVolumeClaim", "CronJob", "NetworkPolicy"]
        bare = ["Service", "Service", "NetworkPolicy", "ConfigMap", "ConfigMap", "StatefulSet"]
        self.assertEqual([one["kind"] for one in self.render({})], backup + bare)
        off = {"controller": {"backup": {"enabled": False}}}
        self.assertEqual([one["kind"] for one in self.render(off)], bare)

    def test_kubernetes_knows_every_key(self):
        for document in self.both + self.region:
            kind = {"PodDisruptionBudget": "V1PodDisruptionBudget", "ServiceMonitor": None}.get(
                document["kind"], kubernetes_test.model_name(document))
            if kind is not None:
                self.assertEqual(
                    kubernetes_test.unknown_keys(self.models, kind, document, kind), [])

    def test_pods_are_confined_and_mount_what_is_there(self):
        yours = {"picket-keys", "picket-secrets", "join-a", "join-b"}
        for documents in (self.both, self.region):
            made = set(self.of(documents, "ConfigMap"))
            for name, found in self.of(documents, "StatefulSet").items():
                pod = found["spec"]["template"]["spec"]
                self.assertTrue(pod["securityContext"]["runAsNonRoot"])
                self.assertFalse(pod["automountServiceAccountToken"])
                self.assertEqual(found["spec"]["replicas"], 1)
                (container,) = pod["containers"]
                self.assertEqual(container["securityContext"], {
                    "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]}})
                self.assertIn("memory", container["resources"]["limits"])
                mounted = {one["name"] for one in container["volumeMounts"]}
                self.assertEqual(mounted, {one["name"] for one in pod["volumes"]} | {"state"})
                for volume in pod["volumes"]:
                    source = volume.get("configMap", {}).get("name") or \
                        volume.get("secret", {}).get("secretName")
                    self.assertIn(source, made | yours | {None}, name)

    def test_the_backup_reaches_the_controller_its_volume_and_a_claim(self):
        for values, claim in ((BOTH, "shop-backups"), (
                laid({"controller": {"backup": {"claim": "mine", "keep": 3}}}, BOTH), "mine")):
            documents = self.render(values)
            job, = self.of(documents, "CronJob").values()
            labels, pod = kubernetes_test.pod_of(job)
            self.assertEqual([one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"]
                              if "persistentVolumeClaim" in one],
                             ["state-shop-controller-0", claim])
            self.assertEqual(list(self.of(documents, "PersistentVolumeClaim")),
                             [claim] if claim != "mine" else [])
            for one in self.of(documents, "Service").values():
                self.assertFalse(one["spec"]["selector"].items() <= labels.items())
            admitted = self.of(documents, "NetworkPolicy")["shop-controller-backup"]["spec"]
            peer = admitted["ingress"][0]["from"][0]["podSelector"]["matchLabels"]
            self.assertLessEqual(peer.items(), labels.items())
            controller = self.of(documents, "StatefulSet")["shop-controller"]
            near = pod["affinity"]["podAffinity"]
            near, = near["requiredDuringSchedulingIgnoredDuringExecution"]
            for wanted in (admitted["podSelector"], near["labelSelector"]):
                self.assertLessEqual(wanted["matchLabels"].items(),
                                     kubernetes_test.pod_of(controller)[0].items())
            container, = pod["containers"]
            self.assertEqual(container["image"],
                             kubernetes_test.pod_of(controller)[1]["containers"][0]["image"])
            self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})
            environment = {one["name"]: one["value"] for one in container["env"]}
            self.assertEqual(environment["PICKET_CONTROLLER"], "http://shop-controller-api:8080")
            self.assertEqual(environment["PICKET_BACKUP_KEEP"], "3" if claim == "mine" else "14")

    def test_selectors_find_their_own_pods(self):
        pods = {name: one["spec"]["template"]["metadata"]["labels"]
                for name, one in self.of(self.both, "StatefulSet").items()}

        def found(labels):
            return sorted(name for name, pod in pods.items() if labels.items() <= pod.items())
        for name, one in self.of(self.both, "StatefulSet").items():
            self.assertEqual(found(one["spec"]["selector"]["matchLabels"]), [name])
        for one in self.of(self.both, "Service").values():
            self.assertEqual(found(one["spec"]["selector"]), ["shop-controller"])
        agents = ["shop-eu-west-1-a", "shop-us-east-1-a"]
        budgets = self.of(self.both, "PodDisruptionBudget")
        self.assertEqual(found(budgets["shop-agents"]["spec"]["selector"]["matchLabels"]), agents)
        policies = self.of(self.both, "NetworkPolicy")
        self.assertEqual(found(policies["shop-agents"]["spec"]["podSelector"]["matchLabels"]),
                         agents)
        wanted = self.of(self.both, "ServiceMonitor")["shop-controller"]["spec"]["selector"]
        self.assertEqual([name for name, one in self.of(self.both, "Service").items()
                          if wanted["matchLabels"].items() <= one["metadata"]["labels"].items()],
                         ["shop-controller-api"])

    def test_configurations_are_the_charts_with_yours(self):
        maps = self.of(self.both, "ConfigMap")
        controller = self.yaml.safe_load(maps["shop-controller"]["data"]["controller.yaml"])
        self.assertEqual(controller["agents"]["names"],
                         ["shop-controller-agents", "picket.example.com"])
        self.assertEqual(controller["external_url"], "https://picket.example.com")
        agent = self.yaml.safe_load(maps["shop-us-east-1-a"]["data"]["agent.yaml"])
        self.assertEqual(agent["name"], "us-east-1-a")
        self.assertIn(agent["controller"].split("/")[2].split(":")[0],
                      self.of(self.both, "Service"))
        agent = self.of(self.region, "ConfigMap")["shop-eu-west-1-a"]["data"]["agent.yaml"]
        self.assertIn("controller: https://picket.example.com:8443\n", agent)

    def test_the_schema_takes_good_values_and_refuses_mistakes(self):
        jsonschema = importlib.import_module("jsonschema")
        schema = json.loads((CHART / "values.schema.json").read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        readme = (CHART.parent / "README.md").read_text()
        shown = self.yaml.safe_load(re.search(r"```yaml\n(.*?)```", readme, re.S).group(1))
        for values in ({}, BOTH, REGION, shown):
            jsonschema.validate(laid(values, self.defaults), schema)
        for *path, last, value in MISTAKES:
            wrong = copy.deepcopy(laid(BOTH, self.defaults))
            place = wrong
            for key in path:
                place = place[key]
            place[last] = value
            with self.assertRaises(jsonschema.ValidationError, msg=str((path, last))):
                jsonschema.validate(wrong, schema)


if __name__ == "__main__":
    debian = "/usr/bin/python3"  # Debian's modules belong to Debian's Python
    needed = ("kubernetes", "jsonschema")
    missing = any(importlib.util.find_spec(name) is None for name in needed)
    if missing and os.path.exists(debian) and not sys.flags.isolated:
        os.execv(debian, [debian, "-I", __file__])
    if missing or shutil.which("go") is None or not SPRIG.is_dir():
        support.skip("deploy-helm", REASON)
    unittest.main()
