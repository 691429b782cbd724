#!/usr/bin/env python3
"""A controller whose machine is lost, and one of the same name on a new machine that has what
deploy/backup carried elsewhere: agents return without a new token, and an incident that was open is
still known, is not paged twice, and is resolved by its key. Real processes."""
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import unittest
from pathlib import Path

from service_rig import BIN, Rig, wait_for

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from demo.receiver.server import Receiver  # noqa: E402
from ports import free_port  # noqa: E402

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "whsec_cGlja2V0LWRlbW8td2ViaG9vay1zZWNyZXQ="
CHECKS = """\
version: 1
defaults: {{owner: e2e, interval: 5s, timeout: 2s, retries: 0, regions: all, quorum: 1}}
checks:
  - name: shop
    http: GET {url}/shop
    notify: [pagerduty/main]
"""


class LostControllerTest(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(self)
        self.state, self.elsewhere = self.rig.root / "state", self.rig.root / "elsewhere"
        self.elsewhere.mkdir()
        self.target = self.rig.answerer()
        self.pager = Receiver(("127.0.0.1", 0), SECRET)
        threading.Thread(target=self.pager.serve_forever, daemon=True).start()
        self.addCleanup(self.pager.server_close)
        self.addCleanup(self.pager.stop)
        # The name that agents dial will lead to the new machine: here, the port.
        self.ports = free_port(), free_port()
        self.configure(*self.ports)
        self.controller = self.rig.start_controller()
        (self.state / "checks/all.check.yaml").write_text(CHECKS.format(url=self.target.url))
        self.ask("reload", {})

    def configure(self, agents=0, api=0):
        """As the packages have it: the checks lie in the state directory."""
        url = f"http://127.0.0.1:{self.pager.port}"
        self.rig.write_settings(
            {"pagerduty/main": f'pagerduty: {{routing_key: {KEY}, events_url: "{url}"}}'},
            "default_receiver: pagerduty/main\n", api_port=api)
        file = self.rig.root / "controller.yaml"
        text = file.read_text().replace(f"checks_dir: {self.rig.root}/checks",
                                        f"checks_dir: {self.state}/checks")
        file.write_text(text.replace('"127.0.0.1:0"', f'"127.0.0.1:{agents}"'))
        (self.state / "checks").mkdir(parents=True, exist_ok=True)

    def ask(self, path, body=None):
        status, text = self.rig.call(f"/api/v1/{path}", body)
        self.assertLess(status, 300, text)
        return json.loads(text)

    def script(self, name, *words, **more):
        """The finished script of deploy/backup, as its service would have it."""
        return subprocess.run([ROOT / f"deploy/backup/{name}.sh", *words], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=60, check=False, env={
            **os.environ, "PATH": f"{BIN.resolve()}:{os.environ['PATH']}",
            "PICKET_CONTROLLER": f"http://127.0.0.1:{self.rig.port('api')}",
            "PICKET_TOKEN_FILE": str(self.state / "admin.token"),
            "PICKET_BACKUP_TO": str(self.elsewhere),
            "PICKET_CONTROLLER_CONFIG": str(self.rig.root / "controller.yaml"),
            "PICKET_CONTROLLER_STATE_DIR": str(self.state), **more})

    def backup(self, **more):
        done = self.script("backup", **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Path(done.stdout.strip())

    def lose(self):
        self.controller.send_signal(signal.SIGKILL)
        self.controller.wait()
        shutil.rmtree(self.state)

    def new_machine(self):
        """The package has run its controller for a moment, which made an authority of its own."""
        self.configure()
        fresh = self.rig.start_controller()
        fresh.send_signal(signal.SIGTERM)
        self.assertEqual(fresh.wait(60), 0)

    def taken(self):
        """What PagerDuty took: [(action, key)]."""
        return [(one["event"]["event_action"], one["event"]["dedup_key"])
                for one in self.pager.record.events() if one["outcome"] == "accepted"]

    def open_incidents(self):
        return [one["id"] for one in self.ask("incidents")["incidents"] if one["state"] == "open"]

    def test_agents_return_and_an_open_incident_is_not_paged_twice(self):
        self.rig.write_agent("one")
        agent = self.rig.start_agent("one")
        wait_for(lambda: self.target.done >= 2, "two runs")
        (self.rig.root / "one/token").unlink()
        identity = (self.rig.root / "one/state/identity.pem").read_bytes()
        self.target.status = 500
        wait_for(self.taken, "a page", 90)
        incident, = self.open_incidents()
        authority = (self.state / "ca/ca.pem").read_bytes()
        saved = self.backup()
        self.lose()
        self.new_machine()
        self.assertNotEqual((self.state / "ca/ca.pem").read_bytes(), authority)

        self.configure(*self.ports)
        done = self.script("restore", saved, PICKET_CONTROLLER="http://127.0.0.1:1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.state / "ca/ca.pem").read_bytes(), authority)
        self.controller = self.rig.start_controller()
        known, = self.ask("agents")["agents"]
        self.assertEqual((known["name"], known["revoked"]), ("one", False))
        runs = self.target.done
        wait_for(lambda: self.ask("agents")["agents"][0]["online"], "the agent's return", 90)
        wait_for(lambda: self.target.done >= runs + 3, "three more runs that fail")
        self.assertIsNone(agent.poll())
        self.assertEqual((self.rig.root / "one/state/identity.pem").read_bytes(), identity)
        self.assertEqual(self.ask("agents")["open_tokens"], [])
        self.assertEqual(self.open_incidents(), [incident])
        (trigger, key), = self.taken()
        self.assertEqual(trigger, "trigger")
        self.target.status = 200
        wait_for(lambda: len(self.taken()) > 1, "the resolve", 90)
        self.assertEqual(self.taken(), [("trigger", key), ("resolve", key)])
        self.assertEqual(self.open_incidents(), [])

    def test_as_many_copies_stay_as_are_wanted_and_a_half_one_is_none(self):
        (self.elsewhere / "picket-2026-01-01T00-00-00.000Z.partial").mkdir()
        made = [self.backup(PICKET_BACKUP_KEEP="2") for _ in range(3)]
        self.assertEqual(sorted(self.elsewhere.iterdir()), made[1:])
        self.assertEqual(self.copies_here(), 1)  # each is as large as the database
        self.assertEqual({one.name for one in made[2].iterdir()},
                         {"picket.db", "ca", "checks", "admin.token"})
        for path in [made[2], *made[2].rglob("*")]:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        for wrong in ("0", "many", ""):
            done = self.script("backup", PICKET_BACKUP_KEEP=wrong)
            self.assertEqual(done.returncode, 2 if wrong else 0)

    def test_without_another_place_copies_stay_beside_the_database(self):
        for _ in range(3):
            made = self.backup(PICKET_BACKUP_TO="", PICKET_BACKUP_KEEP="2")
            self.assertEqual(made.parent, self.state / "backups")
        self.assertEqual(self.copies_here(), 2)
        self.assertTrue(made.exists())
        self.assertEqual(list(self.elsewhere.iterdir()), [])

    def copies_here(self):
        return len(list((self.state / "backups").glob("*.db")))

    def test_a_backup_that_could_not_be_carried_elsewhere_has_failed(self):
        for _ in range(3):
            done = self.script("backup", PICKET_BACKUP_KEEP="2",
                               PICKET_BACKUP_TO=str(self.rig.root / "not-mounted"))
            self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.copies_here(), 2)  # the disk does not fill meanwhile

    def test_a_restore_is_refused_while_a_controller_runs_and_of_a_damaged_backup(self):
        saved = self.backup()
        before = sorted(one.name for one in self.state.iterdir())
        done = self.script("restore", saved)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("in use by another controller", done.stderr)
        self.controller.send_signal(signal.SIGTERM)
        self.assertEqual(self.controller.wait(60), 0)
        whole = (saved / "picket.db").read_bytes()
        (saved / "picket.db").write_bytes(whole[:len(whole) // 2])
        done = self.script("restore", saved)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("code=corrupt", done.stderr)
        after = {one.name for one in self.state.iterdir()}
        self.assertLessEqual(after, set(before))
        self.assertIn("picket.db", after)
        (saved / "picket.db").write_bytes(whole)
        self.assertEqual(self.script("restore", saved).returncode, 0)
        done = self.script("restore", saved)  # what was replaced the first time is not lost
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(".replaced is there since the last time", done.stderr)


if __name__ == "__main__":
    unittest.main()
