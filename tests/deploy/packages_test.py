#!/usr/bin/env python3
"""The Debian packages of this build: what is in them, lintian, the units' exposure."""
import gzip
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import support

EXPOSURE_MAX = 2.0
CONFFILES = {"picket": [], "picket-agent": ["/etc/picket/agent.yaml"],
             "picket-controller": ["/etc/picket/controller.yaml"]}


def subcommands(*command):
    shown = support.run(*command, "--help")
    return re.findall(r"^  ([a-z][a-z-]*)  ", shown.partition("\nSubcommands:")[2], re.M)


def commands(program):
    """The words of every command below the program, of those with commands of their own, too."""
    found, left = [], [(verb,) for verb in subcommands(program)]
    while left:
        words = left.pop()
        found.append(words)
        left += [(*words, below) for below in subcommands(program, *words)]
    return sorted(found)


def shown_by_man(page):
    """The page as a reader sees it."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MAN_KEEP_FORMATTING": ""}
    return support.run("man", "--pager=cat", "--local-file", page, env=environment)


def exposure(unit):
    """systemd's own measure of what a unit may do, 0 (nothing) to 10."""
    shown = support.run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", shown).group(1))


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.debs = support.make_packages()
        cls.folder = tempfile.TemporaryDirectory()
        cls.trees = {}
        for name, deb in cls.debs.items():
            cls.trees[name] = pathlib.Path(cls.folder.name) / name
            support.run("dpkg-deb", "-R", deb, cls.trees[name])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_there_are_three_and_lintian_has_nothing_to_say(self):
        self.assertEqual(sorted(self.debs), sorted(support.NAMES))
        command = ["lintian", "--fail-on", "error,warning", *self.debs.values()]
        ran = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.assertEqual((ran.returncode, ran.stdout), (0, ""), ran.stderr)

    def test_programs_are_stripped_and_bring_their_libraries(self):
        for name, tree in self.trees.items():
            program = tree / "usr/bin" / name
            self.assertIn("ELF", support.run("readelf", "-h", program))
            self.assertNotIn(".debug_info", support.run("readelf", "-S", program))
            depends = support.run("dpkg-deb", "-f", self.debs[name], "Depends")
            self.assertIn("libcurl4 (>= ", depends)

    def test_configuration_is_a_conffile(self):
        for name, tree in self.trees.items():
            listed = tree / "DEBIAN/conffiles"
            found = listed.read_text().split() if listed.exists() else []
            self.assertEqual(found, CONFFILES[name])
            for path in found:
                self.assertTrue((tree / path.lstrip("/")).is_file(), path)

    def test_every_command_has_a_manual_page(self):
        pages = self.trees["picket"] / "usr/share/man/man1"
        every = commands(support.PROGRAMS / "picket")
        self.assertLessEqual({("validate",), ("context", "use"), ("agents", "token", "create"),
                              ("import", "gatus"), ("silence", "add")}, set(every))
        for words in every:
            name = "-".join(("picket", *words))
            text = gzip.decompress((pages / f"{name}.1.gz").read_bytes()).decode()
            self.assertIn("\n" + name.replace("-", "\\-") + " \\- ", text)
        made = {path.name for path in pages.glob("*.gz")}
        self.assertEqual(made - {"-".join(("picket", *words)) + ".1.gz" for words in every},
                         {"picket.1.gz"}, "a page of a command that is gone")
        for name in support.NAMES[1:]:
            self.assertTrue((self.trees[name] / f"usr/share/man/man1/{name}.1.gz").is_file())

    def test_a_page_names_the_commands_below_it(self):
        program, pages = support.PROGRAMS / "picket", self.trees["picket"] / "usr/share/man/man1"
        for words in [(), *commands(program)]:
            below = subcommands(program, *words)
            if below:
                page = shown_by_man(pages / ("-".join(("picket", *words)) + ".1.gz"))
                told = re.findall(r"^ {7}([a-z][a-z-]*)(?: |$)", page.partition("Subcommands:")[2],
                                  re.M)
                self.assertEqual(set(below) - set(told), set(), words)

    def test_the_command_line_is_completed_in_three_shells(self):
        share = self.trees["picket"] / "usr/share"
        scripts = {"bash": share / "bash-completion/completions/picket",
                   "zsh": share / "zsh/vendor-completions/_picket",
                   "fish": share / "fish/vendor_completions.d/picket.fish"}
        for shell, path in scripts.items():
            self.assertEqual(path.read_text(),
                             support.run(support.PROGRAMS / "picket", "completion", shell))
        self.assertTrue(scripts["zsh"].read_text().startswith("#compdef picket\n"))
        asked = (f"source {scripts['bash']}; COMP_WORDS=(picket comp); COMP_CWORD=1; _picket; "
                 "echo ${COMPREPLY[@]}")
        path = f"{support.PROGRAMS}:{os.environ['PATH']}"
        self.assertEqual(support.run("bash", "-c", asked, env={**os.environ, "PATH": path}),
                         "completion\n")

    def test_pages_tell_signals_variables_and_files(self):
        def page(name):
            package = self.trees["picket" if name == "picket" else name]
            return shown_by_man(package / f"usr/share/man/man1/{name}.1.gz")
        for name, words in {
                "picket": ("PICKET_CONTEXT", "NO_COLOR", "COLUMNS", "picket/contexts.json"),
                "picket-agent": ("SIGHUP", "waits for a restart"),
                "picket-controller": ("receivers, routes, retention", "picket-backup.timer",
                                      "--restore-only")}.items():
            told = " ".join(page(name).split())
            for word in words:
                self.assertIn(word, told, name)

    def test_scripts_of_maintainers_are_shell_that_parses(self):
        for name in support.NAMES[1:]:
            for script in ("postinst", "prerm", "postrm"):
                path = self.trees[name] / "DEBIAN" / script
                self.assertNotIn("@PICKET", path.read_text())
                support.run("sh", "-n", path)

    def test_the_controller_brings_its_daily_backup(self):
        tree = self.trees["picket-controller"]
        unit = (tree / "lib/systemd/system/picket-backup.service").read_text()
        self.assertIn("ExecStart=/usr/lib/picket-controller/backup\n", unit)
        for name in ("backup", "restore"):
            script = tree / "usr/lib/picket-controller" / name
            self.assertTrue(os.access(script, os.X_OK))
            support.run("sh", "-n", script)
        timer = (tree / "lib/systemd/system/picket-backup.timer").read_text()
        self.assertIn("Persistent=true\n", timer)
        for script in ("postinst", "prerm", "postrm"):
            text = (tree / "DEBIAN" / script).read_text()
            self.assertIn("picket-controller.service picket-backup.timer", text, script)
        depends = support.run("dpkg-deb", "-f", self.debs["picket-controller"], "Depends")
        self.assertIn("picket", re.split(r"[ ,]+", depends))  # whose `picket backup` it calls

    def test_units_have_an_exposure_of_two_at_most(self):
        for name, service in (*((name, name) for name in support.NAMES[1:]),
                              ("picket-controller", "picket-backup")):
            unit = self.trees[name] / f"lib/systemd/system/{service}.service"
            self.assertLessEqual(exposure(unit), EXPOSURE_MAX, service)
        bare = pathlib.Path(self.folder.name) / "bare.service"
        bare.write_text("[Service]\nExecStart=/bin/true\n")
        self.assertGreater(exposure(bare), 9)  # the measure measures


if __name__ == "__main__":
    unittest.main()
