"""A controller and one agent per region, as real processes in a directory of their own, for tests
of commands that need them. Everything listens on port 0 and ends with the rig."""
import json
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

CONTROLLER = """version: 1
state_dir: {root}/state
checks_dir: {root}/checks
agents: {{listen: "127.0.0.1:0", names: [localhost, 127.0.0.1]}}
api: {{listen: "127.0.0.1:0"}}
receivers:
  webhook/spare:
    webhook: {{url: "{webhook}", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}
"""
AGENT = """version: 1
controller: https://127.0.0.1:{port}
controller_ca: {root}/state/ca/ca.pem
state_dir: {directory}
name: {region}-a
join_token_file: {directory}/join.token
network: {{allow: [127.0.0.0/8]}}
secrets: {{directory: {root}/secrets}}
{more}"""


def wait_for(what, limit=60.0):
    """Polls until `what` gives something true; the limit is the only failure."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("waited too long")


class FleetRig:
    def __init__(self, programs, webhook="http://127.0.0.1:9/"):
        self._temporary = tempfile.TemporaryDirectory(prefix="picket-rig-")
        self.root = pathlib.Path(self._temporary.name)
        self.programs = pathlib.Path(programs)
        self._processes = []
        for name in ("checks", "secrets"):
            (self.root / name).mkdir()
        (self.root / "controller.yaml").write_text(
            CONTROLLER.format(root=self.root, webhook=webhook))
        self._start("controller", "picket-controller", self.root / "controller.yaml")
        self.port = int(wait_for(lambda: self._port_text("api")))
        self.agents_port = int(wait_for(lambda: self._port_text("agents")))
        self.token_file = self.root / "state/admin.token"
        self.token = wait_for(lambda: self.token_file.exists() and
                              self.token_file.read_text().strip())

    def _port_text(self, name):
        if self._processes[0].poll() is not None:
            raise AssertionError((self.root / "controller.log").read_text())
        path = self.root / f"state/run/{name}.port"
        return path.exists() and path.read_text().strip()

    def _start(self, name, program, config):
        with (self.root / f"{name}.log").open("ab") as log:
            process = subprocess.Popen([self.programs / program, "--config", config],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def add_agent(self, region, more=""):
        """Enrols an agent and returns when the controller sees it poll."""
        answer = self.call("POST", "/api/v1/agents/tokens", {"region": region})
        directory = self.root / f"agent-{region}"
        directory.mkdir()
        (directory / "join.token").write_text(answer["token"] + "\n")
        (directory / "agent.yaml").write_text(AGENT.format(
            root=self.root, port=self.agents_port, directory=directory, region=region, more=more))
        process = self._start(f"agent-{region}", "picket-agent", directory / "agent.yaml")

        def online():
            if process.poll() is not None:
                raise AssertionError((self.root / f"agent-{region}.log").read_text())
            return any(agent["region"] == region and agent["online"]
                       for agent in self.call("GET", "/api/v1/agents")["agents"])
        wait_for(online)
        return process

    def call(self, method, path, body=None, token=True):
        """The document of an answer; `status` is added to it when it is an error."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.token}"} if token else {})
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return {**json.load(error), "status": error.code}

    def text(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def picket(self, *arguments, timeout=120, **environment):
        return subprocess.run(
            self.command(*arguments), cwd=self.root, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            env={"LC_ALL": "C.UTF-8", **environment})

    def command(self, *arguments):
        """The command line that asks this controller."""
        return [self.programs / "picket", "--controller", f"http://127.0.0.1:{self.port}",
                "--token-file", self.token_file, *map(str, arguments)]

    def stop(self):
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._temporary.cleanup()
