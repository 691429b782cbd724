"""The facts of each kind of check, from common/model/fact_names.def: their reference page, and what
the schema for editors says of them below `expect`."""
import copy
import json
import re

KIND = re.compile(r'^PICKET_KIND\((\w+), "(.*?)", (\w+), (\w+), (\w+), (\w+)\)$', re.M)
FACT = re.compile(r'^PICKET_FACT\((\w+), "(.*?)", (\w+), "(.*?)", "((?:[^"\\]|\\.)*)"\)$', re.M)
MARK = "a fact"  # which properties of the schema are made here

# Kinds that send an HTTP request (common/checks/keys.cpp), with the keys of their own.
WITH_HTTP = {"cdn": {
    "provider": {"enum": ["auto", "fastly", "cloudflare", "cloudfront", "akamai", "azure", "google",
                          "vercel", "bunny", "netlify", "varnish"], "default": "auto"},
    "origin": {"type": "string", "pattern": "^(https?://|\\$\\{\\{)"},
    "warm_up": {"type": "integer", "minimum": 0, "maximum": 10, "default": 0}}}

PAGE = """\
# What each kind of check can show

The kinds of checks and steps, and the facts that `expect` compares for each: named values of the
probe, beside `duration` and `phases`, which every kind has. Dots are nested maps:
`cache.status` is written `cache: {status: HIT}`; `*` stands for any name. What a fact is compared
with: a *text* (also a list of texts: `includes`, `count`, `all_match`), a *number*, a *duration*, a
*size*, a *flag* (true or false), a *version* (`{gte: TLS 1.2}`), or *json*, any value. A fact that
a run does not have is absent and fails everything but `exists: false`.

This page is made by `scripts/reference.py` from `common/model/fact_names.def`.
"""
OPERANDS = {"text": "textFact", "json": "jsonMatcher", "number": "numberFact",
            "duration": "durationMatcher", "size": "sizeMatcher", "flag": "flagFact",
            "version": "versionFact"}
EXTRAS = ("status and http_version", "headers", "cookies", "body, jsonpath and size")


def cell(text):
    return text.replace('\\"', '"').replace("|", "\\|")


def rows(root):
    table = (root / "common/model/fact_names.def").read_text()
    return KIND.findall(table), FACT.findall(table)


def facts_page(root):
    kinds, facts = rows(root)
    page = PAGE
    for kind, text, *has in kinds:
        extras = [name for name, flag in zip(EXTRAS, has) if flag == "true"]
        page += f"\n## {kind}\n\n{text[0].upper() + text[1:]}."
        page += f" Also has {', '.join(extras)}.\n" if extras else "\n"
        own = [fact for fact in facts if fact[0] == kind]
        if own:
            page += "\n| fact | compared with | | example |\n|---|---|---|---|\n"
        page += "".join(f"| `{name}` | {operand} | {cell(what)} | `{cell(example)}` |\n"
                        for _, name, operand, what, example in own)
    return page


def add_fact(properties, name, operand, what):
    """Puts a fact into the tree of properties; a fact may have others below it."""
    key, dot, rest = name.partition(".")
    place = properties.setdefault(key, {"$comment": MARK})
    if dot:
        if rest == "*":
            place.setdefault("additionalProperties",
                             {"$ref": f"#/definitions/{OPERANDS[operand]}"})
            return
        if rest.startswith("*"):
            rest = rest[2:]
            inner = place.setdefault("additionalProperties", {"type": "object"})
            add_fact(inner.setdefault("properties", {}), rest, operand, what) if rest else None
            return
        add_fact(place.setdefault("properties", {}), rest, operand, what)
        return
    leaf = place.setdefault("anyOf", [])
    reference = {"$ref": f"#/definitions/{OPERANDS[operand]}"}
    if reference not in leaf:
        leaf.append(reference)
    place.setdefault("description", what.replace('\\"', '"'))


def tidied(properties):
    """Leaves without inner facts are their matcher; groups are maps; both are either."""
    for place in properties.values():
        inner = place.pop("properties", None)
        if inner is None:
            continue
        group = {"type": "object", "properties": tidied(inner), "minProperties": 1}
        if "anyOf" in place:
            place["anyOf"].append(group)
        else:
            place.update(group)
            place.setdefault("additionalProperties", False)
    return properties


def add_other_forms(made):
    """What `expect` takes beside a value and matchers (common/checks/expect.cpp, round.cpp)."""
    compared = {"type": "string", "pattern":
                "^(body\\.sha256|etag|status|header\\.[!#$%&'*+.^_`|~0-9A-Za-z-]+)$"}
    names = {"type": "array", "minItems": 1, "items": compared}
    matchers = {"type": "object", "required": ["near_region"],
                "properties": {"near_region": {"const": True}}}
    made["pop"]["anyOf"].append(matchers)
    made["same_as_origin"] = {"$comment": MARK, "anyOf": [
        compared, names, {"type": "object", "minProperties": 1, "propertyNames": compared}]}


def with_http_options(definitions, kind, own):
    """A kind that takes the options of `http` beside its own."""
    http = copy.deepcopy(definitions["httpLong"])
    http["properties"].update(own)
    definitions[kind] = {"anyOf": [{"type": "string", "pattern": "^(https?://|\\$\\{\\{)"}, http]}


def schema_with_facts(root):
    text = (root / "configs/schema/checks.schema.json").read_text()
    schema = json.loads(text)
    expect = schema["definitions"]["expect"]["properties"]
    made = {}
    for _, name, operand, what, _ in rows(root)[1]:
        add_fact(made, name, operand, what)
    tidied(made)
    add_other_forms(made)
    for properties in (expect, expect["warn"]["properties"]):
        for key in [key for key, value in properties.items() if value.get("$comment") == MARK]:
            del properties[key]
        for key, value in made.items():
            properties.setdefault(key, value)
    for kind, own in WITH_HTTP.items():
        with_http_options(schema["definitions"], kind, own)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
