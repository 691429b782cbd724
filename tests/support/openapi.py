"""controller/api/openapi.yaml for tests: what an operation says, and what of a real answer or of a
request's body it does not allow."""
import json
import re
from pathlib import Path

import jsonschema
import yaml

METHODS = ("get", "post", "put", "delete")
_FILE = Path(__file__).resolve().parents[2] / "controller/api/openapi.yaml"


class Description:
    def __init__(self, document=None):
        self.document = document or yaml.safe_load(_FILE.read_text(encoding="utf-8"))

    def operations(self):
        """(method, path, operation) of every one."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def resolve(self, node):
        """The node that a reference means, or the node itself."""
        while "$ref" in node:
            found = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def operation(self, method, path):
        """(path as described, operation) of a request; a path without braces comes first."""
        plain = path.split("?")[0]
        for wanted in sorted(self.document["paths"], key=lambda one: one.count("{")):
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(wanted))
            if re.fullmatch(pattern, plain) and method.lower() in self.document["paths"][wanted]:
                return wanted, self.document["paths"][wanted][method.lower()]
        raise KeyError(f"{method} {plain} is not described")

    def schema_errors(self, schema, value):
        """Requires: a schema of this document, with references into it."""
        whole = {**schema, "components": self.document["components"]}
        return [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:200]}"
                for one in jsonschema.Draft202012Validator(whole).iter_errors(value)]

    def answer_errors(self, method, path, status, body):
        """Of a JSON answer."""
        _, operation = self.operation(method, path)
        responses = operation["responses"]
        if str(status) not in responses and "default" not in responses:
            return [f"{method} {path}: {status} is not described"]
        response = self.resolve(responses.get(str(status), responses.get("default")))
        if "application/json" not in response["content"]:
            return [f"{method} {path}: {status} is not described as JSON"]
        found = self.schema_errors(response["content"]["application/json"]["schema"],
                                   json.loads(body))
        return [f"{method} {path}: {status}: {one}" for one in found]

    def request_errors(self, method, path, body):
        """Of the JSON body of a request, None for none."""
        described = self.operation(method, path)[1].get("requestBody")
        if body is None or described is None:
            return [] if body is None and described is None else [f"{method} {path}: body"]
        found = self.schema_errors(described["content"]["application/json"]["schema"], body)
        return [f"{method} {path}: body: {one}" for one in found]
