#!/usr/bin/env python3
"""The hooks of .pre-commit-hooks.yaml, run by Debian's pre-commit in a repository with checks."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

from commands import ROOT

GOOD = """version: 1
checks:
  - name: shop
    owner: shop
    http: GET https://shop.example.com/
    notify: pagerduty/shop
"""
WRONG = GOOD.replace("    owner", "    intervall: 5m\n    owner")
UNTIDY = GOOD.replace("name: shop", "name:   shop")
NAME = ["-c", "user.name=a", "-c", "user.email=a@example.com"]


class Hooks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="picket-hooks-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("bin", "checks"):
            (self.folder / name).mkdir()
        (self.folder / "bin/picket").symlink_to(Path(os.environ["PICKET"]).resolve())
        hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        (self.folder / ".pre-commit-config.yaml").write_text(
            yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
        self.git("init", "-q")

    def git(self, *words):
        subprocess.run(["git", *NAME, *words], cwd=self.folder, check=True, capture_output=True)

    def commit_of(self, text):
        """What pre-commit says of a commit with this check file: (exit code, output)."""
        (self.folder / "checks/shop.check.yaml").write_text(text)
        (self.folder / "notes.txt").write_text("not a check: {")
        self.git("add", "checks", "notes.txt", ".pre-commit-config.yaml")
        environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                       "PRE_COMMIT_HOME": str(self.folder / "home")}
        done = subprocess.run(["pre-commit", "run"], cwd=self.folder, env=environment, text=True,
                              capture_output=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_a_wrong_file_is_refused_an_untidy_one_laid_out_a_good_one_passes(self):
        code, said = self.commit_of(WRONG)
        self.assertEqual(code, 1, said)
        self.assertIn("unknown key `intervall`", said)
        code, said = self.commit_of(UNTIDY)
        self.assertEqual(code, 1, said)
        self.assertIn("files were modified by this hook", said)
        self.assertEqual((self.folder / "checks/shop.check.yaml").read_text(), GOOD)
        code, said = self.commit_of(GOOD)
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    if not shutil.which("pre-commit"):
        print("SKIPPED: pre-commit: pre-commit is not installed", flush=True)
        sys.exit(77)
    unittest.main()
