#!/usr/bin/env python3
"""Every command in a document is one that a test executes, or says why not."""
import re
import sys
import unittest
from pathlib import Path

from commands import (ROOT, blocks, blocks_of, complaints, is_run, is_shell, missing_lines, pages,
                      syntax_errors)

sys.path.insert(0, str(ROOT / "scripts"))
import readme_test  # noqa: E402

SH = "```sh\n{}\n```\n"


def text_of(page):
    return Path(page).read_text(encoding="utf-8")


class Commands(unittest.TestCase):
    def test_no_page_has_commands_that_nothing_runs(self):
        found = [text for path in pages() for block in blocks_of(path)
                 for text in complaints(block)]
        self.assertEqual(found, [])

    def test_every_command_is_in_the_grammar_of_the_shell(self):
        shell = [block for path in pages() for block in blocks_of(path) if is_shell(block)]
        self.assertGreater(len(shell), 60)
        self.assertEqual([error for block in shell for error in syntax_errors(block)], [])
        for broken in ("for a in b; do\n  c", "echo 'a", "picket run)"):
            self.assertTrue(syntax_errors(blocks(SH.format(broken))[0]), broken)

    def test_the_blocks_that_are_run_in_a_booted_debian_are_those(self):
        marked = [one.markers["booted"] for path in pages() for one in blocks_of(path)
                  if "booted" in one.markers]
        proof = text_of(ROOT / "tests/deploy/boot_proof.sh")
        self.assertEqual(sorted(marked), sorted(re.findall(r"^ +page ([a-z-]+) ", proof, re.M)))
        self.assertGreater(len(marked), 5)

    def test_the_folders_of_deploy_are_among_the_pages(self):
        names = {path.parent.name for path in pages() if path.name == "README.md"}
        self.assertLessEqual({"compose", "containers", "debian", "grafana", "helm", "kubernetes",
                              "prometheus", "terraform"}, names)

    def test_the_blocks_of_the_readme_that_are_run_in_a_clone_are_those(self):
        marked = {one.markers["tested"] for one in blocks_of(ROOT / "README.md")
                  if "tested" in one.markers}
        self.assertEqual(marked, set(readme_test.blocks(text_of(ROOT / "README.md"))))
        run = set(re.findall(r'commands\["(\w+)"\]', text_of(readme_test.__file__)))
        self.assertEqual(marked, run)

    def test_the_way_from_the_packages_is_read_in_ten_minutes(self):
        page = text_of(ROOT / "docs/how-to/install-from-packages.md")
        self.assertLessEqual(len(page.split()), 2000, "at 200 words a minute")

    def test_commands_in_untagged_blocks_are_noticed(self):
        for command in ("picket status", "$ anything", "kubectl apply -k x", "./dev up"):
            self.assertEqual(len(complaints(blocks(f"```\n{command}\n```\n")[0])), 1, command)
        self.assertEqual(complaints(blocks("```\ncritical open\n```\n")[0]), [])

    def test_markers_are_known_and_have_reasons(self):
        for marker, wrong in (("not-run: no", 1), ("not-run: it needs a cluster", 0),
                              ("norun: it needs a cluster", 1), ("exit: 1 2", 1),
                              ("tested: start", 1)):
            block = blocks(f"<!-- {marker} -->\n{SH.format('picket status')}")[0]
            self.assertEqual(len(complaints(block)), wrong, marker)

    def test_commands_are_whole(self):
        script = "cat > a <<'END'\nx: 'y\nEND\npicket run \\\n  a\n# said\n\npicket 'two\nlines'\n"
        block = blocks(SH.format(script))[0]
        self.assertTrue(is_run(block))
        self.assertEqual([one.text for one in block.commands],
                         ["cat > a <<'END'\nx: 'y\nEND", "picket run \\\n  a",
                          "picket 'two\nlines'"])

    def test_a_session_has_commands_with_their_output(self):
        text = "  <!-- exit: 1 -->\n  ```console\n  $ a b\n  one\n\n  two\n  $ c\n  ```\n"
        block = blocks(text)[0]
        self.assertEqual([(one.text, one.output, one.exit) for one in block.commands],
                         [("a b", ["one", "two"], 1), ("c", [], 0)])

    def test_shapes_differ_in_numbers_times_and_ids_only(self):
        shown = ["shop  0.25 s, since 04:41:58", "  01JD2Q8Y0V5T3KXE6M4P9RZWBC: down ..."]
        printed = "head\nshop 11 s, since 23:00:01\n01KD2Q8Y0V5T3KXE6M4P9RZWBC: down in 3 of 3\n"
        self.assertEqual(missing_lines(shown, printed), [])
        self.assertEqual(missing_lines(shown, printed.replace("shop", "home")), shown[:1])
        self.assertEqual(missing_lines(shown, "\n".join(reversed(printed.splitlines()))),
                         shown[1:])


if __name__ == "__main__":
    unittest.main()
