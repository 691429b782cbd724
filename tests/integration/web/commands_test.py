#!/usr/bin/env python3
"""Every command that the web interface names (`<code>picket VERB ...</code>`) is one that picket
knows: its --help is about that command."""
import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PICKET = os.environ["PICKET"]
SHOWN = re.compile(r"<code>picket ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")


def shown(text):
    """["agents token create"] of a page's source: the words before arguments and options."""
    return SHOWN.findall(text)


def is_known(words):
    done = subprocess.run([PICKET, *words.split(), "--help"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20, check=False)
    return done.returncode == 0 and bool(re.search(rf"picket {words}\b", done.stdout))


class WebCommands(unittest.TestCase):
    def test_every_command_that_a_page_names_exists(self):
        found = {words: path for path in (ROOT / "web/src").rglob("*.tsx")
                 for words in shown(path.read_text(encoding="utf-8"))}
        self.assertIn("agents token create", found, "has the form of the pages changed?")
        for words, path in sorted(found.items()):
            with self.subTest(words):
                self.assertTrue(is_known(words), f"{path}: picket knows no `{words}`")

    def test_what_is_no_command_is_noticed(self):
        text = "<code>picket deployments add</code>, <code>picket apply DIR</code>"
        self.assertEqual(shown(text), ["deployments add", "apply"])
        for words in ("deployments add", "deployment", "agents token make"):
            self.assertFalse(is_known(words), words)


if __name__ == "__main__":
    unittest.main()
