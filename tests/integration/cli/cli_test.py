#!/usr/bin/env python3
"""The program `picket` as people and CI meet it: what it prints where, and how it ends."""
import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

PICKET = os.environ["PICKET"]
ROOT = pathlib.Path(__file__).resolve().parents[3]

GOOD = """version: 1
checks:
  - name: home
    owner: shop
    notify: pagerduty/shop
    http: GET https://shop.example.com/
"""
BAD = GOOD + "    intervall: 60s\n"


def picket(*arguments, cwd=None, **environment):
    """A finished process; the environment is only what is given."""
    return subprocess.run([PICKET, *arguments], cwd=cwd, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=20, check=False)


class CliTest(unittest.TestCase):
    def setUp(self):
        self._directory = tempfile.TemporaryDirectory(prefix="picket-cli-")
        self.addCleanup(self._directory.cleanup)
        self.path = pathlib.Path(self._directory.name)

    def write(self, name, text):
        (self.path / name).write_text(text)

    def test_valid_files_end_with_0_and_a_summary_on_stdout(self):
        self.write("a.check.yaml", GOOD)
        done = picket("validate", cwd=self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^0 errors, 0 warnings in 1 check \(1 file, \d+ ms\)\n$")

    def test_the_committed_examples_are_valid_and_strict(self):
        done = picket("validate", "--strict", str(ROOT / "configs/checks"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_mistake_ends_with_3_and_stands_on_stderr(self):
        self.write("a.check.yaml", BAD)
        done = picket("validate", "a.check.yaml", cwd=self.path)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stderr, """\
error[E0107]: unknown key `intervall`
  --> a.check.yaml:7:5
   |
 7 |     intervall: 60s
   |     ^^^^^^^^^ did you mean `interval`?
   = help: keys of a check: `picket explain check`

""")
        self.assertIn("1 error, 0 warnings in 1 check (1 file,", done.stdout)

    def test_strict_makes_warnings_count_and_wants_runbooks(self):
        self.write("a.check.yaml", GOOD)
        done = picket("validate", "--strict", cwd=self.path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("error[W0201]", done.stderr)

    def test_all_mistakes_of_all_files_come_in_file_order(self):
        self.write("b.check.yaml", BAD)
        self.write("a.check.yaml", "version: 1\nchecks: [\n")
        done = picket("validate", ".", cwd=self.path)
        first, second = done.stderr.find("a.check.yaml"), done.stderr.find("b.check.yaml")
        self.assertTrue(0 < first < second, done.stderr)

    def test_json_has_a_schema_version_and_every_place(self):
        self.write("a.check.yaml", BAD)
        done = picket("validate", "-o", "json", cwd=self.path)
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        report = json.loads(done.stdout)
        self.assertEqual(report["schema_version"], 1)
        mistake = report["diagnostics"][0]
        self.assertEqual((mistake["code"], mistake["line"], mistake["column"], mistake["length"]),
                         ("E0107", 7, 5, 9))
        self.assertEqual(report["summary"]["errors"], 1)

    def test_github_annotations(self):
        self.write("a,b.check.yaml", BAD)
        done = picket("validate", "-o", "github", cwd=self.path)
        self.assertIn("::error file=a%2Cb.check.yaml,line=7,col=5,endColumn=14,title=E0107::"
                      "unknown key `intervall`: did you mean `interval`?%0A", done.stdout)

    def test_a_directory_without_checks_is_an_error(self):
        done = picket("validate", ".", cwd=self.path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("no check files here", done.stderr)

    def test_a_path_that_does_not_exist_is_an_error(self):
        done = picket("validate", "nowhere", cwd=self.path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("nowhere does not exist", done.stderr)

    def test_a_bad_command_line_ends_with_2(self):
        for arguments, wanted in (((), "subcommand is required"),
                                  (("valdate",), "did you mean `validate`?"),
                                  (("validate", "-o", "xml"), "xml"),
                                  (("validate", "--no-such"), "unknown option `--no-such`\n"),
                                  (("--controller", "http://a.test", "stauts"),
                                   "unknown command `stauts`: did you mean `status`?"),
                                  (("--contoller", "http://a.test", "status"),
                                   "unknown option `--contoller`: did you mean `--controller`?"),
                                  (("status", "--wach"), "did you mean `--watch`?"),
                                  (("import", "blackbx"),
                                   "unknown command `blackbx`: did you mean `blackbox`?"),
                                  (("--", "stauts"), "did you mean `status`?"),
                                  (("--context", "here"), "subcommand is required"),
                                  (("status", "now"), "not expected: now"),
                                  (("--color", "pink", "version"), "pink"),
                                  (("explain", "check.intervall"), "`check.interval`?")):
            with self.subTest(arguments):
                done = picket(*arguments, cwd=self.path)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(wanted, done.stderr)

    def test_help_and_version_end_with_0(self):
        for arguments in (("--help",), ("validate", "--help"), ("--version",), ("version",)):
            done = picket(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        self.assertRegex(done.stdout, r"^picket \d+\.\d+\.\d+\n$")

    def test_explain_knows_keys_maps_and_codes(self):
        self.assertIn("how often", picket("explain", "check.interval").stdout)
        self.assertIn("how often", picket("explain", "interval").stdout)
        self.assertIn("follow_redirects", picket("explain", "http").stdout)
        self.assertIn("without a unit", picket("explain", "E0110").stdout)
        self.assertIn("not run by this version", picket("explain", "check.browser").stdout)
        self.assertIn("matcher", picket("explain").stdout)

    def test_init_writes_a_file_that_is_valid_and_never_overwrites(self):
        done = picket("init", "checks", cwd=self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(picket("validate", "checks", cwd=self.path).returncode, 0)
        file = self.path / "checks/first.check.yaml"
        file.write_text("mine")
        again = picket("init", "checks", cwd=self.path)
        self.assertEqual(again.returncode, 4)
        self.assertIn("exists already", again.stderr)
        self.assertEqual(file.read_text(), "mine")

    def test_init_says_why_it_cannot_write(self):
        self.write("checks", "a file")
        done = picket("init", "checks", cwd=self.path)
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("checks", done.stderr)

    def test_a_full_disk_under_stdout_is_not_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PICKET, "version"], stdout=full, check=False, timeout=20)
        self.assertEqual(done.returncode, 4)

    def colored(self, *arguments, **environment):
        """Whether stderr, a terminal, gets colour."""
        self.write("a.check.yaml", BAD)
        master, slave = pty.openpty()
        try:
            subprocess.run([PICKET, *arguments, "validate", "a.check.yaml"], cwd=self.path,
                           env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=slave, timeout=20, check=False)
            return b"\x1b[" in os.read(master, 65536)
        finally:
            os.close(slave)
            os.close(master)

    def test_colour_only_on_a_terminal_unless_told(self):
        self.assertTrue(self.colored(TERM="xterm"))
        self.assertFalse(self.colored(TERM="xterm", NO_COLOR="1"))
        self.assertFalse(self.colored(TERM="dumb"))
        self.assertFalse(self.colored("--color", "never", TERM="xterm"))
        self.assertTrue(self.colored("--color", "always", TERM="dumb"))
        self.write("a.check.yaml", BAD)
        done = picket("validate", "a.check.yaml", cwd=self.path, TERM="xterm")
        self.assertNotIn("\x1b[", done.stderr)


if __name__ == "__main__":
    unittest.main()
