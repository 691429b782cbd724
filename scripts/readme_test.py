#!/usr/bin/env python3
"""Executes the commands of the README in a fresh clone: builds, starts the demonstration, waits for
a page after `fault login on` and for its end after `off`, stops, looks for processes left over.

The commands are those of the README's blocks after `<!-- tested: NAME -->`; only the address of the
repository is replaced by this one. Everything is in a temporary directory.
"""
import argparse
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- tested: (\w+) -->\n```\w*\n(.*?)```", re.S)
CLONE = re.compile(r"git clone \S+")
BUILD_SECONDS = 1200
READY_SECONDS = 120
UP_SECONDS = 330  # one interval: by then every region has had its turn
PAGE_SECONDS = 60
RESOLVE_SECONDS = 150
STOP_SECONDS = 60


class Failed(Exception):
    """What the README promises did not happen."""


def blocks(text):
    """{name: [command]} of the README's tested blocks."""
    return {name: body.splitlines() for name, body in BLOCK.findall(text)}


class Demonstration:
    """`./dev up` as a child in its own process group; its lines are collected as they come."""

    def __init__(self, command, folder):
        environment = {**os.environ, "NO_COLOR": "1"}
        environment.pop("PICKET_DEMO_DIR", None)
        self._child = subprocess.Popen(
            command, shell=True, executable="/bin/bash", cwd=folder, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        self._lines = []
        self._grown = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._child.stdout:
            print(f"  | {line}", end="", flush=True)
            with self._grown:
                self._lines.append(line)
                self._grown.notify_all()
        with self._grown:
            self._lines.append(None)
            self._grown.notify_all()

    def mark(self):
        with self._grown:
            return len(self._lines)

    def wait_for(self, pattern, seconds, since=0):
        """The first line from `since` on that matches; Failed when none comes in time."""
        deadline = time.monotonic() + seconds
        with self._grown:
            while True:
                for line in self._lines[since:]:
                    if line is None:
                        raise Failed(f"./dev up ended before it said {pattern!r}")
                    if re.search(pattern, line):
                        return line
                since = len(self._lines)
                left = deadline - time.monotonic()
                if left <= 0 or not self._grown.wait(left):
                    raise Failed(f"./dev up did not say {pattern!r} within {seconds} s")

    def interrupt(self):
        """Ctrl-C: the whole group gets SIGINT; returns the exit code."""
        os.killpg(self._child.pid, signal.SIGINT)
        try:
            return self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"./dev up did not end within {STOP_SECONDS} s of Ctrl-C") from error

    def kill(self):
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def shell(command, folder):
    print(f"$ {command}", flush=True)
    ran = subprocess.run(command, shell=True, executable="/bin/bash", cwd=folder, text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False)
    print(ran.stdout, end="", flush=True)
    if ran.returncode != 0:
        raise Failed(f"`{command}` ended with {ran.returncode}")


def processes_in(folder):
    """Command lines of processes that run from or in the folder."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            where = os.readlink(process / "cwd")
        except OSError:
            continue
        line = b" ".join(words).decode(errors="replace").strip()
        if str(folder) in line or where.startswith(str(folder)):
            found.append(f"{process.name} {line}")
    return found


def clone(command, folder):
    """Runs the README's `git clone URL && cd DIR` on this repository; returns the clone."""
    ours, count = CLONE.subn(f"git clone -q {shlex.quote(str(ROOT))} picket", command)
    if count != 1 or not command.endswith("cd picket"):
        raise Failed(f"the README's first command is not `git clone .. && cd picket`: {command}")
    shell(ours, folder)
    return folder / "picket"


def break_and_mend(demonstration, commands, folder):
    on, off = commands
    since = demonstration.mark()
    start = time.monotonic()
    shell(on, folder)
    demonstration.wait_for(r"PagerDuty trigger critical", PAGE_SECONDS, since)
    print(f"paged after {time.monotonic() - start:.0f} s", flush=True)
    since = demonstration.mark()
    start = time.monotonic()
    shell(off, folder)
    demonstration.wait_for(r"PagerDuty resolve", RESOLVE_SECONDS, since)
    print(f"resolved after {time.monotonic() - start:.0f} s", flush=True)


def first_check(readme, commands, folder):
    """The README's own check file, validated (and run where `run` is asked for)."""
    yaml = re.search(r"`(\S+\.check\.yaml)`:\n\n```yaml\n(.*?)```", readme, re.S)
    if not yaml:
        raise Failed("the README shows no check file")
    (folder / yaml.group(1)).write_text(yaml.group(2))
    for command in commands:
        shell(command, folder)


def run(folder):
    readme = (ROOT / "README.md").read_text()
    commands = blocks(readme)
    checkout = clone(commands["start"][0], folder)
    demonstration = Demonstration(commands["start"][1], checkout)
    try:
        demonstration.wait_for(r"^==> build", BUILD_SECONDS)
        demonstration.wait_for(r"^==> controller: ", BUILD_SECONDS)
        demonstration.wait_for(r"^==> ready", READY_SECONDS)
        first_check(readme, commands["check"], checkout)
        demonstration.wait_for(r"shop-login: up, ", UP_SECONDS)
        break_and_mend(demonstration, commands["fault"], checkout)
        code = demonstration.interrupt()
        if code != 0:
            raise Failed(f"./dev up ended with {code} after Ctrl-C")
    finally:
        demonstration.kill()
    left = processes_in(folder)
    if left:
        raise Failed("processes are left: " + "; ".join(left))


def main():
    argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0]).parse_args()
    with tempfile.TemporaryDirectory(prefix="picket-readme-") as folder:
        try:
            run(pathlib.Path(folder).resolve())
        except (Failed, KeyError) as error:
            print(f"FAILED: {error}", flush=True)
            return 1
    print("the README holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
