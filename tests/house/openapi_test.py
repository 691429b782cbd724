#!/usr/bin/env python3
"""controller/api/openapi.yaml names the routes of the sources with their rights, no more and no
less, and is sound: every reference leads somewhere, every schema is one, every schema is used."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "house")]

import docs_test  # noqa: E402  pylint: disable=wrong-import-position

try:
    import jsonschema

    from tests.support.openapi import Description
except ImportError:
    print("SKIPPED: openapi: python3-yaml or python3-jsonschema is missing")
    sys.exit(77)

DESCRIPTION = Description()
SPEC = DESCRIPTION.document
WITHOUT_BODY = {"/api/v1/deliveries/{id}/retry": "the path says which one",
                "/api/v1/backup": "there is nothing to choose"}


def operations():
    return DESCRIPTION.operations()


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


def vague(schema, where):
    """Places in a schema that say nothing of what stands there."""
    if "$ref" in schema or "const" in schema or "enum" in schema:
        return  # a schema of the components is looked at by itself
    parts = schema.get("anyOf", []) + schema.get("allOf", [])
    for number, part in enumerate(parts):
        yield from vague(part, f"{where}/{number}")
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    fields = schema.get("properties", {})
    if not parts and not kinds:
        yield where
    if "object" in kinds and not set(fields) - {"schema_version"} \
            and not schema.get("additionalProperties"):
        yield where
    for name, field in fields.items():
        yield from vague(field, f"{where}/{name}")
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from vague(schema[inner], f"{where}/{inner}")
    if "array" in kinds and "items" not in schema:
        yield where


def contents(operation):
    """(where, media type, schema) of an operation's body and of each answer."""
    body = operation.get("requestBody", {}).get("content", {})
    yield from (("body", kind, one["schema"]) for kind, one in body.items())
    for status, response in operation["responses"].items():
        described = DESCRIPTION.resolve(response)["content"]
        yield from ((status, kind, one["schema"]) for kind, one in described.items())


class OpenApi(unittest.TestCase):
    def test_it_names_the_routes_for_people_of_the_sources_and_who_may_use_them(self):
        routes = docs_test.people_routes_of_sources()
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
            DESCRIPTION.resolve({"$ref": reference})
        for kind in ("schemas", "responses", "parameters"):
            for name in SPEC["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_parameter_of_a_path_is_described(self):
        for _, path, operation in operations():
            own = operation.get("parameters", []) + SPEC["paths"][path].get("parameters", [])
            rows = [DESCRIPTION.resolve(row) for row in own]
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

    def test_every_post_describes_its_body_or_has_none(self):
        for method, path, operation in operations():
            wanted = method == "POST" and path not in WITHOUT_BODY
            self.assertEqual("requestBody" in operation, wanted, f"{method} {path}")
        self.assertLessEqual(set(WITHOUT_BODY), {path for _, path, _ in operations()})

    def test_bodies_and_answers_say_what_they_hold(self):
        found = [place for name, schema in SPEC["components"]["schemas"].items()
                 for place in vague(schema, name)]
        for method, path, operation in operations():
            places = {where for where, _, _ in contents(operation)}
            self.assertGreaterEqual(places, set(operation["responses"]), f"{method} {path}")
            for where, _, schema in contents(operation):
                found += vague(schema, f"{method} {path} {where}")
        self.assertEqual(found, [])

    def test_routes_for_agents_name_messages_of_the_contract(self):
        messages = set(re.findall(r"^message (\w+)", docs_test.source(
            "proto/picket/v1/agent.proto"), re.M))
        for method, path, operation in operations():
            named = [schema["$ref"].split("/")[-1] for _, kind, schema in contents(operation)
                     if kind == "application/x-protobuf"]
            if path.startswith("/agent/"):
                self.assertEqual(len(named), 3 if method == "POST" else 2, path)
            self.assertLessEqual(set(named), messages, path)

    def test_what_says_nothing_is_noticed(self):
        for schema in ({}, {"type": "object"}, {"type": "array"},
                       {"type": "object", "properties": {"schema_version": {"const": 1}}},
                       {"anyOf": [{"type": "string"}, {"type": ["object", "null"]}]},
                       {"type": "object", "properties": {"rules": {
                           "type": "array", "items": {"type": "object"}}}}):
            self.assertEqual(len(list(vague(schema, "x"))), 1, schema)
        self.assertEqual(list(vague({"type": "object", "additionalProperties": {
            "type": "string"}}, "x")), [])


if __name__ == "__main__":
    unittest.main()
