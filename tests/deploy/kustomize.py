"""What `kubectl kustomize` makes of deploy/kubernetes, as far as its files go: Debian's kubectl is
too old for them. Where a newer one is there, kubernetes_test.py holds this to what that one says.
"""
import copy


def templates(document):
    """The pod template of a workload, where it has one, and its selector."""
    spec = document.get("spec", {})
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec, spec.get("template")


def label(document, pairs):
    """`labels` with includeSelectors."""
    document["metadata"].setdefault("labels", {}).update(pairs)
    spec, template = templates(document)
    if template is not None:
        template.setdefault("metadata", {}).setdefault("labels", {}).update(pairs)
        spec.setdefault("selector", {}).setdefault("matchLabels", {}).update(pairs)
        for claim in spec.get("volumeClaimTemplates", []):
            claim["metadata"].setdefault("labels", {}).update(pairs)
    elif document["kind"] == "Service":
        spec.setdefault("selector", {}).update(pairs)
    elif document["kind"] == "NetworkPolicy" and "matchLabels" in spec["podSelector"]:
        spec["podSelector"]["matchLabels"].update(pairs)


def configure(folder, wanted, documents):
    """A ConfigMap of configMapGenerator, without the hash that goes behind its name."""
    data = {name: (folder / name).read_text() for name in wanted["files"]}
    if wanted.get("behavior") == "replace":
        for found in documents:
            if found["kind"] == "ConfigMap" and found["metadata"]["name"] == wanted["name"]:
                found["data"] = data
        return
    documents.append({"apiVersion": "v1", "kind": "ConfigMap", "data": data,
                      "metadata": {"name": wanted["name"]}})


def rename(documents, suffix):
    """`nameSuffix`: the names of objects, and what refers to a ConfigMap."""
    maps = {one["metadata"]["name"] for one in documents if one["kind"] == "ConfigMap"}
    for one in documents:
        if one["kind"] != "Namespace":
            one["metadata"]["name"] += suffix
        _, template = templates(one)
        for volume in (template or {"spec": {}})["spec"].get("volumes", []):
            if volume.get("configMap", {}).get("name") in maps:
                volume["configMap"]["name"] += suffix


def build(yaml, folder):
    """The documents of a folder with a kustomization.yaml."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = said.keys() - {"apiVersion", "kind", "resources", "namespace", "nameSuffix", "labels",
                             "configMapGenerator", "generatorOptions", "images"}
    assert not unknown, f"{folder}: {unknown} is beyond this stand-in"
    documents = []
    for resource in said.get("resources", []):
        path = folder / resource
        documents += copy.deepcopy(build(yaml, path)) if path.is_dir() else \
            list(yaml.safe_load_all(path.read_text()))
    for wanted in said.get("configMapGenerator", []):
        configure(folder, wanted, documents)
    for document in documents:
        for labels in said.get("labels", []):
            label(document, labels["pairs"])
        if "namespace" in said and document["kind"] != "Namespace":
            document["metadata"]["namespace"] = said["namespace"]
        for container in (templates(document)[1] or {"spec": {}})["spec"].get("containers", []):
            for image in said.get("images", []):
                if container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    rename(documents, said.get("nameSuffix", ""))
    return documents
