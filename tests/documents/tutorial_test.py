#!/usr/bin/env python3
"""Types every command of docs/tutorial.md into a shell, from its first line to its last: real
programs, the page's own files. Only its ports and the place of the programs are others."""
import os
import re
import sys
import tempfile
import unittest
from pathlib import Path

from commands import ROOT, blocks_of, is_run, is_shell
from shell import Shell

sys.path.insert(0, str(ROOT / "tests/support"))

from ports import free_port  # noqa: E402

PORTS = re.compile(r"\b(8000|8080|8090|8443)\b")
# What a step must show, beside ending well.
SAYS = {
    "picket validate checks": r"0 errors, 0 warnings in 1 check",
    "picket run --allow 127.0.0.0/8 checks": r"1 passed",
    "picket agents": r"home +first +online",
    "picket results home": r"pass",
    "picket results home --evidence --limit 1": r"curl ",
    'picket incidents show "$ID"': r"acknowledged",
    "picket backup": r"\.db",
}


class Tutorial(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="picket-tutorial-")
        self.addCleanup(folder.cleanup)
        home = Path(folder.name)
        self.programs = Path(os.environ["PICKET_BIN"]).resolve()
        self.ports = {port: str(free_port()) for port in ("8000", "8080", "8090", "8443")}
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("PICKET")}
        self.shell = Shell(home, {**environment, "HOME": str(home), "NO_COLOR": "1"})
        self.addCleanup(self.shell.close)

    def own(self, command):
        """The command as it must be here: beside other tests, programs of another build."""
        command = command.replace("$PWD/build/dev/bin", str(self.programs))
        command = command.replace("PICKET_SOURCE=$PWD", f"PICKET_SOURCE={ROOT}")
        return PORTS.sub(lambda match: self.ports[match[0]], command)

    def test_every_command_holds(self):
        all_blocks = [one for one in blocks_of(ROOT / "docs/tutorial.md") if is_shell(one)]
        self.assertEqual(self.shell.run(f"export PICKET_CONTROLLER=http://127.0.0.1:"
                                        f"{self.ports['8080']}")[0], 0)
        said = set()
        for block in filter(is_run, all_blocks):
            for command in block.commands:
                code, printed = self.shell.run(self.own(command.text))
                print(f"$ {command.text}\n{printed}", flush=True)
                self.assertEqual(code, command.exit, f"{block.place}: {command.text}")
                if command.text in SAYS:
                    self.assertRegex(printed, SAYS[command.text], block.place)
                    said.add(command.text)
        self.assertEqual(said, set(SAYS), "the page has other commands now")


if __name__ == "__main__":
    unittest.main()
