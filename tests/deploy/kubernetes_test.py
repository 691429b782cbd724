#!/usr/bin/env python3
"""The Kustomize bases and overlays build, and every key in them is one that Kubernetes knows: the
models of Debian's python3-kubernetes stand in for a cluster's schema.
"""
import importlib
import importlib.util
import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # not done by -I
import support

FOLDER = support.ROOT / "deploy/kubernetes"
BUILT = {"controller": 5, "agent": 3, "overlays/quickstart": 10, "overlays/region": 4}
REASON = "kubectl or python3-kubernetes is not installed"


def model_name(document):
    group, _, version = document["apiVersion"].rpartition("/")
    known = group in ("", "apps", "networking.k8s.io")
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


class Kubernetes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        yaml = importlib.import_module("yaml")
        cls.models = importlib.import_module("kubernetes.client.models")
        cls.built = {}
        for name in BUILT:
            text = support.run("kubectl", "kustomize", FOLDER / name)
            cls.built[name] = list(yaml.safe_load_all(text))

    def documents(self, kind):
        return [d for documents in self.built.values() for d in documents if d["kind"] == kind]

    def test_each_builds_what_it_should(self):
        self.assertEqual({name: len(docs) for name, docs in self.built.items()}, BUILT)

    def test_kubernetes_knows_every_key(self):
        for name, documents in self.built.items():
            for document in documents:
                kind = model_name(document)
                self.assertEqual(unknown_keys(self.models, kind, document, f"{name}:{kind}"), [])

    def test_a_wrong_key_and_a_wrong_type_are_noticed(self):
        wrong = {"apiVersion": "v1", "kind": "Service",
                 "spec": {"prots": [], "ports": [{"port": "x"}]}}
        self.assertEqual(len(unknown_keys(self.models, "V1Service", wrong, "")), 2)

    def test_pods_are_confined(self):
        sets = self.documents("StatefulSet")
        self.assertEqual(len(sets), 5)
        for found in sets:
            pod = found["spec"]["template"]["spec"]
            self.assertEqual(found["spec"]["replicas"], 1)
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertFalse(pod["automountServiceAccountToken"])
            for container in pod["containers"]:
                confined = container["securityContext"]
                self.assertTrue(confined["readOnlyRootFilesystem"])
                self.assertFalse(confined["allowPrivilegeEscalation"])
                self.assertEqual(confined["capabilities"], {"drop": ["ALL"]})
                self.assertIn("memory", container["resources"]["limits"])

    def test_what_pods_mount_is_there_or_said_to_be_yours(self):
        yours = {"picket-checks", "picket-keys", "picket-join", "picket-secrets"}
        for documents in self.built.values():
            made = {d["metadata"]["name"] for d in documents if d["kind"] == "ConfigMap"}
            for found in (d for d in documents if d["kind"] == "StatefulSet"):
                for volume in found["spec"]["template"]["spec"]["volumes"]:
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
    if shutil.which("kubectl") is None or importlib.util.find_spec("kubernetes") is None:
        support.skip("deploy-kubernetes", REASON)
    unittest.main()
