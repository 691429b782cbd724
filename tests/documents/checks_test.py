#!/usr/bin/env python3
"""Every whole check file in a page is one that `picket validate` takes."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from commands import blocks_of, pages


def check_files():
    """YAML blocks that begin as a check file does."""
    return [block for path in pages() for block in blocks_of(path)
            if block.language == "yaml" and block.body.startswith("version: 1\n")
            and "\nchecks:" in block.body]


class CheckFiles(unittest.TestCase):
    def validate(self, text):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "page.check.yaml").write_text(text)
            return subprocess.run([os.environ["PICKET"], "validate", folder], text=True,
                                  capture_output=True, check=False)

    def test_every_check_file_of_the_documents_is_valid(self):
        found = check_files()
        self.assertGreater(len(found), 4)
        for block in found:
            done = self.validate(block.body)
            with self.subTest(block.place):
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_wrong_one_is_noticed(self):
        self.assertEqual(self.validate("version: 1\nchecks: [{name: a, htp: b}]\n").returncode, 3)


if __name__ == "__main__":
    unittest.main()
