"""How long files, functions, parameter lists and lines may be; how a header opens."""
import ast
import re

from .cpp_functions import functions

LINES = {".h": 300, ".cpp": 400, ".py": 400, ".sh": 400, ".txt": 400, ".cmake": 400}
MAIN_LINES = 120
FUNCTION_LINES = 60
COROUTINE_LINES = 50
TEST_CASE_LINES = 100  # a test may carry its table
NESTING = 3
PARAMETERS = 6
COLUMNS = 100
SHELL_SCRIPTS = ("dev", ".ci/run")


def is_code(file):
    named = file.name == "CMakeLists.txt" or file.path in SHELL_SCRIPTS
    return named or file.suffix in (".h", ".cpp", ".py", ".sh", ".cmake")


def check_file_sizes(tree):
    for file in tree.files:
        if not is_code(file):
            continue
        limit = MAIN_LINES if file.name == "main.cpp" else LINES.get(file.suffix, 400)
        if len(file.lines) > limit:
            yield file.finding(limit + 1, "file-size",
                               f"{len(file.lines)} lines, at most {limit}: move a part out")


def check_columns(tree):
    for file in tree.files:
        if not is_code(file):
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS:
                yield file.finding(number, "columns", f"{len(line)} columns, at most {COLUMNS}")
            if "\t" in line:
                yield file.finding(number, "tab", "indent with spaces")


def function_limit(function):
    if function.name == "TEST_CASE":
        return TEST_CASE_LINES
    return COROUTINE_LINES if function.is_coroutine else FUNCTION_LINES


def check_cpp_functions(tree):
    for file in tree.cpp():
        for function in functions(file.code):
            line = file.line_of(function.first)
            length = file.line_of(function.last) - line + 1
            limit = function_limit(function)
            if length > limit:
                yield file.finding(line, "function-size", f"{function.name} has {length} lines, at "
                                   f"most {limit}: name a part of it")
            if function.parameters > PARAMETERS:
                yield file.finding(line, "parameters", f"{function.name} takes "
                                   f"{function.parameters}, at most {PARAMETERS}: use a struct")
            if function.nesting() > NESTING:
                yield file.finding(line, "nesting", f"{function.name} nests "
                                   f"{function.nesting()} deep, at most {NESTING}: return early")


def check_python_functions(tree):
    for file in tree.with_suffix(".py"):
        try:
            parsed = ast.parse(file.text)
        except SyntaxError as error:
            yield file.finding(error.lineno or 1, "syntax", f"not Python 3.11: {error.msg}")
            continue
        for node in ast.walk(parsed):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                yield file.finding(node.lineno, "function-size", f"{node.name} has {length} lines, "
                                   f"at most {FUNCTION_LINES}: name a part of it")
            names = [a.arg for a in node.args.args + node.args.kwonlyargs]
            count = len([name for name in names if name not in ("self", "cls")])
            if count > PARAMETERS:
                yield file.finding(node.lineno, "parameters",
                                   f"{node.name} takes {count}, at most {PARAMETERS}")


def check_header_opening(tree):
    for file in tree.with_suffix(".h"):
        opening = re.match(r"(?:#pragma once\n\s*)?((?://[^\n]*\n)+)", file.text)
        lines = opening.group(1).count("\n") if opening else 0
        if not 2 <= lines <= 12:
            yield file.finding(1, "header", "open with 2 to 6 lines of comment: what for, who owns "
                               "it, which executor, what it never does")
        if not re.search(r"^#pragma once$", file.text, re.M):
            yield file.finding(1, "header", "#pragma once is missing")


RULES = (check_file_sizes, check_columns, check_cpp_functions, check_python_functions,
         check_header_opening)
