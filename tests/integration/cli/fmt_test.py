#!/usr/bin/env python3
"""`picket fmt`: what it writes, what it only shows, and what it leaves alone."""
import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

PICKET = os.environ["PICKET"]
ROOT = pathlib.Path(__file__).resolve().parents[3]

UGLY = """version: 1
checks:
- name: a      # the first
  http:   GET https://a.test/
- name: b
  http: GET https://b.test/
"""
PRETTY = """version: 1
checks:
  - name: a      # the first
    http: GET https://a.test/

  - name: b
    http: GET https://b.test/
"""


class FmtTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-fmt-")
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        self.file = self.path / "a.check.yaml"
        self.file.write_text(UGLY)

    def fmt(self, *arguments, wanted=0):
        done = subprocess.run([PICKET, "fmt", *arguments], cwd=self.path, text=True, timeout=20,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.PIPE, env={"LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, wanted, done.stdout + done.stderr)
        return done

    def test_files_are_written_with_their_mode_and_then_stay(self):
        self.file.chmod(0o640)
        done = self.fmt()
        self.assertEqual((done.stdout, done.stderr), ("", "1 of 1 file changed\n"))
        self.assertEqual(self.file.read_text(), PRETTY)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        before = self.file.stat()
        self.assertEqual(self.fmt().stderr, "0 of 1 file changed\n")
        self.assertEqual(self.file.stat().st_ino, before.st_ino)
        self.assertEqual(os.listdir(self.path), ["a.check.yaml"])

    def test_check_lists_and_writes_nothing(self):
        (self.path / "b.check.yaml").write_text(PRETTY.replace("name: ", "name: x-"))
        done = self.fmt("--check", wanted=1)
        self.assertRegex(done.stdout, r"\A(\./)?a\.check\.yaml\n\Z")
        self.assertEqual(done.stderr, "1 of 2 files would change\n")
        self.assertEqual(self.file.read_text(), UGLY)

    def test_diff_can_be_applied_by_patch(self):
        done = self.fmt("--diff", wanted=1)
        self.assertEqual(self.file.read_text(), UGLY)
        self.assertIn("@@ -1,6 +1,7 @@\n version: 1\n checks:\n-- name: a      # the first\n",
                      done.stdout)
        self.assertIn("\n+\n+  - name: b\n", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_a_file_with_a_mistake_is_told_and_left_and_the_others_are_written(self):
        bad = self.path / "b.check.yaml"
        bad.write_text("version: 1\nchecks: [\n")
        done = self.fmt(wanted=3)
        self.assertIn("b.check.yaml:2:", done.stderr)
        self.assertIn("= help: mend it first", done.stderr)
        self.assertIn("1 of 2 files changed, 1 refused", done.stderr)
        self.assertEqual(bad.read_text(), "version: 1\nchecks: [\n")
        self.assertEqual(self.file.read_text(), PRETTY)

    def test_a_path_that_does_not_exist_or_holds_no_checks_ends_with_3(self):
        self.assertIn("nowhere does not exist", self.fmt("nowhere", wanted=3).stderr)
        (self.path / "empty").mkdir()
        self.assertIn("named *.check.yaml", self.fmt("empty", wanted=3).stderr)

    def test_the_committed_examples_are_laid_out(self):
        self.assertEqual(self.fmt("--check", str(ROOT / "configs/checks")).stdout, "")


if __name__ == "__main__":
    unittest.main()
