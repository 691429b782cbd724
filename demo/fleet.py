"""The demo's Picket: one controller and twelve agents, each a process with a state directory and a
certificate of its own, enrolled with one-time join tokens.

A controller or agent that is killed is started again, as a service manager would do it.
"""
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from demo import network
from demo.processes import Child, DemoError, Processes, wait_until

PROGRAMS = ("picket-controller", "picket-agent", "picket")
CONTROLLER_SECONDS = 30
TOKENS_SECONDS = 30
AGENTS_SECONDS = 60
RESTART_SECONDS = 1.0
DRAIN_SECONDS = 15


@dataclass(frozen=True)
class AgentSettings:
    """What agents are told of the shop: nothing when they run somebody's own checks."""
    resolvers: dict[str, str] = field(default_factory=dict)  # ADDRESS:PORT by region
    ca_file: Path | None = None
    secrets: Path | None = None
    limits: dict[str, int] = field(default_factory=dict)  # as in agent.yaml


class Fleet:
    def __init__(self, directory: Path, programs: Path, processes: Processes,
                 regions=network.REGIONS):
        self.directory = directory
        self.regions = tuple(regions)
        self._programs = programs
        self._processes = processes
        self._controller: Child | None = None
        self._agents: dict[str, Child] = {}
        self._restart_at: dict[str, float] = {}

    @property
    def state_dir(self) -> Path:
        return self.directory / "controller"

    # The controller

    def start_controller(self, receiver: dict) -> None:
        """`receiver`: {routing_key, webhook_secret, url} of who is paged, and the `names` that it
        has; `pagerduty` (more settings of PagerDuty's, ", key: value"), `test_delivery` (a YAML
        value, else false) and `more` (lines of the configuration) may be there too. Returns when
        the controller is ready; its ports are then fixed in its configuration, so that agents find
        a restarted one."""
        self._link_checks(self._no_checks())
        self._write_controller(receiver, agents_port=0, api_port=0)
        self._controller = self._launch_controller()
        wait_until(lambda: self._port("api") and self._port("agents"), CONTROLLER_SECONDS,
                   "the controller's ports", self._controller)
        wait_until(self.is_ready, CONTROLLER_SECONDS, "the controller's /readyz", self._controller)
        self._write_controller(receiver, self._port("agents"), self._port("api"))

    @property
    def controller(self) -> Child:
        """The process that runs now."""
        return self._controller

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._port('api')}"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.api_url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def _launch_controller(self):
        return self._processes.start("controller", [
            self._programs / "picket-controller", "--config", self.directory / "controller.yaml"])

    def _port(self, listener):
        try:
            return int((self.state_dir / "run" / f"{listener}.port").read_text())
        except (OSError, ValueError):
            return None

    def _write_controller(self, receiver, agents_port, api_port):
        text = f"""\
version: 1
state_dir: {_yaml(self.state_dir)}
checks_dir: {_yaml(self.directory / "checks")}
agents: {{listen: "127.0.0.1:{agents_port}", names: [localhost, 127.0.0.1]}}
api: {{listen: "127.0.0.1:{api_port}"}}
receivers:
{"".join(_receiver(name, receiver) for name in sorted(receiver["names"]))}\
default_receiver: pagerduty/demo
fleet_receivers: [pagerduty/demo]
{receiver.get("more", "")}\
"""
        _write(self.directory / "controller.yaml", text)

    # Its checks

    def install_checks(self, checks: Path, confirm=False) -> None:
        """Brings a directory of checks into force; later edits there are seen by themselves.

        After the agents are there, and not before: each that joins moves the phases of all, and a
        moved phase holds from the next round. `confirm`: also when most checks end by it.
        """
        self._link_checks(checks)
        self.ask_text("reload", *(["--confirm"] if confirm else []), seconds=60)

    def _no_checks(self):
        empty = self.directory / "no-checks"
        empty.mkdir()
        return empty

    def _link_checks(self, target):
        link = self.directory / "checks.new"
        link.symlink_to(target)
        os.replace(link, self.directory / "checks")

    # The command line

    def command(self, *arguments) -> list[str]:
        """The command line that asks this controller."""
        return [str(self._programs / "picket"), "--controller", self.api_url, "--token-file",
                str(self.state_dir / "admin.token"), *arguments]

    def ask(self, *arguments, seconds=10):
        """The parsed JSON of a command. Raises DemoError with what it said."""
        text = self.ask_text(*arguments, "-o", "json", seconds=seconds)
        try:
            return json.loads(text)
        except ValueError as error:
            raise DemoError(f"picket {' '.join(arguments)} did not print JSON: {text!r}") from error

    def ask_text(self, *arguments, seconds=10) -> str:
        try:
            done = subprocess.run(self.command(*arguments), capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"picket {' '.join(arguments)}: no answer in {seconds} s") from error
        if done.returncode != 0:
            raise DemoError(f"picket {' '.join(arguments)} failed ({done.returncode}): "
                            f"{done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    # The agents

    def enroll(self) -> None:
        """One join token per region, each in a file that only we can read."""
        deadline = time.monotonic() + TOKENS_SECONDS
        for region in self.regions:
            token = self.ask_text("agents", "token", "create", "--region", region,
                                  seconds=max(1.0, deadline - time.monotonic())).strip()
            if not token:
                raise DemoError(f"picket printed no join token for {region}\n"
                                f"{self._controller.tail()}")
            directory = self._agent_directory(region)
            directory.mkdir(parents=True)
            _write(directory / "join.token", token + "\n")

    def start_agents(self, settings: AgentSettings) -> None:
        for region in self.regions:
            self._write_agent(region, settings)
            self._agents[region] = self._launch_agent(region)

    def wait_for_agents(self, report) -> None:
        """Returns when each region has an agent online; `report(count)` tells the progress."""
        deadline = time.monotonic() + AGENTS_SECONDS
        online = set()
        while len(online) < len(self.regions):
            for region in self.regions:
                self._agents[region].require_alive("enrolling")
            now_online = self.online_regions()
            if now_online != online:
                report(len(now_online))
                online = now_online
                continue
            if time.monotonic() >= deadline:
                missing = [region for region in self.regions if region not in online]
                raise DemoError(f"no agent online in {', '.join(missing)} within {AGENTS_SECONDS} "
                                f"s\n{self._agents[missing[0]].tail()}\n{self._controller.tail()}")
            time.sleep(0.3)

    def online_regions(self) -> set:
        return {region["region"] for region in self.ask("status")["regions"] if region["online"]}

    def _agent_directory(self, region):
        return self.directory / "agents" / region

    def _launch_agent(self, region):
        return self._processes.start(f"agent-{region}", [
            self._programs / "picket-agent", "--config", self._agent_directory(region) /
            "agent.yaml"])

    def _write_agent(self, region, settings):
        directory = self._agent_directory(region)
        lines = ["version: 1",
                 f"controller: https://127.0.0.1:{self._port('agents')}",
                 f"controller_ca: {_yaml(self.state_dir / 'ca' / 'ca.pem')}",
                 f"state_dir: {_yaml(directory)}",
                 f"name: demo-{region}",
                 f"join_token_file: {_yaml(directory / 'join.token')}"]
        if region in settings.resolvers:
            lines.append(f'resolver: {{servers: ["{settings.resolvers[region]}"]}}')
        roots = f", ca_file: {_yaml(settings.ca_file)}" if settings.ca_file else ""
        lines.append(f"network: {{allow: [127.0.0.0/8]{roots}}}")
        if settings.limits:
            lines.append(f"limits: {json.dumps(settings.limits)}")
        if settings.secrets:
            lines.append(f"secrets: {{directory: {_yaml(settings.secrets)}}}")
        _write(directory / "agent.yaml", "\n".join(lines) + "\n")

    # Life

    def tend(self) -> list[str]:
        """Starts again what has ended, a second later; says what happened."""
        notes = []
        now = time.monotonic()
        for child in [self._controller, *self._agents.values()]:
            if child.process.poll() is None:
                continue
            due = self._restart_at.setdefault(child.name, now + RESTART_SECONDS)
            if now < due:
                continue
            del self._restart_at[child.name]
            notes.append(f"{child.name} ended ({child.ending()}), started again")
            self._processes.stop([child], 0)
            self._relaunch(child.name)
        return notes

    def kill(self, name: str) -> None:
        """kill -9 of `controller` or `agent-REGION`, which is started again at once."""
        child = self._controller if name == "controller" else \
            self._agents[name.removeprefix("agent-")]
        self._processes.stop([child], 0, signal.SIGKILL)
        self._relaunch(name)

    def stop(self) -> list[str]:
        """Drains the agents together, then the controller; names of those that had to be killed."""
        killed = self._processes.stop(list(self._agents.values()), DRAIN_SECONDS)
        if self._controller:
            killed += self._processes.stop([self._controller], DRAIN_SECONDS)
        return killed

    def _relaunch(self, name):
        if name == "controller":
            self._controller = self._launch_controller()
        else:
            region = name.removeprefix("agent-")
            self._agents[region] = self._launch_agent(region)


def require_programs(directory: Path) -> None:
    missing = [name for name in PROGRAMS if not os.access(directory / name, os.X_OK)]
    if missing:
        raise DemoError(f"{', '.join(missing)} not in {directory}: build first (./dev build), or "
                        "give --bin the directory of the programs")


def require_valid(programs: Path, checks: Path) -> None:
    """Raises DemoError with what `picket validate` says of mistakes."""
    try:
        done = subprocess.run([programs / "picket", "validate", checks], timeout=60,
                              capture_output=True, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DemoError(f"picket validate: {error}") from error
    if done.returncode != 0:
        raise DemoError(f"{checks} cannot be used\n{done.stderr.strip()}\n{done.stdout.strip()}")


def receiver_names(checks: Path) -> set[str]:
    """The receivers that check files name: all of them are the local one here."""
    names = {"pagerduty/demo", "webhook/demo"}
    for file in checks.rglob("*.check.yaml"):
        text = file.read_text(errors="replace")
        for value in re.findall(r"\bnotify:(.*(?:\n\s*- .*)*)", text):
            names.update(re.findall(r"(?<![\w./-])[a-z0-9-]+/[\w.-]+", value))
    return names


def _receiver(name, receiver):
    """One entry of `receivers`: a webhook by its name, else PagerDuty."""
    if name.startswith("webhook/"):
        url = _yaml(receiver["url"] + "/webhook")
        return f"""\
  {name}:
    webhook: {{url: {url}, secret: {receiver["webhook_secret"]}}}
    test_delivery: {receiver.get("test_delivery", "false")}
"""
    return f"""\
  {name}:
    pagerduty: {{routing_key: {receiver["routing_key"]}, events_url: {_yaml(receiver["url"])}\
{receiver.get("pagerduty", "")}}}
    fallback: webhook/demo
    test_delivery: {receiver.get("test_delivery", "false")}
"""


def _yaml(value):
    """A YAML scalar: JSON strings are."""
    return json.dumps(str(value))


def _write(path, text):
    """Only for us: these files carry keys and tokens."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
