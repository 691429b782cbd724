#!/usr/bin/env python3
"""docs/reference/cli.md against the real program's --help, command by command and both ways:
options, whether they take a value, arguments and defaults."""
import os
import pathlib
import re
import subprocess
import unittest

PICKET = os.environ["PICKET"]
PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/reference/cli.md"
# "  -o,--output TEXT:{text,json}", "  --limit INT:INT in [1 - 1000]=20   at most this many"
OPTION = re.compile(r"^  (?:(-\w),)?(--[\w-]+)(?: (\S.*?)(?:  |$))?")


class Help:
    """What `picket PATH --help` says."""

    def __init__(self, path=()):
        self.path = path
        text = subprocess.run([PICKET, *path, "--help"], capture_output=True, text=True, timeout=20,
                              check=True).stdout
        self.json = "{text,json" in text
        self.pairs, self.values, self.defaults = [], {}, {}
        parts = dict(re.findall(r"^(\w+):\n((?:  .*\n)+)", text, re.M))
        for line in parts.get("Options", "").splitlines():
            found = OPTION.match(line)
            if not found or found[2] == "--help" or not path and found[2] == "--version":
                continue
            names = {name for name in found.groups()[:2] if name}
            self.pairs.append(names)
            default = re.search(r"=([^ :]+)", found[3] or "")
            for name in names:
                self.values[name] = found[3] is not None
                if default:
                    self.defaults[name] = default[1]
        usage = re.search(r"^Usage: picket ?(.*)$", text, re.M)[1].removeprefix(" ".join(path))
        self.arguments = [word for word in usage.split()
                          if word.strip("[]") not in ("OPTIONS", "SUBCOMMAND")]
        self.children = {name: Help((*path, name)) for name in
                         re.findall(r"^  ([\w-]+)", parts.get("Subcommands", ""), re.M)}

    @property
    def options(self):
        return set().union(*self.pairs)

    def walk(self):
        yield self
        for child in self.children.values():
            yield from child.walk()

    def find(self, words):
        """The command that words begin with, and the words behind its name."""
        if words and words[0] in self.children:
            return self.children[words[0]].find(words[1:])
        return self, words


def spans_of(text):
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`\n]+)`", text)]


def table_rows(text):
    """The first cell of each row that names options, and the row."""
    return re.findall(r"^\| (`-[^\n]*?`) (?=\|)(.*)$", text, re.M)


class Block:
    """A part of a section: what is said of some of its commands, up to the next ones."""

    def __init__(self, commands, text):
        self.commands = commands
        self.text = text


def blocks_of(section, command):
    """[before the first command, blocks..]: a paragraph that begins with a command begins one."""
    blocks = [Block([command], "")]
    for paragraph in section.split("\n\n"):
        if paragraph.startswith("`picket "):
            named = [command.find(span.split()[2:])[0] for span in spans_of(paragraph)
                     if span.split()[:2] == ["picket", *command.path]]
            blocks.append(Block(list(dict.fromkeys(named)), ""))
        blocks[-1].text += paragraph + "\n\n"
    return blocks


class Page:
    def __init__(self, text, root):
        people = text.split("\n# `picket-controller`")[0]
        parts = re.split(r"^### picket (\w+)$", people, flags=re.M)
        self.whole = parts[0]
        self.sections = {name: blocks_of(body.split("\n## ")[0].strip(), root.children[name])
                         for name, body in zip(parts[1::2], parts[2::2]) if name in root.children}

    def said_of(self, command):
        """The blocks of a command: its own, else its parent's; and what stands before all."""
        head, *blocks = self.sections[command.path[0]]
        for length in range(len(command.path), 0, -1):
            own = [block for block in blocks
                   if any(one.path == command.path[:length] for one in block.commands)]
            if own:
                return [head, *own]
        return [head]


def options_in(text):
    """Options that a text names, except those in command lines of others."""
    for span in spans_of(text):
        if re.match(r"picket-|(?!picket |-)\S+ ", span) or span == "-":
            continue
        if not span.startswith("picket "):
            yield from re.findall(r"(?:^|[ ,|])(--?[A-Za-z][\w-]*)", span)


class ReferenceTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.root = Help()
        cls.page = Page(PAGE.read_text(encoding="utf-8"), cls.root)

    def of_all(self, command):
        """What may stand behind a command: its own options, its parents', those of the program."""
        found = set()
        for length in range(len(command.path) + 1):
            found |= self.root.find(command.path[:length])[0].options
        return found

    def text_of(self, command):
        if not command.path:
            return self.page.whole
        return "\n".join(block.text for block in self.page.said_of(command))

    def rows(self):
        """(command, first cell, rest of the row) of each row of options."""
        for command in self.root.walk():
            for cell, rest in table_rows(self.text_of(command)):
                yield command, cell, rest

    def test_every_option_stands_with_its_command(self):
        missing = []
        for command in self.root.walk():
            text = self.text_of(command)
            named = set(options_in(text)) | {
                word for span in spans_of(text) if span.startswith("picket ")
                and self.root.find(span.split()[1:])[0].path == command.path
                for word in span.split()}
            missing += [f"picket {' '.join(command.path)}: {min(pair)}"
                        for pair in command.pairs if not pair & named]
        self.assertEqual(missing, [])

    def test_every_option_in_the_page_is_one_of_its_command(self):
        wrong = []
        for name, blocks in self.page.sections.items():
            section = self.root.children[name]
            for block in blocks:
                known = set().union(*(self.of_all(one) for top in block.commands
                                      for one in (section if block is blocks[0] else top).walk()))
                wrong += [f"{name}: {option}" for option in options_in(block.text)
                          if option not in known]
        self.assertEqual(wrong, [])

    def test_command_lines_in_the_page_are_right(self):
        wrong = []
        for name, blocks in self.page.sections.items():
            for span in (span for block in blocks for span in spans_of(block.text)):
                if not span.startswith("picket ") or "|" in span:
                    continue
                command, words = self.root.find(span.split()[1:])
                wrong += [f"{name}: {span}: {word}" for word in words
                          if word.startswith("--") and word not in self.of_all(command)]
        self.assertEqual(wrong, [])

    def test_arguments_are_those_of_the_command(self):
        wrong = []
        for command in self.root.walk():
            if not command.path or not command.arguments:
                continue
            text = self.text_of(command)
            wanted = [word.upper() for word in command.arguments]
            forms = [words for span in spans_of(text) if span.startswith("picket ")
                     for found, words in [self.root.find(span.split()[1:])]
                     if found is command or found.path == command.path[:-1]]
            if wanted not in [[word for word in words if word.strip("[.]").isupper()]
                              for words in forms]:
                wrong.append(f"picket {' '.join(command.path)} {' '.join(wanted)}")
        self.assertEqual(wrong, [])

    def test_the_readme_says_who_has_json(self):
        text = (PAGE.parents[2] / "README.md").read_text(encoding="utf-8")
        told = re.search(r"All take `-o json` except (.*?);(.*?)\. \[", text, re.S)
        named = set(re.findall(r"`picket (\w+)", text.split("## Day to day")[1].split("\n## ")[0]))
        without = {name for name in named
                   if not any(one.json for one in self.root.children[name].walk())}
        self.assertEqual(set(re.findall(r"`(\w+)`", told[1])), without)
        partly = {name for name in named - without for one in self.root.children[name].walk()
                  if not one.children and not one.json and not self.root.children[name].json}
        self.assertEqual(partly, {"context"})

    def test_values_are_those_of_the_command(self):
        wrong = []
        for command, cell, _ in self.rows():
            spans = [span.split() for span in spans_of(cell)]
            takes = any(len(words) > 1 for words in spans)
            for option in (words[0] for words in spans):
                told = takes or option in ("-o", "--output")  # what it takes stands in its row
                if told != command.values.get(option, told):
                    wrong.append(f"{command.path}: {cell}: {option}")
        self.assertEqual(wrong, [])

    def test_defaults_are_those_of_the_command(self):
        wrong = []
        for command in self.root.walk():
            text = self.text_of(command)
            units = re.findall(r"^\|.*$", text, re.M) + re.sub(r"^\|.*$", "", text,
                                                              flags=re.M).split("\n\n")
            for option, default in command.defaults.items():
                word = re.compile(rf"(?<![\w-]){re.escape(default)}(?![\w-])")
                if not any(option in options_in(unit) and word.search(unit) for unit in units):
                    wrong.append(f"{command.path}: {option}: {default} is not told")
        for command, cell, rest in self.rows():
            option = re.search(r"--[\w-]+", cell)[0]
            told = re.search(r"\((\d+\w*)\)", rest)
            if told and told[1] != command.defaults.get(option, told[1] if option not in
                                                        command.values else None):
                wrong.append(f"{command.path}: {cell}: {told[1]} is no default")
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
