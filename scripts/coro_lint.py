#!/usr/bin/env python3
"""Coroutine traps that compile without a warning: `scripts/coro_lint.py [root]`.

g++ 12 destroys some temporaries twice when they are made in a statement with co_await: aggregates
and lambdas that capture by value. It loses its place in a loop with co_await in its condition and
in a body without braces. Further: views as parameters of a coroutine, capturing lambda coroutines
called on the spot, and locks held across an await. A heuristic over the text.
"""
import pathlib
import re
import sys

from tidy_rules.cpp_functions import functions, matching
from tidy_rules.tree import Tree

AWAIT = re.compile(r"\bco_await\b")
AGGREGATE = re.compile(r"\b(?:\w+::)*([A-Z]\w*)(?:<[^<>;]*>)?\s*\{\s*[^}\s]")
BRACED_ARGUMENT = re.compile(r"[(,]\s*\{\s*[^}\s]")
LAMBDA = re.compile(r"(?<![\w)\]])\[([^\[\]]*)\]\s*(?:\(|\{|mutable|->)")
HARMLESS_CAPTURE = re.compile(r"this|&\s*\w*")
# Trivially destructible: destroying them twice does nothing.
HARMLESS_TYPE = re.compile(r"Deadline|MonoTime|WallTime|Duration|Millis\w*|Seconds|Bytes|\w+Id")
VIEW = re.compile(r"\bstd::(string_view|span)\b|&&")
LOOP = re.compile(r"\bwhile\s*\(")
LOCK = re.compile(r"\b(?:std::)?(?:lock_guard|unique_lock|scoped_lock|shared_lock)\b")


def statement_around(code, offset):
    """(start, text) of the statement that holds code[offset], lambdas' bodies apart."""
    depth, start = 0, offset
    while start > 0:
        char = code[start - 1]
        is_value = char == "}" and code[start:start + 80].lstrip()[:1] in (",", ")", ".")
        if char in ")]" or is_value or (char == "}" and depth > 0):
            depth += 1
        elif char in "([" or (char == "{" and depth > 0):
            if depth == 0 and char == "(" and re.search(r"\b(if|while|switch|for)\s*$",
                                                        code[:start - 1]):
                break
            depth = max(0, depth - 1)
        elif char in ";{}" and depth == 0:
            break
        start -= 1
    end = offset
    while end < len(code) and code[end] not in ";)}":
        end = matching(code, end) + 1 if code[end] in "([{" else end + 1
    return start, code[start:end]


def copies(captures):
    """Whether a lambda's capture list copies or moves something into the lambda."""
    parts = [part.strip() for part in captures.split(",") if part.strip()]
    return any(not HARMLESS_CAPTURE.fullmatch(part) for part in parts)


def temporaries(statement):
    """Offsets and names of the temporaries in `statement` that g++ 12 destroys twice."""
    for match in AGGREGATE.finditer(statement):
        if not HARMLESS_TYPE.fullmatch(match.group(1)):
            yield match.start(), match.group(1) + "{..}"
    for match in BRACED_ARGUMENT.finditer(statement):
        yield match.start(), "{..}"
    for match in LAMBDA.finditer(statement):
        if copies(match.group(1)):
            yield match.start(), f"[{match.group(1).strip()}]"


def check_temporaries(file):
    for match in AWAIT.finditer(file.code):
        start, statement = statement_around(file.code, match.start())
        for offset, name in temporaries(statement):
            yield file.finding(file.line_of(start + offset), "await-temporary",
                               f"name {name} before the statement with co_await, then move it")


def check_views(file):
    for function in functions(file.code):
        if not function.is_coroutine or "awaitable" not in function.head:
            continue
        parameters = function.head[function.head.find("("):]
        found = VIEW.search(parameters)
        if found:
            yield file.finding(file.line_of(function.first), "await-view",
                               f"{function.name}: take {found.group()} by value, the caller's "
                               "may be gone when the coroutine goes on")


def check_called_lambdas(file):
    for match in LAMBDA.finditer(file.code):
        if not match.group(1).strip():
            continue
        body = file.code.find("{", match.end() - 1)
        if body < 0 or ";" in file.code[match.end():body]:
            continue
        end = matching(file.code, body)
        if file.code[end + 1:end + 2] == "(" and "co_" in file.code[body:end]:
            yield file.finding(file.line_of(match.start()), "await-lambda",
                               "the captures die with this statement: pass them as parameters")


def check_locks(file):
    for function in functions(file.code):
        for match in LOCK.finditer(function.body):
            depth, end = 0, match.end()
            while end < len(function.body) and depth >= 0:
                depth += (function.body[end] == "{") - (function.body[end] == "}")
                end += 1
            if AWAIT.search(function.body[match.end():end]):
                yield file.finding(file.line_of(function.first + 1 + match.start()), "await-lock",
                                   "no lock is held across an await: give it a block of its own")


def check_loops(file):
    for match in LOOP.finditer(file.code):
        end = matching(file.code, match.end() - 1)
        body = file.code[end + 1:].lstrip().partition(";")[0]
        if AWAIT.search(file.code[match.end():end]) and body[:1] != "{" and AWAIT.search(body):
            yield file.finding(file.line_of(match.start()), "await-loop",
                               "await into a variable before the loop and at the body's end")


CHECKS = (check_temporaries, check_views, check_called_lambdas, check_locks, check_loops)


def run(root):
    tree = Tree(root)
    return sorted({f for file in tree.cpp() for check in CHECKS for f in check(file)})


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    findings = run(root)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
