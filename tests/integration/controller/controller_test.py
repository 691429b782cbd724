"""The real picket-controller as its operator meets it: start, reload, backup, refusals."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

BIN = pathlib.Path(os.environ["PICKET_BIN"])
CHECK = """version: 1
checks:
"""
ITEM = """  - name: {name}
    owner: team
    notify: webhook/spare
    http: GET https://{name}.example.com/
    interval: {interval}
"""
CONFIG = """version: 1
state_dir: {root}/state
checks_dir: {root}/checks
agents: {{listen: "127.0.0.1:0", names: [localhost, 127.0.0.1]}}
api: {{listen: "127.0.0.1:{port}"}}
receivers:
  webhook/spare:
    webhook: {{url: "http://127.0.0.1:9/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}
"""


def wait_for(what, limit=20.0):
    """Polls until `what` gives something true; the limit is the only failure."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("waited too long")


class Controller:
    def __init__(self, root, *arguments, port=0, template=CONFIG):
        self.root = root
        (root / "checks").mkdir(exist_ok=True)
        config = root / "controller.yaml"
        config.write_text(template.format(root=root, port=port))
        for old in root.glob("state/run/*.port"):
            old.unlink()
        self.log = open(root / "log", "ab")
        self.process = subprocess.Popen(
            [BIN / "picket-controller", "--config", config, *arguments],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def ready(self):
        port_file = self.root / "state/run/api.port"

        def started():
            if self.process.poll() is not None:
                raise AssertionError((self.root / "log").read_text())
            return port_file.exists() and port_file.read_text().strip()
        self.port = int(wait_for(started))
        self.token = (self.root / "state/admin.token").read_text().strip()
        return self

    def call(self, method, path, body=None, token=None, headers=None):
        headers = {"authorization": f"Bearer {token}", **(headers or {})} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def status(self):
        return json.loads(self.call("GET", "/api/v1/status")[1])

    def names(self):
        return [check["name"] for check in self.status()["checks"]]

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.log.close()
        return code


class ControllerTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="picket-controller-"))
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, count, interval="5m", name="shop.check.yaml"):
        (self.root / "checks").mkdir(exist_ok=True)
        text = CHECK + "".join(ITEM.format(name=f"c{i}", interval=interval) for i in range(count))
        (self.root / "checks" / name).write_text(text)

    def start(self, *arguments):
        controller = Controller(self.root, *arguments).ready()
        self.addCleanup(controller.stop, signal.SIGKILL)
        return controller

    def test_every_change_needs_the_admin_token(self):
        self.write(1)
        controller = self.start()
        for path in ("/api/v1/agents/tokens", "/api/v1/agents/revoke", "/api/v1/reload",
                     "/api/v1/backup", "/api/v1/incidents/x/acknowledge"):
            self.assertEqual(controller.call("POST", path, {})[0], 401, path)
            self.assertEqual(controller.call("POST", path, {}, "wrong")[0], 401, path)
        self.assertEqual(controller.call("GET", "/api/v1/nothing")[0], 404)
        self.assertEqual(controller.call("DELETE", "/api/v1/status")[0], 405)
        self.assertEqual(controller.call("GET", "/api/v1/checks/none")[0], 404)
        code, body = controller.call("POST", "/api/v1/agents/tokens", {"region": "No Region"},
                                     controller.token)
        self.assertEqual(code, 400)
        self.assertIn("eu-west-1", body)
        mode = (self.root / "state/admin.token").stat().st_mode & 0o777
        self.assertEqual(mode, 0o600)

    def test_a_bad_file_keeps_the_old_version_and_says_so(self):
        self.write(3)
        controller = self.start()
        wait_for(lambda: controller.names() == ["c0", "c1", "c2"])
        path = self.root / "checks/shop.check.yaml"
        path.write_text(path.read_text().replace("interval: 5m", "intervall: 5m", 1))
        wait_for(lambda: controller.status()["reload"]["errors"] > 0)
        status = controller.status()
        self.assertEqual([c["name"] for c in status["checks"]], ["c0", "c1", "c2"])
        self.assertEqual(status["reload"]["kept"], ["c0"])
        self.assertIn("did you mean `interval`?", status["reload"]["diagnostics"])

    def test_an_empty_mount_waits_for_confirmation(self):
        self.write(12)
        controller = self.start()
        wait_for(lambda: len(controller.names()) == 12)
        (self.root / "checks/shop.check.yaml").unlink()
        wait_for(lambda: controller.status()["reload"]["waits_for_confirmation"])
        self.assertEqual(len(controller.names()), 12)
        self.assertEqual(controller.stop(), 0)
        controller = self.start()
        self.assertEqual(len(controller.names()), 12)
        code, body = controller.call("POST", "/api/v1/reload", {}, controller.token)
        self.assertEqual(code, 409)
        self.assertIn("--confirm", body)
        code, _ = controller.call("POST", "/api/v1/reload", {"confirm": True}, controller.token)
        self.assertEqual(code, 200)
        self.assertEqual(controller.names(), [])

    def test_a_backup_of_the_running_controller_can_be_restored(self):
        self.write(2)
        controller = self.start()
        wait_for(lambda: len(controller.names()) == 2)
        code, body = controller.call("POST", "/api/v1/backup", {}, controller.token)
        self.assertEqual(code, 201)
        backup = json.loads(body)["path"]
        self.assertEqual(controller.stop(), 0)
        refused = Controller(self.root, "--restore", backup)
        self.assertEqual(refused.process.wait(timeout=20), 4)
        refused.log.close()
        for part in ("picket.db", "picket.db-wal", "picket.db-shm"):
            (self.root / "state" / part).unlink(missing_ok=True)
        ended = Controller(self.root, "--restore", backup, "--restore-only")
        self.assertEqual(ended.process.wait(timeout=20), 0)
        ended.log.close()
        again = Controller(self.root, "--restore", backup, "--restore-only")
        self.assertEqual(again.process.wait(timeout=20), 0)
        again.log.close()
        (self.root / "state/picket.db").replace(self.root / "state/picket.db.replaced")
        controller = self.start("--restore", backup)
        self.assertEqual(controller.names(), ["c0", "c1"])

    def test_what_cannot_run_says_why_and_ends(self):
        self.write(1)
        controller = self.start()
        second = Controller(self.root)
        self.assertEqual(second.process.wait(timeout=20), 4)
        second.log.close()
        self.assertIn("in use by another controller", (self.root / "log").read_text())
        other = pathlib.Path(tempfile.mkdtemp(prefix="picket-controller-"))
        self.addCleanup(shutil.rmtree, other)
        taken = Controller(other, port=controller.port)
        self.assertEqual(taken.process.wait(timeout=20), 4)
        taken.log.close()
        self.assertIn("choose another port", (other / "log").read_text())
        (other / "bad.yaml").write_text("version: 1\nstate_dirr: x\n")
        bad = subprocess.run([BIN / "picket-controller", "--config", other / "bad.yaml"],
                             capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(bad.returncode, 3)
        self.assertIn("state_dirr", bad.stderr + bad.stdout)
        none = subprocess.run([BIN / "picket-controller"], capture_output=True, timeout=20,
                              check=False)
        self.assertEqual(none.returncode, 2)

    def test_hostile_requests_are_answered_or_closed(self):
        self.write(1)
        controller = self.start()

        def raw(data):
            with socket.create_connection(("127.0.0.1", controller.port), timeout=20) as peer:
                peer.sendall(data)
                with contextlib.suppress(OSError):  # it may have closed the connection already
                    peer.shutdown(socket.SHUT_WR)
                return peer.recv(65536)
        self.assertIn(b" 400 ", raw(b"nonsense\r\n\r\n"))
        self.assertIn(b" 400 ", raw(b"GET /%ff HTTP/1.1\r\nhost: x\r\n\r\n"))
        self.assertIn(b" 431 ", raw(b"GET / HTTP/1.1\r\nx: " + b"a" * 100_000 + b"\r\n\r\n"))
        big = b"POST /api/v1/reload HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n"
        self.assertIn(b" 413 ", raw(big))
        # A page of a stranger whose name leads here: it may read nothing.
        strange = b"GET /api/v1/status HTTP/1.1\r\nhost: evil.example\r\n\r\n"
        self.assertIn(b" 421 ", raw(strange))
        chunked = b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
        self.assertIn(b" 431 ", raw(chunked + b"0\r\nx: " + b"a" * 70_000 + b"\r\n\r\n"))
        self.assertEqual(controller.call("GET", "/healthz")[0], 200)

    def test_a_killed_controller_starts_with_what_it_had(self):
        self.write(2)
        controller = self.start()
        wait_for(lambda: len(controller.names()) == 2)
        code, body = controller.call("POST", "/api/v1/agents/tokens", {"region": "eu-west-1"},
                                     controller.token)
        self.assertEqual(code, 201, body)
        controller.stop(signal.SIGKILL)
        controller = self.start()
        self.assertEqual(controller.names(), ["c0", "c1"])
        agents = json.loads(controller.call("GET", "/api/v1/agents")[1])
        self.assertEqual([t["region"] for t in agents["open_tokens"]], ["eu-west-1"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
