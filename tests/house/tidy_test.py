#!/usr/bin/env python3
"""Shows that each rule of scripts/tidy.py finds what it is for, and leaves good code alone."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import tidy  # noqa: E402  pylint: disable=wrong-import-position

OPENING = "// What this is for.\n// Who owns it.\n#pragma once\n"


def findings(files, git_subject=None):
    """The findings, as `path:line: rule`, in a tree with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            target = pathlib.Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        if git_subject is not None:
            git = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com"]
            subprocess.run([*git, "init", "-q", "-b", "topic"], check=True)
            subprocess.run([*git, "add", "-A"], check=True)
            subprocess.run([*git, "commit", "-qm", git_subject], check=True)
        return [f"{f.path}:{f.line}: {f.rule}" for f in tidy.run(folder)]


def include(path, *headers):
    """A tree in which `path` includes the headers, all listed and used."""
    lines = "".join(f'#include "{header}"\n' for header in headers)
    tree = {path: (OPENING if path.endswith(".h") else "") + lines}
    tree["CMakeLists.txt"] = path
    if path.endswith(".h"):
        tree["tests/user.cpp"] = f'#include "{path}"\n'
        tree["CMakeLists.txt"] += " tests/user.cpp"
    for header in headers:
        if header.startswith(("common/", "agent/", "controller/", "cli/", "tests/")):
            tree[header] = OPENING
    return tree


class Layers(unittest.TestCase):
    def refused(self, path, header):
        line = 4 if path.endswith(".h") else 1
        self.assertEqual(findings(include(path, header)), [f"{path}:{line}: layer"])

    def allowed(self, path, header):
        self.assertEqual(findings(include(path, header)), [])

    def test_core_includes_nothing_above_it(self):
        self.refused("common/core/a.cpp", "common/model/b.h")
        self.refused("common/core/a.h", "common/async/b.h")
        self.allowed("common/core/a.cpp", "common/core/b.h")

    def test_model_and_async_include_core_and_not_each_other(self):
        self.allowed("common/model/a.cpp", "common/core/b.h")
        self.refused("common/model/a.cpp", "common/async/b.h")
        self.refused("common/async/a.cpp", "common/model/b.h")

    def test_the_second_layer_includes_the_first_and_not_its_siblings(self):
        self.allowed("common/wire/a.cpp", "common/model/b.h")
        self.refused("common/wire/a.cpp", "common/http/b.h")

    def test_common_includes_no_program(self):
        self.refused("common/http/a.cpp", "agent/link/b.h")

    def test_programs_do_not_include_each_other(self):
        self.refused("agent/agent.cpp", "controller/controller.h")
        self.refused("controller/controller.cpp", "agent/agent.h")
        self.refused("controller/api/a.cpp", "cli/commands/b.h")

    def test_the_cli_includes_the_engine_and_nothing_else_of_the_agent(self):
        self.allowed("cli/commands/a.cpp", "agent/script/b.h")
        self.allowed("cli/commands/a.cpp", "agent/probe/b.h")
        self.refused("cli/commands/a.cpp", "agent/link/b.h")
        self.refused("cli/commands/a.cpp", "controller/plan/b.h")

    def test_sibling_folders_meet_in_the_program_only(self):
        self.refused("agent/link/a.cpp", "agent/spool/b.h")
        self.refused("controller/ingest/a.cpp", "controller/deliver/b.h")
        self.allowed("agent/agent.cpp", "agent/spool/b.h")
        self.allowed("controller/daemon/app.cpp", "controller/deliver/b.h")
        self.refused("agent/link/a.cpp", "agent/agent.h")

    def test_an_interface_header_is_open_to_siblings_and_holds_no_state(self):
        tree = include("controller/ingest/a.cpp", "controller/store/rows.h")
        self.assertEqual(findings(tree), ["controller/store/rows.h:1: interface"])
        tree["controller/store/rows.h"] = "// Rows.\n// Interface header.\n#pragma once\n"
        self.assertEqual(findings(tree), [])
        tree["controller/store/rows.h"] += "class A {\n private:\n  int a_;\n};\n"
        self.assertEqual(findings(tree), ["controller/store/rows.h:5: interface"])

    def test_the_list_of_interface_headers_names_no_header_that_is_gone(self):
        tree = {"scripts/tidy_rules/layers.py": '"controller/store/rows.h"\n', "dev": "layers"}
        self.assertEqual(set(findings(tree)), {"scripts/tidy_rules/layers.py:1: interface"})

    def test_a_joining_folder_includes_any_below_it_and_none_below_includes_it(self):
        self.allowed("controller/routes/a.cpp", "controller/store/b.h")
        self.allowed("controller/routes/a.cpp", "controller/turn/b.h")
        self.refused("controller/turn/a.cpp", "controller/routes/b.h")
        self.refused("controller/store/a.cpp", "controller/turn/b.h")
        self.refused("controller/routes/a.cpp", "controller/controller.h")
        self.allowed("controller/daemon/a.cpp", "controller/controller.h")
        self.refused("controller/controller.cpp", "controller/daemon/b.h")
        self.refused("controller/routes/a.cpp", "agent/link/b.h")

    def test_tests_include_all_and_nobody_includes_tests(self):
        self.allowed("tests/unit/agent/a_test.cpp", "controller/plan/b.h")
        self.refused("agent/link/a.cpp", "tests/support/b.h")


class Libraries(unittest.TestCase):
    def test_confined_headers_stay_in_their_folder(self):
        owners = {
            "curl/curl.h": "common/http/a.cpp", "ares.h": "common/http/a.cpp",
            "yaml-cpp/yaml.h": "common/checks/a.cpp", "sqlite3.h": "controller/store/a.cpp",
            "prometheus/counter.h": "common/telemetry/a.cpp",
            "spdlog/spdlog.h": "common/core/log.cpp", "re2/re2.h": "common/model/a.cpp",
            "picket/v1/link.pb.h": "common/wire/a.cpp",
        }
        for header, owner in owners.items():
            self.assertEqual(findings(include(owner, header)), [], header)
            path = "cli/commands/a.cpp"
            self.assertEqual(findings(include(path, header)), [f"{path}:1: library"], header)

    def test_model_and_core_never_see_asio(self):
        for path in ("common/model/a.cpp", "common/core/a.cpp"):
            self.assertEqual(findings(include(path, "boost/asio/awaitable.hpp")),
                             [f"{path}:1: library"])
        self.assertEqual(findings(include("common/async/a.cpp", "boost/asio/awaitable.hpp")), [])

    def test_the_whole_of_asio_and_std_regex_are_included_nowhere(self):
        for header in ("boost/asio.hpp", "regex"):
            path = "common/async/a.cpp"
            self.assertEqual(findings(include(path, header)), [f"{path}:1: library"])

    def test_re2_stands_in_no_header(self):
        self.assertEqual(findings(include("common/model/a.h", "re2/re2.h")),
                         ["common/model/a.h:4: library"])

    def test_beast_is_included_by_one_file_of_a_program(self):
        tree = include("controller/server/a.cpp", "boost/beast/http.hpp")
        self.assertEqual(findings(tree), [])
        tree["controller/server/b.cpp"] = "#include <boost/beast/core.hpp>\n"
        tree["CMakeLists.txt"] += " controller/server/b.cpp"
        self.assertEqual(findings(tree), ["controller/server/b.cpp:1: beast"])
        self.assertEqual(findings(include("controller/server/a.h", "boost/beast/http.hpp")),
                         ["controller/server/a.h:4: beast"])


def one_file(path, text):
    return findings({path: text, "CMakeLists.txt": path})


class Calls(unittest.TestCase):
    def test_clocks_are_read_in_async_only(self):
        text = "auto now = std::chrono::steady_clock::now();\n"
        self.assertEqual(one_file("agent/link/a.cpp", text), ["agent/link/a.cpp:1: clock"])
        self.assertEqual(one_file("common/async/a.cpp", text), [])
        self.assertEqual(one_file("agent/link/a.cpp", "// not steady_clock\n"), [])

    def test_nobody_sleeps_starts_a_shell_or_detaches(self):
        for rule, text in (("sleep", "std::this_thread::sleep_for(x);\n"),
                           ("sleep", "usleep(5);\n"),
                           ("shell", 'auto f = popen("ls", "r");\n'),
                           ("shell", 'int rc = std::system("ls");\n'),
                           ("detached", "co_spawn(e, f(), boost::asio::detached);\n")):
            self.assertEqual(one_file("agent/link/a.cpp", text), [f"agent/link/a.cpp:1: {rule}"])
        self.assertEqual(one_file("agent/link/a.cpp", "boost::system::error_code e;\n"), [])
        self.assertEqual(one_file("agent/link/a.cpp", "co_await clock.sleep_for(x);\n"), [])


def function(lines, body="  work();\n", parameters=""):
    return f"void f({parameters}) {{\n" + body * (lines - 2) + "}\n"


class Sizes(unittest.TestCase):
    def test_files_have_a_limit_by_kind(self):
        for path, limit in (("agent/a.cpp", 400), ("agent/main.cpp", 120), ("demo/a.py", 400)):
            comment = "# x\n" if path.endswith(".py") else "// x\n"
            self.assertEqual(one_file(path, comment * limit), [])
            self.assertEqual(one_file(path, comment * (limit + 1)),
                             [f"{path}:{limit + 1}: file-size"])

    def test_a_header_has_at_most_300_lines(self):
        tree = include("common/core/a.h")
        tree["common/core/a.h"] += "\n// x" * 298
        self.assertEqual(findings(tree), ["common/core/a.h:301: file-size"])

    def test_lines_have_at_most_100_columns_and_no_tab(self):
        self.assertEqual(one_file("agent/a.cpp", "// " + "x" * 97 + "\n"), [])
        self.assertEqual(one_file("agent/a.cpp", "// " + "x" * 98 + "\n"),
                         ["agent/a.cpp:1: columns"])
        self.assertEqual(one_file("agent/a.cpp", "\tint a;\n"), ["agent/a.cpp:1: tab"])

    def test_functions_have_at_most_60_lines_and_coroutines_50(self):
        self.assertEqual(one_file("agent/a.cpp", function(60)), [])
        self.assertEqual(one_file("agent/a.cpp", function(61)), ["agent/a.cpp:1: function-size"])
        awaits = "  co_await x;\n"
        self.assertEqual(one_file("agent/a.cpp", function(50, awaits)), [])
        self.assertEqual(one_file("agent/a.cpp", function(51, awaits)),
                         ["agent/a.cpp:1: function-size"])

    def test_a_test_case_may_carry_its_table(self):
        case = 'TEST_CASE("a", "[b]") {\n' + "  {1, 2},\n" * 98 + "}\n"
        self.assertEqual(one_file("tests/unit/a_test.cpp", case), [])
        self.assertEqual(one_file("tests/unit/a_test.cpp", case.replace("{1", "{\n1", 1)),
                         ["tests/unit/a_test.cpp:1: function-size"])

    def test_the_size_of_a_method_is_found_in_its_class_and_behind_an_initialiser_list(self):
        inside = "namespace n {\nclass A final : public B {\n" + function(61) + "};\n}\n"
        self.assertEqual(one_file("agent/a.cpp", inside), ["agent/a.cpp:3: function-size"])
        constructor = "A::A(int x)\n    : x_{x}, y_(x) {\n" + "  work();\n" * 60 + "}\n"
        self.assertEqual(one_file("agent/a.cpp", constructor), ["agent/a.cpp:2: function-size"])

    def test_a_table_and_a_long_namespace_are_no_functions(self):
        table = "namespace n {\nconstexpr Row kRows[] = {\n" + "  {1, f(2)},\n" * 80 + "};\n}\n"
        self.assertEqual(one_file("agent/a.cpp", table), [])

    def test_a_function_takes_at_most_6_parameters(self):
        six = "int a, std::map<int, int> b, int c, int d, int e, int f"
        self.assertEqual(one_file("agent/a.cpp", function(3, parameters=six)), [])
        self.assertEqual(one_file("agent/a.cpp", function(3, parameters=six + ", int g")),
                         ["agent/a.cpp:1: parameters"])

    def test_blocks_nest_three_deep(self):
        deep = "if (a) {\n" * 3 + "}\n" * 3
        self.assertEqual(one_file("agent/a.cpp", f"void f() {{\n{deep}}}\n"), [])
        self.assertEqual(one_file("agent/a.cpp", f"void f() {{\nfor (;;) {{\n{deep}}}\n}}\n"),
                         ["agent/a.cpp:1: nesting"])

    def test_python_functions_have_the_same_limits(self):
        self.assertEqual(one_file("demo/a.py", "def f():\n" + "    g()\n" * 60),
                         ["demo/a.py:1: function-size"])
        self.assertEqual(one_file("demo/a.py", "def f(a, b, c, d, e, f, g):\n    pass\n"),
                         ["demo/a.py:1: parameters"])
        self.assertEqual(one_file("demo/a.py", "def f(:\n"), ["demo/a.py:1: syntax"])

    def test_a_header_opens_with_a_comment_and_pragma_once(self):
        tree = include("common/core/a.h")
        for text in ("#pragma once\nint a;\n", "// One line.\n#pragma once\n", "// a\n// b\n"):
            tree["common/core/a.h"] = text
            self.assertEqual(findings(tree), ["common/core/a.h:1: header"])


class House(unittest.TestCase):
    def test_a_source_in_no_list_is_dead(self):
        tree = {"agent/link/a.cpp": "", "agent/link/CMakeLists.txt": "SOURCES xa.cpp"}
        self.assertEqual(findings(tree), ["agent/link/a.cpp:1: dead-file"])
        tree["agent/link/CMakeLists.txt"] = "SOURCES a.cpp"
        self.assertEqual(findings(tree), [])

    def test_a_header_nobody_includes_is_dead(self):
        tree = include("common/core/a.h")
        del tree["tests/user.cpp"]
        self.assertEqual(findings(tree), ["common/core/a.h:1: dead-file"])

    def test_a_script_nobody_calls_is_dead(self):
        tree = {"scripts/a.py": "", "dev": "python3 scripts/b.py"}
        self.assertEqual(findings(tree), ["scripts/a.py:1: dead-file"])
        tree["dev"] = "python3 scripts/a.py"
        self.assertEqual(findings(tree), [])

    def test_names_say_what_a_file_is(self):
        for path in ("agent/utils.cpp", "agent/string_helpers.cpp", "agent/misc/a.cpp",
                     "agent/Link.cpp"):
            self.assertEqual(one_file(path, ""), [f"{path}:1: name"])
        self.assertEqual(one_file("tests/unit/agent/link.cpp", ""),
                         ["tests/unit/agent/link.cpp:1: name"])

    def test_error_codes_and_their_page_agree(self):
        table = 'PICKET_ERROR(timeout, retryable, "x")\nPICKET_ERROR(io, fatal, "x")\n'
        tree = {"common/core/error_codes.def": table,
                "docs/reference/errors.md": "| `timeout` | retryable |\n| `gone` | x |\n"}
        self.assertEqual(findings(tree), ["common/core/error_codes.def:2: error-code",
                                          "docs/reference/errors.md:2: error-code"])
        tree["docs/reference/errors.md"] = "| `timeout` | fatal |\n| `io` | fatal |\n"
        self.assertEqual(findings(tree), ["docs/reference/errors.md:1: error-code"])

    def test_no_path_of_a_machine(self):
        for folder in ("work", "root", "home"):
            self.assertEqual(one_file("docs/a.md", f"see /{folder}/x\n"),
                             ["docs/a.md:1: machine-path"])
        self.assertEqual(one_file("docs/a.md", "GET https://shop.example.com/home/x\n"), [])

    def test_links_lead_somewhere(self):
        tree = {"docs/a.md": "[b](b.md#the-way-in) [c](../README.md) [d](https://x)\n",
                "docs/b.md": "## The way in\n", "README.md": ""}
        self.assertEqual(findings(tree), [])
        tree["docs/a.md"] = "[b](b.md#no)\n[c](c.md)\n```\n[x](none.md)\n```\n"
        self.assertEqual(findings(tree), ["docs/a.md:1: link", "docs/a.md:2: link"])

    def test_commit_subjects_have_at_most_72_columns(self):
        self.assertEqual(findings({"a.md": ""}, "a" * 72), [])
        self.assertEqual(findings({"a.md": ""}, "a" * 73), ["a.md:1: commit"])


if __name__ == "__main__":
    unittest.main()
