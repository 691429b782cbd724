#!/usr/bin/env python3
"""Both daemons as a service manager and an operator meet them: notifications and the watchdog, the
configuration and its layers, SIGHUP, SIGTERM. Real processes, a notification socket of the test."""
import json
import os
import signal
import subprocess
import time
import unittest

from service_rig import BIN, SECRET, Rig, wait_for

CHECKS = """\
version: 1
defaults: {owner: e2e, interval: 5s, timeout: 2s, retries: 0, regions: all, quorum: 1}
checks:
"""


def checks(url, names, more=""):
    return CHECKS + "".join(f"  - name: {name}\n    http: GET {url}/{name}\n{more}"
                            for name in names)


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(self)
        self.target = self.rig.answerer()
        self.rig.write_controller({"webhook/first": self.target.url})

    def stop(self, process, number=signal.SIGTERM, seconds=40):
        process.send_signal(number)
        return process.wait(seconds)

    def test_a_manager_hears_of_start_work_reload_and_stop(self):
        said = self.rig.manager.said
        controller = self.rig.start_controller()
        self.rig.install(checks(self.target.url, ["good"]))
        self.rig.write_agent("one")
        agent = self.rig.start_agent("one")
        wait_for(lambda: "READY=1" in said(agent.pid), "READY=1 of the agent")
        self.assertTrue((self.rig.root / "one/state/identity.pem").exists())
        for process in (controller, agent):
            wait_for(lambda: said(process.pid).count("WATCHDOG=1") >= 3, "three signs of work")
            self.assertEqual(said(process.pid).count("READY=1"), 1)
            process.send_signal(signal.SIGHUP)
            wait_for(lambda: said(process.pid).count("READY=1") == 2, "READY=1 after a reload")
            lines = said(process.pid)
            self.assertLess(lines.index("RELOADING=1"), len(lines) - lines[::-1].index("READY=1"))
            self.assertEqual(self.stop(process), 0)
            wait_for(lambda: "STOPPING=1" in said(process.pid), "STOPPING=1")
        self.assertTrue(any(line.startswith("STATUS=ready, 1 checks")
                            for line in said(controller.pid)), said(controller.pid))

    def test_an_agent_that_is_not_enrolled_is_not_ready(self):
        controller = self.rig.start_controller()
        self.rig.write_agent("one")
        self.assertEqual(self.stop(controller), 0)
        agent = self.rig.start_agent("one")
        wait_for(lambda: "not enrolled yet" in self.rig.log("one"), "word of the controller")
        self.assertNotIn("READY=1", self.rig.manager.said(agent.pid))
        self.assertNotIn("WATCHDOG=1", self.rig.manager.said(agent.pid))
        self.assertEqual(self.stop(agent), 0)

    def test_the_configuration_in_force_is_printed_with_its_sources(self):
        def printed(program, config, *arguments, **environment):
            return subprocess.run([BIN / program, "--config", config, "--print-config", *arguments],
                                  env={**os.environ, **environment}, capture_output=True, text=True,
                                  timeout=30, check=False)
        config = self.rig.root / "controller.yaml"
        done = printed("picket-controller", config, "--log-level", "debug",
                       PICKET_CONTROLLER_LOG_LEVEL="error", PICKET_CONTROLLER_RETENTION_RAW="3d")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('level: "debug"  # flag --log-level', done.stdout)
        self.assertIn("raw: 3d  # environment PICKET_CONTROLLER_RETENTION_RAW", done.stdout)
        self.assertIn('format: "logfmt"  # default', done.stdout)
        self.assertIn(f"version: 1  # {config}:1", done.stdout)
        self.assertNotIn(SECRET, done.stdout)
        self.assertIn('secret: "********"', done.stdout)
        bad = printed("picket-controller", config, PICKET_CONTROLLER_LOG_LEVEL="loud")
        self.assertEqual((bad.returncode, bad.stdout), (3, ""))
        self.assertIn("environment PICKET_CONTROLLER_LOG_LEVEL", bad.stderr)
        agent = self.rig.root / "agent.yaml"
        agent.write_text("version: 1\ncontroller: https://c.example.com\nstate_dir: /s\n")
        done = printed("picket-agent", agent, "--network-allow", "10.0.0.0/8,::1",
                       PICKET_AGENT_NAME="one")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('allow: ["10.0.0.0/8", "::1"]  # flag --network-allow', done.stdout)
        self.assertIn('name: "one"  # environment PICKET_AGENT_NAME', done.stdout)
        self.assertIn("concurrent_runs: 200  # default", done.stdout)

    def test_a_reload_never_brings_a_bad_configuration(self):
        controller = self.rig.start_controller(PICKET_CONTROLLER_LOG_FORMAT="json")
        receivers = {"webhook/first": self.target.url}
        self.rig.write_controller(receivers, "routez: []\n")
        controller.send_signal(signal.SIGHUP)
        wait_for(lambda: "the one in force stays" in self.rig.log("controller"), "refusal")
        self.assertIn("routez", self.rig.log("controller"))
        self.assertEqual(self.rig.call("/readyz")[0], 200)
        self.rig.write_controller(receivers, "log: {level: error}\nretention: {raw: 2d}\n")
        controller.send_signal(signal.SIGHUP)
        wait_for(lambda: self.rig.manager.said(controller.pid).count("READY=1") == 3, "reload")
        lines = [json.loads(line) for line in self.rig.log("controller").splitlines()]
        self.assertIn("configuration not reloaded, the one in force stays",
                      [line["event"] for line in lines])
        self.assertEqual(self.stop(controller), 0)
        self.assertNotIn('"event":"stopping"', self.rig.log("controller"))  # the new level holds

    def test_a_reload_names_what_waits_for_a_restart(self):
        controller = self.rig.start_controller()
        self.rig.write_controller({"webhook/second": self.target.url},
                                  "retention: {raw: 2d}\nregions: {eu-west-1: }\n", api_port=1)
        controller.send_signal(signal.SIGHUP)
        wait_for(lambda: 'keys="api, regions"' in self.rig.log("controller"), "the keys")
        self.assertEqual(self.stop(controller), 0)

    def test_a_second_signal_ends_an_agent_at_once(self):
        self.rig.start_controller()
        self.rig.write_agent("one")
        agent = self.rig.start_agent("one")
        slow = self.rig.answerer(delay=25)
        self.rig.install(CHECKS.replace("interval: 5s, timeout: 2s", "interval: 60s, timeout: 20s")
                         + f"  - name: slow\n    http: GET {slow.url}/\n")
        wait_for(lambda: slow.begun, "a run under way")
        agent.send_signal(signal.SIGTERM)
        wait_for(lambda: "STOPPING=1" in self.rig.manager.said(agent.pid), "STOPPING=1")
        began = time.monotonic()
        self.assertEqual(self.stop(agent), 4)
        self.assertLess(time.monotonic() - began, 10)


if __name__ == "__main__":
    unittest.main()
