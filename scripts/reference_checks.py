"""The reference pages of the check language, from the tables of common/checks."""
import re

KEY = re.compile(r'^PICKET_KEY\((\w+), (\w+), "(.*?)", "(.*?)", "(.*?)", "((?:[^"\\]|\\.)*)"\)$',
                 re.M)
LATER = re.compile(r'^PICKET_LATER\((\w+), (\w+), "(.*?)"\)$', re.M)
CODE = re.compile(r'^PICKET_DIAGNOSTIC\((\w+), "(.*?)", "(.*?)"\)$', re.M)

WITH_HTTP = ("cdn",)  # common/checks/keys.cpp

KEYS_PAGE = """\
# Keys of a check file

Every key that this version runs; `picket explain` prints the same. How they work together stands in
[the check format](check-format.md). This page is made by `scripts/reference.py` from
`common/checks/keys.def`.
"""
MESSAGES_PAGE = """\
# Messages about check files

The codes that `picket validate` and the controller's reload print. `E` is an error: the check is
left out and the rest runs. `W` is a warning, an error under `--strict`. This page is made by
`scripts/reference.py` from `common/checks/diagnostic_codes.def`.

| code | what it means | what to do |
|---|---|---|
"""


def cell(text):
    return text.replace('\\"', '"').replace("\\\\", "\\").replace("|", "\\|")


def keys_page(root):
    table = (root / "common/checks/keys.def").read_text()
    groups = {}
    for group, *row in KEY.findall(table):
        groups.setdefault(group, []).append(row)
    later = {}
    for group, key, _ in LATER.findall(table):
        later.setdefault(group, []).append(key)
    page = KEYS_PAGE
    for group, rows in groups.items():
        page += f"\n## {group}\n\n| key | type | default | | example |\n|---|---|---|---|---|\n"
        page += "".join(f"| `{key}` | {cell(kind)} | {cell(fallback)} | {cell(text)} | "
                        f"`{cell(example)}` |\n" for key, kind, fallback, text, example in rows)
        if group in WITH_HTTP:
            page += "\nAnd the keys of `http`.\n"
        if group in later:
            words = ", ".join(f"`{key}`" for key in later[group])
            page += f"\nKnown and not run by this version, an error: {words}.\n"
    return page


def messages_page(root):
    rows = CODE.findall((root / "common/checks/diagnostic_codes.def").read_text())
    return MESSAGES_PAGE + "".join(f"| `{code}` | {cell(meaning)} | {cell(advice)} |\n"
                                   for code, meaning, advice in rows)
