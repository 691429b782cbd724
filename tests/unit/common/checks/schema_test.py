#!/usr/bin/env python3
"""The JSON Schema for editors judges the corpus as the decoder does, and knows the same keys."""
import json
import pathlib
import re
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[4]
SCHEMA = json.loads((ROOT / "configs/schema/checks.schema.json").read_text())
CORPUS = ROOT / "tests/data/checks"
KEY = re.compile(r'^PICKET_KEY\((\w+), (\w+),', re.M)
DEFAULTS = re.compile(r"kDefaults\{([^}]*)\}")
# Mistakes of the bad files that the schema, which does not tell kinds of steps apart, cannot see.
UNSEEN = {"cdn": {"c", "d"}, "dns-icmp": {"i", "o"}, "grpc": {"status"}, "oauth2": {"no-token"},
          "page": {"e"}, "tls-tcp-websocket": {"l", "m", "p"}}


class Loader(yaml.SafeLoader):
    """YAML 1.2's core rules, as an editor's language server reads a file."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("bool", r"^(true|false)$", "tf"),
        ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
        ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
        ("merge", r"^<<$", "<")):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


def read(path):
    return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=Loader)


def mistakes(path):
    """What the schema says of a file; a file that is no YAML counts as one mistake."""
    try:
        document = read(path)
    except yaml.YAMLError as error:
        return [str(error)]
    return [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(document)]


def singles(path):
    """The file once for each of its checks, with nothing but this check in it."""
    document = read(path)
    checks = document.get("checks") if isinstance(document, dict) else None
    for check in checks if isinstance(checks, list) else []:
        name = check.get("name") if isinstance(check, dict) else check
        yield name, {**document, "checks": [check]}


def files(folder):
    return sorted(folder.rglob("*.check.yaml"))


def keys_of(definition):
    """The properties of an object of the schema, also one behind anyOf."""
    for choice in [definition, *definition.get("anyOf", [])]:
        if "properties" in choice:
            return set(choice["properties"])
    return set()


class SchemaTest(unittest.TestCase):
    def test_the_schema_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_good_files_are_accepted(self):
        good = files(CORPUS / "good") + files(ROOT / "configs/checks")
        self.assertGreater(len(good), 10)
        for path in good:
            with self.subTest(path.name):
                self.assertEqual(mistakes(path), [])

    def test_bad_files_are_refused(self):
        bad = files(CORPUS / "bad")
        self.assertGreater(len(bad), 40)
        for path in bad:
            with self.subTest(path.name):
                self.assertNotEqual(mistakes(path), [])

    def test_each_check_of_a_bad_file_is_refused(self):
        validator = jsonschema.Draft7Validator(SCHEMA)
        for path in files(CORPUS / "bad"):
            file = path.name.partition(".")[0]
            taken = {name for name, one in singles(path) if validator.is_valid(one)}
            with self.subTest(file):
                self.assertEqual(taken, UNSEEN.get(file, set()))

    def test_the_keys_are_the_decoders(self):
        table = {}
        for group, key in KEY.findall((ROOT / "common/checks/keys.def").read_text()):
            table.setdefault(group, set()).add(key)
        definitions = SCHEMA["definitions"]
        check = definitions["check"]["properties"]
        places = {
            "file": SCHEMA, "check": definitions["check"], "http": definitions["httpLong"],
            "cdn": definitions["cdn"],
            "basic": definitions["httpLong"]["properties"]["basic"],
            "step": definitions["step"], "dns": definitions["dnsLong"],
            "icmp": definitions["icmpLong"],
            "grpc": definitions["grpcLong"], "expect": definitions["expect"],
            "oauth2": definitions["oauth2"],
            "login": definitions["oauth2"]["properties"]["login"],
            "token": definitions["oauth2"]["properties"]["token"],
            "digest": definitions["httpLong"]["properties"]["digest"],
            "proxy": definitions["httpLong"]["properties"]["proxy"],
            "part": definitions["httpLong"]["properties"]["multipart"]["items"],
            "page": definitions["pageLong"], "budgets": definitions["budgets"],
            "budget": {"properties": {**definitions["budget"]["properties"],
                                      **definitions["originBudget"]["properties"]}},
            "tls": definitions["tlsLong"], "tcp": definitions["tcpLong"],
            "websocket": definitions["websocketLong"],
            "tls_client": definitions["tlsClient"], "turn": definitions["turn"],
            "phases": definitions["expect"]["properties"]["phases"],
            "matcher": definitions["jsonMatcher"], "alert": definitions["alert"],
            "capture": definitions["capture"]["additionalProperties"],
            "cookie": definitions["cookieMatcher"], "element": definitions["elementMatcher"],
            "filter": definitions["filter"],
            "confirm": check["confirm"], "failing": check["failing"], "paused": check["paused"],
            "regions": {"anyOf": definitions["regions"]["anyOf"]},
            "slo": definitions["slo"], "latency": definitions["slo"]["properties"]["latency"],
            "maintenance": definitions["maintenance"],
        }
        table["cdn"] |= table["http"]
        words = keys_of(definitions["textMatcher"])
        table["cookie"] |= words
        table["element"] |= words
        facts = (ROOT / "common/model/fact_names.def").read_text()
        table["expect"] |= set(re.findall(r'^PICKET_FACT\(\w+, "([^".]+)', facts, re.M))
        self.assertEqual(set(places), set(table))
        for group, definition in places.items():
            with self.subTest(group):
                self.assertEqual(keys_of(definition), table[group])
        listed = DEFAULTS.search((ROOT / "common/checks/keys.cpp").read_text()).group(1)
        defaults = set(re.findall(r'"(\w+)"', listed)) & table["check"]  # the others come later
        self.assertEqual(keys_of(SCHEMA["properties"]["defaults"]), defaults)


if __name__ == "__main__":
    unittest.main()
