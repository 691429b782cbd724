"""As much of HCL as our modules are written in: blocks with labels, arguments, comments, strings.
Values stay text. A heredoc, which none of them has, is refused.
"""
import dataclasses
import re

NAME = re.compile(r"[A-Za-z_][\w-]*")
COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.S)
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
OPENING, CLOSING = "([{", ")]}"


@dataclasses.dataclass
class Body:
    """What stands between two braces: {argument: its text} and its blocks, in order."""

    arguments: dict = dataclasses.field(default_factory=dict)
    blocks: list = dataclasses.field(default_factory=list)

    def of(self, *words):
        """The blocks of this kind, and of these labels as far as they are given."""
        return [one for one in self.blocks if (one.kind, *one.labels)[:len(words)] == words]


@dataclasses.dataclass
class Block:
    kind: str
    labels: tuple
    body: Body


class Reader:
    def __init__(self, text):
        self.text, self.at = text, 0

    def skip(self, spaces=" \t\r\n"):
        """Past blanks and comments."""
        while self.at < len(self.text):
            comment = COMMENT.match(self.text, self.at)
            if comment:
                self.at = comment.end()
            elif self.text[self.at] in spaces:
                self.at += 1
            else:
                return

    def wrong(self, wanted):
        line = self.text.count("\n", 0, self.at) + 1
        raise ValueError(f"line {line}: wanted {wanted}, found {self.text[self.at:self.at + 20]!r}")

    def body(self, end=""):
        found = Body()
        while True:
            self.skip()
            if self.text[self.at:self.at + 1] == end:
                self.at += 1
                return found
            name = NAME.match(self.text, self.at) or self.wrong("a name")
            self.at = name.end()
            self.skip(" \t")
            if self.text[self.at:self.at + 1] == "=":
                self.at += 1
                if name[0] in found.arguments:
                    self.wrong(f"no second `{name[0]}`")
                found.arguments[name[0]] = self.value()
            else:
                found.blocks.append(self.block(name[0]))

    def block(self, kind):
        labels = []
        while True:
            self.skip(" \t")
            label = STRING.match(self.text, self.at)
            if not label:
                break
            labels.append(label[0][1:-1])
            self.at = label.end()
        if self.text[self.at:self.at + 1] != "{":
            self.wrong("`=` or `{`")
        self.at += 1
        return Block(kind, tuple(labels), self.body("}"))

    def value(self):
        """The text up to the line's end, or to that of the brackets that are open there."""
        begin, depth = self.at, 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if self.text.startswith("<<", self.at):
                self.wrong("no heredoc")
            if character == '"':
                self.string()
                continue
            comment = COMMENT.match(self.text, self.at)
            if depth == 0 and (character in "\n}" or comment):
                break
            depth += (character in OPENING) - (character in CLOSING)
            self.at = comment.end() if comment else self.at + 1
        return self.text[begin:self.at].strip()

    def string(self):
        """Past a string, in which `${ }` may hold others."""
        self.at += 1
        while self.text[self.at] != '"':
            if self.text.startswith("${", self.at):
                self.at += 2
                while self.text[self.at] != "}":
                    if self.text[self.at] == '"':
                        self.string()
                    else:
                        self.at += 1
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at += 1


def parse(text):
    return Reader(text).body()
