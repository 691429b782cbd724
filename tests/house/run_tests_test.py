#!/usr/bin/env python3
"""Shows that the test runner counts right and that an unlisted skip fails the run (real ctest)."""
import contextlib
import io
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import run_tests  # noqa: E402  pylint: disable=wrong-import-position

CATCH_FAILED = "test cases: 5 | 3 passed | 2 failed\nassertions: 9 | 7 passed | 2 failed\n"


def outcome_of(tests):
    """The runner's view of ctest tests given as {name: shell command}."""
    with tempfile.TemporaryDirectory() as folder:
        lists = ["cmake_minimum_required(VERSION 3.25)", "project(x NONE)", "enable_testing()"]
        for name, command in tests.items():
            lists += [f"add_test(NAME {name} COMMAND sh -c [[{command}]])",
                      f"set_tests_properties({name} PROPERTIES SKIP_RETURN_CODE 77)"]
        source = pathlib.Path(folder)
        (source / "CMakeLists.txt").write_text("\n".join(lists))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["cmake", "-G", "Ninja", "-S", folder, "-B", folder + "/b"], check=True,
                       **quiet)
        subprocess.run(["ctest", "--test-dir", folder + "/b", "--output-junit", "j.xml"],
                       check=False, **quiet)
        outcome = run_tests.Outcome()
        run_tests.read_junit(source / "b" / "j.xml", outcome, "dev")
        return outcome


def printed_report(tests, allowed=()):
    """(exit code, what is printed) of the report on these tests."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = run_tests.report({"dev": outcome_of(tests)}, set(allowed))
    return code, printed.getvalue()


def report(tests, allowed=()):
    """(exit code, last line) of the report on these tests."""
    code, printed = printed_report(tests, allowed)
    return code, printed.splitlines()[-1]


class Report(unittest.TestCase):
    def test_a_skip_that_is_not_listed_fails_the_run(self):
        tests = {"a": "true", "b": "echo 'SKIPPED: ipv6: no ::1 here'"}
        self.assertEqual(report(tests), (1, "1 passed, 1 failed, 1 skipped"))
        allowed = [("ipv6", "no ::1 here")]
        self.assertEqual(report(tests, allowed), (0, "1 passed, 0 failed, 1 skipped"))

    def test_the_reason_belongs_to_the_list(self):
        tests = {"a": "true", "b": "echo 'SKIPPED: ipv6: did not feel like it'; exit 77"}
        self.assertEqual(report(tests, [("ipv6", "no ::1 here")])[0], 1)

    def test_a_skip_without_a_reason_is_never_allowed(self):
        self.assertEqual(report({"a": "true", "b": "exit 77"}, [("b", "some reason")])[0], 1)

    def test_cases_inside_a_program_are_counted(self):
        tests = {"catch": "echo 'All tests passed (30 assertions in 12 test cases)'",
                 "python": "echo 'Ran 7 tests in 0.1s'", "script": "true"}
        self.assertEqual(report(tests), (0, "20 passed, 0 failed, 0 skipped"))
        self.assertEqual(run_tests.count_cases(CATCH_FAILED, False), (3, 1))

    def test_a_failed_or_missing_program_fails_the_run(self):
        self.assertEqual(report({"a": "true", "b": "exit 3"})[0], 1)
        outcome = run_tests.Outcome()
        with tempfile.TemporaryDirectory() as folder:
            junit = pathlib.Path(folder) / "j.xml"
            junit.write_text('<testsuite><testcase name="a" status="notrun">'
                             '<skipped message="Unable to find executable"/></testcase>'
                             "</testsuite>")
            run_tests.read_junit(junit, outcome, "dev")
        self.assertEqual(outcome.failures, ["dev: a: Unable to find executable"])

    def test_the_end_of_a_failed_tests_output_stands_beside_the_summary(self):
        command = "for i in $(seq 100); do echo line $i; done; exit 1"
        _, printed = printed_report({"a": "echo quiet", "b": command})
        self.assertIn("==> end of the output of dev: b\nline 71\n", printed)
        self.assertIn("\nline 100\n\ndev ", printed)
        self.assertNotIn("quiet", printed)

    def test_no_test_at_all_is_a_failure(self):
        self.assertEqual(report({}), (1, "0 passed, 1 failed, 0 skipped"))

    def test_no_test_is_left_out_by_every_preset_that_runs(self):
        together = {preset.name: preset for preset in run_tests.choose_presets(None)}
        self.assertEqual(together["dev"].left_out, together["asan"].labels)
        for names in [["dev"], ["asan"], ["dev", "clang"]]:
            self.assertEqual({preset.left_out for preset in run_tests.choose_presets(names)}, {""})

    def test_the_list_of_allowed_skips_wants_a_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "skips.txt"
            path.write_text("# comment\n\nipv6: no ::1 here\n")
            self.assertEqual(run_tests.read_allowed_skips(path), {("ipv6", "no ::1 here")})
            path.write_text("ipv6\n")
            with self.assertRaisesRegex(SystemExit, "skips.txt:1: wanted"):
                run_tests.read_allowed_skips(path)

    def test_deploy_runs_what_stands_in_its_folder_and_the_rest_runs_its_cheap_part(self):
        text = (ROOT / "tests/deploy/CMakeLists.txt").read_text()
        cheap, _, rest = text.partition("if(NOT PICKET_DEPLOY_TESTS)")
        for part, label in ((cheap, "manifests"), (rest, "deploy")):
            labels = re.findall(r"^picket_deploy_test\(\w+ LABEL (\w+)", part, re.M)
            self.assertEqual(set(labels), {label})
            self.assertEqual(len(labels), part.count("\npicket_deploy_test("))
            self.assertRegex(label, run_tests.DEPLOY.labels)
        self.assertTrue(run_tests.DEPLOY.deploy)
        for preset in run_tests.choose_presets(None):
            self.assertFalse(preset.deploy)


if __name__ == "__main__":
    unittest.main()
