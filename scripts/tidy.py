#!/usr/bin/env python3
"""The house rules as a test: `scripts/tidy.py [root]` prints `file:line: rule: what to do`."""
import pathlib
import sys

from tidy_rules import house, layers, sizes
from tidy_rules.tree import Tree

RULES = (*layers.RULES, *sizes.RULES, *house.RULES)


def run(root, rules=RULES):
    """All findings of the tree below `root`, in file order."""
    tree = Tree(root)
    return sorted({finding for rule in rules for finding in rule(tree)})


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    findings = run(root)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings by {len(RULES)} rules", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
