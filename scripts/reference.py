#!/usr/bin/env python3
"""Writes the reference pages, and the part of the schema for editors, that are made from tables in
the sources; --check only compares."""
import pathlib
import re
import sys

import reference_checks
import reference_facts

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAILURE = re.compile(r'^PICKET_FAILURE\((\w+),\s*(\w+),\s*"([^"]*)",\s*"([^"]*)"\)', re.M)

FAILURES_PAGE = """\
# Failure kinds

What a run found wrong with its target. Each failure of a step has one of these kinds; it is the
label of the metrics and stands in the evidence and in the page. (What goes wrong in Picket itself
is an [error](errors.md).)

The class says who can mend it: *retryable* may pass by itself and is tried again, *user_fixable*
is for the owner of the check or of its target, *operator_fixable* means that the agent could not
measure (the run is *unknown*, it never counts as down), *fatal* is a bug in Picket.

This page is made by `scripts/reference.py` from `common/model/failure_kinds.def`.

| kind | class | what was seen | what to do |
|---|---|---|---|
"""


def failures_page(root):
    table = (root / "common/model/failure_kinds.def").read_text()
    rows = FAILURE.findall(table)
    return FAILURES_PAGE + "".join(
        f"| `{kind}` | {who} | {seen} | {advice} |\n" for kind, who, seen, advice in rows)


PAGES = {
    "configs/schema/checks.schema.json": reference_facts.schema_with_facts,
    "docs/reference/facts.md": reference_facts.facts_page,
    "docs/reference/failures.md": failures_page,
    "docs/reference/check-keys.md": reference_checks.keys_page,
    "docs/reference/check-messages.md": reference_checks.messages_page,
}


def main():
    stale = 0
    for path, render in PAGES.items():
        page, wanted = ROOT / path, render(ROOT)
        if page.exists() and page.read_text() == wanted:
            continue
        if "--check" in sys.argv[1:]:
            stale += 1
            print(f"{path}:1: stale: run scripts/reference.py")
        else:
            page.write_text(wanted)
            print(f"wrote {path}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
