#!/usr/bin/env python3
"""The Kustomize bases and overlays build, and every key in them is one that Kubernetes knows: the
models of Debian's python3-kubernetes stand in for a cluster's schema, kustomize.py for a kubectl
where none is that knows what they say.
"""
import importlib
import importlib.util
import json
import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not done by -I
import kustomize
import support

FOLDER = support.ROOT / "deploy/kubernetes"
BUILT = {"controller": 5, "agent": 3, "backup": 3, "restore": 2, "overlays/quickstart": 13,
         "overlays/region": 4}
BACKUP_SCRIPTS = ("backup", "restore")
REASON = "python3-kubernetes is not installed"
OLD_KUBECTL = "no kubectl that has Kustomize 4 is installed"


def model_name(document):
    group, _, version = document["apiVersion"].rpartition("/")
    known = group in ("", "apps", "batch", "networking.k8s.io")
    return version.title() + document["kind"] if known else None


def unknown_keys(models, kind, value, path):
    """Paths of keys below `value` that the type `kind` does not have, and of wrong types."""
    listed = re.fullmatch(r"list\[(.+)\]", kind)
    if listed:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [bad for i, item in enumerate(value)
                for bad in unknown_keys(models, listed.group(1), item, f"{path}[{i}]")]
    model = getattr(models, kind, None)
    if model is None:
        plain = {"str": str, "int": int, "bool": bool}.get(kind)
        right = plain is None or type(value) is plain
        return [] if right else [f"{path}: {value!r} is no {kind}"]
    if not isinstance(value, dict):
        return [f"{path}: no map"]
    types = {key: model.openapi_types[name] for name, key in model.attribute_map.items()}
    bad = [f"{path}.{key}: unknown to {kind}" for key in value if key not in types]
    for key in value.keys() & types.keys():
        bad += unknown_keys(models, types[key], value[key], f"{path}.{key}")
    return bad


def pod_of(document):
    """(labels, specification) of the pods that it makes; None: it makes none."""
    spec = document.get("spec", {})
    spec = spec["jobTemplate"]["spec"] if document["kind"] == "CronJob" else spec
    template = spec.get("template")
    return template and (template["metadata"].get("labels", {}), template["spec"])


def has_kustomize_4():
    if shutil.which("kubectl") is None:
        return False
    shown = support.run("kubectl", "version", "--client", "-o", "json")
    version = json.loads(shown)["clientVersion"]
    return (int(version["major"]), int(re.match(r"\d+", version["minor"])[0])) >= (1, 22)


def without_hashes(document):
    """The document as text, without the hash behind the names of ConfigMaps."""
    return re.sub(r"-[bcdfghkmt2456789]{10}(?=\")", "", json.dumps(document, sort_keys=True))


class Kubernetes(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.yaml = yaml = importlib.import_module("yaml")
        cls.models = importlib.import_module("kubernetes.client.models")
        cls.built = {name: kustomize.build(yaml, FOLDER / name) for name in BUILT}

    def documents(self, kind):
        return [d for documents in self.built.values() for d in documents if d["kind"] == kind]

    def test_each_builds_what_it_should(self):
        self.assertEqual({name: len(docs) for name, docs in self.built.items()}, BUILT)

    def test_kubectl_builds_the_same(self):
        # The one of Debian 12 says nothing of `labels`, by which ours go.
        if not has_kustomize_4():
            print(f"SKIPPED: deploy-kubectl: {OLD_KUBECTL}", flush=True)
            self.skipTest(OLD_KUBECTL)
        for name, documents in self.built.items():
            text = support.run("kubectl", "kustomize", FOLDER / name)
            theirs = [without_hashes(one) for one in self.yaml.safe_load_all(text)]
            self.assertEqual(sorted(theirs), sorted(map(without_hashes, documents)))

    def test_kubernetes_knows_every_key(self):
        for name, documents in self.built.items():
            for document in documents:
                kind = model_name(document)
                self.assertEqual(unknown_keys(self.models, kind, document, f"{name}:{kind}"), [])

    def test_a_wrong_key_and_a_wrong_type_are_noticed(self):
        wrong = {"apiVersion": "v1", "kind": "Service",
                 "spec": {"prots": [], "ports": [{"port": "x"}]}}
        self.assertEqual(len(unknown_keys(self.models, "V1Service", wrong, "")), 2)

    def pods(self, kinds=("StatefulSet", "CronJob", "Job")):
        found = [pod_of(d) for kind in kinds for d in self.documents(kind)]
        self.assertTrue(all(found))
        return found

    def test_pods_are_confined(self):
        for found in self.documents("StatefulSet"):
            self.assertEqual(found["spec"]["replicas"], 1)
        self.assertEqual(len(self.pods()), 8)
        for _, pod in self.pods():
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertFalse(pod["automountServiceAccountToken"])
            for container in pod["containers"]:
                confined = container["securityContext"]
                self.assertTrue(confined["readOnlyRootFilesystem"])
                self.assertFalse(confined["allowPrivilegeEscalation"])
                self.assertEqual(confined["capabilities"], {"drop": ["ALL"]})
                self.assertIn("memory", container["resources"]["limits"])
                mounted = {one["name"] for one in container["volumeMounts"]}
                self.assertLessEqual(mounted - {one["name"] for one in pod["volumes"]}, {"state"})

    def test_a_backup_is_no_controller_but_reaches_one(self):
        documents = self.built["overlays/quickstart"]
        labels, pod = pod_of(next(d for d in documents if d["kind"] == "CronJob"))
        controller, _ = pod_of(next(d for d in documents if d["kind"] == "StatefulSet" and
                                    d["metadata"]["name"] == "picket-controller"))
        services = [d for d in documents if d["kind"] == "Service"]
        self.assertEqual(len(services), 2)
        for service in services:
            self.assertFalse(service["spec"]["selector"].items() <= labels.items())
            self.assertLessEqual(service["spec"]["selector"].items(), controller.items())
        policy, = [d["spec"] for d in documents if d["kind"] == "NetworkPolicy" and
                   d["metadata"]["name"] == "picket-backup"]
        self.assertLessEqual(policy["podSelector"]["matchLabels"].items(), controller.items())
        admitted = policy["ingress"][0]["from"][0]["podSelector"]["matchLabels"]
        self.assertLessEqual(admitted.items(), labels.items())
        near, = pod["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        self.assertLessEqual(near["labelSelector"]["matchLabels"].items(), controller.items())
        environment = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
        self.assertIn(environment["PICKET_CONTROLLER"],
                      [f"http://{d['metadata']['name']}:8080" for d in services])
        self.assertIn(environment["PICKET_BACKUP_TO"],
                      [one["mountPath"] for one in pod["containers"][0]["volumeMounts"]])

    def test_a_policy_holds_for_its_own_pods_only(self):
        policies = self.documents("NetworkPolicy")
        self.assertEqual(len(policies), 7)
        for policy in policies:
            wanted = policy["spec"]["podSelector"]["matchLabels"]
            selected = {labels["app.kubernetes.io/name"] for labels, _ in self.pods()
                        if wanted.items() <= labels.items()}
            self.assertEqual(len(selected), 1, policy["metadata"]["name"])

    def test_claims_are_those_of_the_controller_and_of_the_backups(self):
        claims = {d["metadata"]["name"] for d in self.built["backup"]
                  if d["kind"] == "PersistentVolumeClaim"} | {"state-picket-controller-0"}
        for _, pod in self.pods(("CronJob", "Job")):
            named = {one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"]
                     if "persistentVolumeClaim" in one}
            self.assertEqual(named, claims)

    def test_the_image_has_the_scripts_that_are_called(self):
        image = (support.ROOT / "deploy/containers/Containerfile").read_text()
        for name in BACKUP_SCRIPTS:
            self.assertIn(f"COPY deploy/backup/{name}.sh /usr/lib/picket-controller/{name}\n",
                          image)
            self.assertTrue(os.access(support.ROOT / f"deploy/backup/{name}.sh", os.X_OK))
        called = [str(pod["containers"][0]["command"]) for _, pod in self.pods(("CronJob", "Job"))]
        for name in BACKUP_SCRIPTS:
            self.assertTrue(any(f"/usr/lib/picket-controller/{name}" in one for one in called))

    def test_what_pods_mount_is_there_or_said_to_be_yours(self):
        yours = {"picket-checks", "picket-keys", "picket-join", "picket-secrets"}
        for documents in self.built.values():
            made = {d["metadata"]["name"] for d in documents if d["kind"] == "ConfigMap"}
            for _, pod in filter(None, map(pod_of, documents)):
                for volume in pod["volumes"]:
                    name = volume.get("configMap", {}).get("name") or \
                        volume.get("secret", {}).get("secretName")
                    self.assertIn(name, made | yours | {None})

    def test_configurations_name_what_is_mounted(self):
        text = (FOLDER / "controller/stateful-set.yaml").read_text()
        for path in re.findall(r"_dir: (\S+)", (FOLDER / "controller/controller.yaml").read_text()):
            self.assertIn(f"mountPath: {path}", text)


if __name__ == "__main__":
    debian = "/usr/bin/python3"  # Debian's modules belong to Debian's Python
    if importlib.util.find_spec("kubernetes") is None and os.path.exists(debian) and \
            not sys.flags.isolated:
        os.execv(debian, [debian, "-I", __file__])
    if importlib.util.find_spec("kubernetes") is None:
        support.skip("deploy-kubernetes", REASON)
    unittest.main()
