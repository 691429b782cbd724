#!/usr/bin/env python3
"""controller/api/openapi.yaml names the routes of the sources with their rights, no more and no
less, and is sound: every reference leads somewhere, every schema is one, every schema is used."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "house"))

import docs_test  # noqa: E402  pylint: disable=wrong-import-position

try:
    import jsonschema
    import yaml
except ImportError:
    print("SKIPPED: openapi: python3-yaml or python3-jsonschema is missing")
    sys.exit(77)

METHODS = ("get", "post", "put", "delete")
SPEC = yaml.safe_load((ROOT / "controller/api/openapi.yaml").read_text(encoding="utf-8"))


def operations():
    """(method, path, operation) of every one."""
    for path, item in SPEC["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def with_stars(path):
    return re.sub(r"\{\w+\}", "*", path)


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference):
    node = SPEC
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


class OpenApi(unittest.TestCase):
    def test_it_names_the_routes_for_people_of_the_sources_and_who_may_use_them(self):
        routes = docs_test.routes_of_source(docs_test.source("controller/routes/people_routes.cpp"))
        for name in ("incident", "deployment", "prometheus", "web", "check",
                     "maintenance"):
            source = docs_test.source(f"controller/routes/{name}_routes.cpp")
            routes |= docs_test.offered_routes(source)
        routes |= docs_test.stream_routes(docs_test.source("controller/routes/event_feed.cpp"))
        wanted = {(method, path, policy == "admin") for method, path, policy in routes}
        named = {(method, with_stars(path), operation.get("security") == [{"admin": []}])
                 for method, path, operation in operations() if not path.startswith("/agent/")}
        self.assertEqual(wanted - named, set(), "not in openapi.yaml")
        self.assertEqual(named - wanted, set(), "only in openapi.yaml")

    def test_it_names_the_routes_for_agents_of_the_sources(self):
        text = docs_test.source("controller/routes/agent_routes.cpp")
        named = {(method, path) for method, path, _ in operations() if path.startswith("/agent/")}
        self.assertEqual(docs_test.agent_routes_of_source(text), named)

    def test_every_reference_leads_somewhere_and_every_part_is_used(self):
        used = set(references(SPEC))
        for reference in used:
            resolve(reference)
        for kind in ("schemas", "responses", "parameters"):
            for name in SPEC["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_parameter_of_a_path_is_described(self):
        for _, path, operation in operations():
            own = operation.get("parameters", []) + SPEC["paths"][path].get("parameters", [])
            rows = [resolve(row["$ref"]) if "$ref" in row else row for row in own]
            named = {row["name"] for row in rows if row["in"] == "path"}
            self.assertEqual(set(re.findall(r"\{(\w+)\}", path)), named, path)

    def test_schemas_are_schemas_and_require_only_what_they_have(self):
        for name, schema in SPEC["components"]["schemas"].items():
            jsonschema.Draft202012Validator.check_schema(schema)
            missing = set(schema.get("required", [])) - set(schema.get("properties", {}))
            self.assertEqual(missing, set(), name)

    def test_every_operation_says_what_it_is_for_and_what_it_answers(self):
        for method, path, operation in operations():
            self.assertTrue(operation["summary"], f"{method} {path}")
            self.assertTrue(any(status.startswith("2") for status in operation["responses"]), path)


if __name__ == "__main__":
    unittest.main()
