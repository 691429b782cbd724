"""The files a rule looks at, and the findings it returns."""
import pathlib
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property

CPP_SUFFIXES = (".h", ".cpp")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
NOT_CODE = re.compile(
    r'R"(?P<mark>[^()\s\\]{0,16})\((?:.|\n)*?\)(?P=mark)"'
    r'|//(?:\\\n|[^\n])*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"  # not the digit separator of 1'000
)


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def blank(match):
    """Replaces everything but line ends, so that positions stay what they were."""
    return re.sub(r"[^\n]", " ", match.group())


class SourceFile:
    def __init__(self, root, path):
        self.path = path  # relative to the root, with forward slashes
        self.name = path.rsplit("/", 1)[-1]
        self.stem, _, self.suffix = self.name.rpartition(".")
        self.suffix = "." + self.suffix
        self.is_cpp = self.suffix in CPP_SUFFIXES
        self._root = root

    @cached_property
    def text(self):
        return (self._root / self.path).read_text(encoding="utf-8", errors="replace")

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        """C++ text without comments, strings and preprocessor lines, same length and lines."""
        code = NOT_CODE.sub(blank, self.text)
        return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank, code, flags=re.M)

    @cached_property
    def includes(self):
        """[(line, header)] of a C++ file."""
        return [(self.line_of(m.start(1)), m.group(2)) for m in INCLUDE.finditer(self.text)]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def within(self, *prefixes):
        return self.path.startswith(prefixes)

    def finding(self, line, rule, message):
        return Finding(self.path, line, rule, message)


class Tree:
    """The files git knows or would take; without git, every file below the root."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.is_git = (self.root / ".git").exists()
        self.files = [SourceFile(self.root, path) for path in self._paths()]
        self.paths = {file.path for file in self.files}

    def _paths(self):
        if not self.is_git:
            found = (p for p in self.root.rglob("*") if p.is_file())
            return sorted(p.relative_to(self.root).as_posix() for p in found)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self.root, stdout=subprocess.PIPE, check=True)
        paths = set(listed.stdout.decode().split("\0")) - {""}
        return sorted(p for p in paths if (self.root / p).is_file())

    def cpp(self):
        return [file for file in self.files if file.is_cpp]

    def with_suffix(self, *suffixes):
        return [file for file in self.files if file.suffix in suffixes]

    def named(self, name):
        return [file for file in self.files if file.name == name]
