"""The commands that documents show. Which fence holds what:

    sh        commands, as they are typed
    console   `$ ` and a command, each followed by what it prints
    text      output alone, a file, a grammar
    none      as text, but it may not look like a command
    others    data: yaml, json, ..

Comments on the lines before a fence say more of it, one each:

    <!-- not-run: REASON -->        no test can run these here; they are held to bash's grammar
    <!-- booted: NAME -->           tests/deploy/boot_test.py runs them, in a booted Debian
    <!-- tested: NAME -->           scripts/readme_test.py runs them, in a fresh clone
    <!-- exit: N.. -->              what its commands end with, in their order; else 0
    <!-- answer: WORD -->           what is typed when the command asks
    <!-- example-output: REASON --> the output shown is not compared
"""
import dataclasses
import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = re.compile(r"<<-?\s*['\"]?(\w+)")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^ *```$", re.M | re.S)
MARKER = re.compile(r"<!-- ([a-z-]+): (.*?) -->")
ELSEWHERE = {"not-run", "tested", "booted"}
MARKERS = ELSEWHERE | {"exit", "answer", "example-output"}
PROGRAMS = r"\./dev|picket(-\w+)?|apt(-get)?|curl|docker|podman|kubectl|terraform|systemctl|sudo|" \
    r"git|npm|cp|mv|install|sysctl|pre-commit|helm|buildah|cpack|promtool|cloud-init"
LOOKS_LIKE_COMMAND = re.compile(rf"^ *(\$ |({PROGRAMS}) )", re.M)
# Shape: what differs from run to run may differ from the page, too.
VARIABLE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d\d:\d\d:\d\d|\b01[0-9A-Z]{24}\b"
                      r"|\b(?=[0-9a-f]*\d)[0-9a-f]{10,}\b")
NUMBER = r"-?\d+(?:\.\d+)?(?: (?:ms|s|min|h)\b)?(?: \d+(?:\.\d+)? (?:s|min)\b)?"


@dataclasses.dataclass
class Command:
    text: str
    output: list[str]  # lines that the page shows
    exit: int = 0


@dataclasses.dataclass
class Block:
    page: str
    line: int
    language: str
    body: str
    markers: dict[str, str]

    @property
    def place(self):
        return f"{self.page}:{self.line}"

    @property
    def commands(self):
        parse = session_commands if self.language == "console" else script_commands
        found = parse(self.body)
        codes = self.markers.get("exit", "").split()
        for command, code in zip(found, codes):
            command.exit = int(code)
        return found


def pages():
    """All pages whose commands must hold."""
    deploy = [path for path in (ROOT / "deploy").rglob("README.md")
              if "node_modules" not in path.parts]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md",
            *sorted((ROOT / "docs").rglob("*.md")), *sorted(deploy)]


def blocks_of(path):
    return blocks(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


def blocks(text, page="page"):
    """Every fenced block of a page with the markers directly before it."""
    found = []
    for match in FENCE.finditer(text):
        before = text[:match.start()].rstrip("\n").split("\n")
        markers = {}
        while before and MARKER.fullmatch(before[-1].strip()):
            name, value = MARKER.fullmatch(before.pop().strip()).groups()
            markers[name] = value
        indent = len(match["indent"])
        body = "".join(line[min(indent, len(line) - len(line.lstrip(" "))):]
                       for line in match["body"].splitlines(keepends=True))
        found.append(Block(page, text.count("\n", 0, match.start()) + 1, match["language"], body,
                           markers))
    return found


def is_shell(block):
    return block.language in ("sh", "console")


def is_run(block):
    """Whether documents_test.py or tutorial_test.py must execute it."""
    return is_shell(block) and not ELSEWHERE & set(block.markers)


def complaints(block):
    """What is wrong with how the block is written."""
    found = [f"{block.place}: unknown marker `{name}`" for name in set(block.markers) - MARKERS]
    if is_shell(block):
        if not block.commands:
            found.append(f"{block.place}: no command in it")
        if "not-run" in block.markers and len(block.markers["not-run"].split()) < 3:
            found.append(f"{block.place}: not-run needs a reason")
        if "tested" in block.markers and block.page != "README.md":
            found.append(f"{block.place}: only the README's commands are run in a clone")
        if len(block.markers.get("exit", "").split()) > len(block.commands):
            found.append(f"{block.place}: more exit codes than commands")
    elif block.language == "" and LOOKS_LIKE_COMMAND.search(block.body):
        found.append(f"{block.place}: commands without `sh` or `console` are not tested")
    return found


def syntax_errors(block):
    """What bash says against the block's commands; nothing is executed."""
    script = "\n".join(command.text for command in block.commands)
    ran = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    return [f"{block.place}: {line}" for line in ran.stderr.splitlines()]


def script_commands(body):
    """Complete commands of a script: here-documents and continued lines stay together."""
    found, lines = [], []
    for line in body.splitlines():
        if not lines and (not line.strip() or line.lstrip().startswith("#")):
            continue
        lines.append(line)
        if is_complete("\n".join(lines)):
            found.append(Command("\n".join(lines), []))
            lines = []
    if lines:
        found.append(Command("\n".join(lines), []))
    return found


def is_complete(text):
    """Whether no here-document, quote or continuation is open. Loops are to stand on one line."""
    here = HERE.search(text)
    if here:
        return f"\n{here[1]}\n" in text + "\n"
    try:
        shlex.split(text, comments=True)
    except ValueError:  # an open quote
        return False
    return not text.endswith(("\\", "|", "&&"))


def session_commands(body):
    found = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif found and line.strip():
            found[-1].output.append(line)
    return found


def shape(line):
    """A pattern for the line: numbers, times and ids may differ, `...` stands for anything."""
    pattern, at = "", 0
    for match in re.finditer(rf"\.\.\.|{VARIABLE.pattern}|{NUMBER}|\s+", line.strip()):
        pattern += re.escape(line.strip()[at:match.start()])
        if match[0] == "...":
            pattern += ".*"
        elif match[0].isspace():
            pattern += r"\s+"
        else:
            pattern += NUMBER if re.fullmatch(NUMBER, match[0]) else r"\S+?"
        at = match.end()
    return pattern + re.escape(line.strip()[at:])


def missing_lines(shown, printed):
    """Lines of the page that, in their order, have no line of their shape in the output."""
    missing, lines = [], iter(printed.splitlines())
    for line in shown:
        pattern = re.compile(shape(line))
        if not any(pattern.fullmatch(other.strip()) for other in lines):
            missing.append(line)
            lines = iter(printed.splitlines())
    return missing
