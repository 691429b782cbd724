"""A controller and agents as a service manager starts them, without one: the notification socket is
the test's own, configurations and environment are what the test says."""
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BIN = Path(os.environ["PICKET_BIN"])
SECRET = "whsec_" + "Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ"


def wait_for(what, message, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {message}")


class Manager:
    """The socket of NOTIFY_SOCKET; keeps what each process said, in order."""

    def __init__(self, path):
        self.path = str(path)
        self._said = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(self.path)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                text, extra, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(12))
            except OSError:
                return
            pid = struct.unpack("3i", extra[0][2])[0]
            self._said.append((pid, text.decode()))

    def said(self, pid):
        """The lines of a process."""
        return [line for who, text in list(self._said) if who == pid for line in text.split("\n")]


class Answerer(ThreadingHTTPServer):
    """Answers `status` to everything after `delay` seconds; counts."""
    daemon_threads = True

    def __init__(self, delay=0.0):
        self.delay, self.status, self.begun, self.done = delay, 200, 0, 0
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.begun += 1
        self.rfile.read(int(self.headers.get("content-length", 0)))
        time.sleep(self.server.delay)
        try:
            self.send_response(self.server.status)
            self.send_header("content-length", "0")
            self.end_headers()
        except OSError:
            return
        self.server.done += 1

    do_POST = do_GET

    def log_message(self, format, *arguments):  # noqa: A002: the base class's name
        """Nobody reads it."""


class Rig:
    def __init__(self, test):
        self.root = Path(tempfile.mkdtemp(prefix="picket-service-"))
        test.addCleanup(shutil.rmtree, self.root, True)
        self.test = test
        self.manager = Manager(self.root / "notify")
        self.environment = {**os.environ, "NOTIFY_SOCKET": self.manager.path,
                            "WATCHDOG_USEC": "1000000"}
        (self.root / "checks").mkdir()

    def answerer(self, delay=0.0):
        server = Answerer(delay)
        self.test.addCleanup(server.server_close)
        self.test.addCleanup(server.shutdown)
        return server

    # The controller

    def write_controller(self, receivers, more="", api_port=0):
        self.write_settings({name: f'webhook: {{url: "{url}/", secret: {SECRET}}}'
                             for name, url in receivers.items()}, more, api_port)

    def write_settings(self, receivers, more="", api_port=0, names="localhost, 127.0.0.1"):
        """`receivers`: by name, how to tell them."""
        (self.root / "controller.yaml").write_text(f"""\
version: 1
state_dir: {self.root}/state
checks_dir: {self.root}/checks
agents: {{listen: "127.0.0.1:0", names: [{names}]}}
api: {{listen: "127.0.0.1:{api_port}"}}
receivers:
{"".join(f'  {name}: {{{how}, test_delivery: false}}' + chr(10)
         for name, how in receivers.items())}{more}""")

    def start(self, name, program, config, **environment):
        log = open(self.root / f"{name}.log", "ab")
        self.test.addCleanup(log.close)
        process = subprocess.Popen([BIN / program, "--config", config], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log,
                                   env={**self.environment, **environment})
        self.test.addCleanup(_end, process)
        return process

    def start_controller(self, **environment):
        process = self.start("controller", "picket-controller", self.root / "controller.yaml",
                             **environment)
        wait_for(lambda: "READY=1" in self.manager.said(process.pid) or process.poll() is not None,
                 "READY=1 of the controller")
        self.test.assertIsNone(process.poll(), self.log("controller"))
        return process

    def port(self, listener):
        return int((self.root / "state/run" / f"{listener}.port").read_text())

    def call(self, path, body=None):
        """(status, text); (0, why) when nobody answers."""
        token = (self.root / "state/admin.token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port('api')}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    def log(self, name):
        return (self.root / f"{name}.log").read_text(errors="replace")

    # Agents

    def write_agent(self, name, more=""):
        folder = self.root / name
        folder.mkdir()
        status, text = self.call("/api/v1/agents/tokens", {"region": "eu-west-1"})
        self.test.assertEqual(status, 201, text)
        (folder / "token").write_text(json.loads(text)["token"])
        (folder / "agent.yaml").write_text(f"""\
version: 1
controller: https://127.0.0.1:{self.port("agents")}
controller_ca: {self.root}/state/ca/ca.pem
state_dir: {folder}/state
name: {name}
join_token_file: {folder}/token
network: {{allow: [127.0.0.0/8]}}
{more}""")

    def start_agent(self, name):
        return self.start(name, "picket-agent", self.root / name / "agent.yaml")

    def install(self, text):
        (self.root / "checks/all.check.yaml").write_text(text)
        wait_for(lambda: self.call("/api/v1/reload", {})[0] == 200, "reload")


def _end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
