#!/usr/bin/env python3
"""Executes the commands of the README in a fresh clone: builds, starts the demonstration, waits for
twelve green regions, for a page after `fault login on`, reads its evidence, waits for its end after
`off`, stops, looks for processes left over. Says how long each stage took. On the way it takes the
README's pictures (readme_pictures.py), and fails where the README shows others than it takes.

The commands are those of the README's blocks after `<!-- tested: NAME -->`; only the address of the
repository is replaced by this one. Everything is in a temporary directory.
"""
import argparse
import json
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
import urllib.request

import readme_pictures

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- tested: (\w+) -->\n```\w*\n(.*?)```", re.S)
CLONE = re.compile(r"git clone \S+")
REGIONS = 12
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
    return ran.stdout


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


class Stages:
    """What a newcomer waits for, one after the other."""

    def __init__(self):
        self._start = time.monotonic()
        self._took = []

    def reached(self, name):
        now = time.monotonic()
        self._took.append((name, now - self._start))
        print(f"{name} after {now - self._start:.0f} s", flush=True)
        self._start = now

    def summary(self):
        rows = [f"  {name:<24} {seconds:6.0f} s" for name, seconds in self._took]
        return "\n".join(["the newcomer's path:", *rows])


def ask(folder, address, *words):
    """The JSON that a command of the clone's picket prints."""
    command = ["build/dev/bin/picket", "--controller", address, *words, "-o", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"`picket {' '.join(words)}` ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


class Album:
    """The README's pictures of one controller; none where tools are missing, which is said once."""

    def __init__(self, address, folder):
        self._address = address
        self._folder = folder
        self._places = {}
        with urllib.request.urlopen(f"{address}/", timeout=20) as page:
            self._missing = readme_pictures.missing_tools(page.read().decode())
        if self._missing:
            print(f"SKIPPED: {self._missing}", flush=True)

    def take(self, stage):
        if self._missing:
            return
        wrong = readme_pictures.take(stage, self._address, **self._places)
        if wrong:
            raise Failed(wrong)

    def find(self):
        """The incident that is open, and the newest run that failed."""
        check = readme_pictures.CHECK
        incident = ask(self._folder, self._address, "incidents", "--check", check)["incidents"][0]
        run = ask(self._folder, self._address, "results", check, "--failed", "--limit", "1")
        failed = run["results"][0]
        self._places = {"incident": incident["id"], "region": failed["region"],
                        "started": failed["started"]}


def wait_for_green(address, folder, seconds):
    """Until every region is online and every check of the grid has passed in each."""
    deadline = time.monotonic() + seconds
    while True:
        done = subprocess.run(["build/dev/bin/picket", "--controller", address, "status", "-o",
                               "json"], cwd=folder, capture_output=True, text=True, check=False)
        status = json.loads(done.stdout) if done.returncode == 0 else {"regions": [], "checks": []}
        online = [region for region in status["regions"] if region["online"]]
        runs = [region["state"] for check in status["checks"] for region in check["regions"]]
        if len(online) == REGIONS and len(runs) == REGIONS * len(status["checks"]) and runs and \
                all(state in ("pass", "pass_on_retry") for state in runs):
            return
        if time.monotonic() >= deadline:
            raise Failed(f"not {REGIONS} green regions within {seconds} s: {len(online)} online, "
                         f"runs: {', '.join(sorted(set(runs)))}")
        time.sleep(1)


def read_evidence(commands, address, folder):
    """The README's way to the evidence: the failed request, and the incident that is open."""
    script = "\n".join(commands)
    if "ADDRESS" not in script:
        raise Failed("the README does not say where the controller's address goes")
    said = shell(script.replace("ADDRESS", address), folder)
    for word in ("500", "curl ", "shop-login down"):
        if word not in said:
            raise Failed(f"no {word!r} in the evidence")


def break_and_mend(demonstration, commands, address, folder, stages):
    album = Album(address, folder)
    album.take("green")
    on, off = commands["fault"]
    since = demonstration.mark()
    shell(on, folder)
    demonstration.wait_for(r"PagerDuty trigger critical", PAGE_SECONDS, since)
    stages.reached("paged")
    read_evidence(commands["evidence"], address, folder)
    stages.reached("evidence read")
    album.find()
    album.take("paged")
    since = demonstration.mark()
    shell(off, folder)
    demonstration.wait_for(r"PagerDuty resolve", RESOLVE_SECONDS, since)
    stages.reached("resolved")
    album.take("resolved")


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
    if readme_pictures.named_in(readme) != readme_pictures.made():
        raise Failed(f"the README shows {sorted(readme_pictures.named_in(readme))}, pictures are "
                     f"taken of {sorted(readme_pictures.made())}")
    stages = Stages()
    checkout = clone(commands["start"][0], folder)
    demonstration = Demonstration(commands["start"][1], checkout)
    try:
        demonstration.wait_for(r"^==> build", BUILD_SECONDS)
        stages.reached("cloned")
        line = demonstration.wait_for(r"^==> controller: ", BUILD_SECONDS)
        address = line.split()[-1]
        stages.reached("built")
        demonstration.wait_for(r"^==> ready", READY_SECONDS)
        stages.reached("twelve agents joined")
        first_check(readme, commands["check"], checkout)
        demonstration.wait_for(r"shop-login: up, ", UP_SECONDS)
        wait_for_green(address, checkout, UP_SECONDS)
        stages.reached("twelve regions green")
        break_and_mend(demonstration, commands, address, checkout, stages)
        code = demonstration.interrupt()
        stages.reached("ended")
        if code != 0:
            raise Failed(f"./dev up ended with {code} after Ctrl-C")
    finally:
        demonstration.kill()
    print(stages.summary(), flush=True)
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
