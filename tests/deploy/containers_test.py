#!/usr/bin/env python3
"""The images as built by buildah, and the services of deploy/compose run from them by podman: a
controller, the hand-over of tokens, two agents that join and find a check green. All of them run
as their own users, with a read-only root and without a capability.
"""
import datetime
import json
import os
import sys
import unittest

import yaml

import images
import support

sys.path.insert(0, str(support.ROOT))
from demo.processes import wait_until  # noqa: E402

FOLDER = support.ROOT / "deploy/compose"
USERS = {"controller": "64801:64801", "agent": "64802:64802", "agent-browser": "64802:64802",
         "cli": "64803:64803"}
SMALL = ("controller", "agent", "cli")
MEGABYTES_MAX = 110
MEGABYTES_MAX_BROWSER = 1000
CONFINED = ("--rm", "--network=host", "--no-healthcheck", "--cgroups=disabled",
            "--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096", "--read-only",
            "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp")
AGENTS = {"agent-eu-west-1": "eu-west-1", "agent-us-east-1": "us-east-1"}


def inspected(target):
    return json.loads(images.podman("image", "inspect", f"{images.PREFIX}/{target}"))[0]


def words_of(service):
    """What `podman run` gets for a service of the compose file, as a list of words."""
    words = ["--read-only", "--user", service["user"]] if "user" in service else ["--read-only"]
    words += [f"--cap-drop={one}" for one in service["cap_drop"]]
    words += [f"--security-opt={one.replace(':true', '')}" for one in service["security_opt"]]
    words += [f"--tmpfs={one}" for one in service["tmpfs"]]
    words += [f"--env={key}={value}" for key, value in service.get("environment", {}).items()]
    for volume in service["volumes"]:
        source, _, rest = volume.partition(":")
        words += ["--volume", f"{FOLDER / source if source.startswith('.') else source}:{rest}"]
    entry = service.get("entrypoint", [])
    if entry:
        words += ["--entrypoint", json.dumps(entry)]
    target = service["image"].partition("}/")[2].partition(":")[0]
    return [*words, f"{images.PREFIX}/{target}", *service.get("command", [])]


def run(name, service, *options):
    """--network=host is the network of this test, which has loopback only."""
    return images.podman("run", "--name", name, "--no-healthcheck", "--cgroups=disabled",
                         "--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096", "--network=host",
                         f"--add-host=controller:{images.ADDRESS}", *options, *words_of(service))


def confined(target, entry, *words):
    """What a program of the image prints when it runs as the README says an image runs."""
    return images.podman("run", *CONFINED, f"--entrypoint={entry}", f"{images.PREFIX}/{target}",
                         *words)


def healthy(name, target):
    """Runs the image's own health check: without systemd podman has no timer for it."""
    test = inspected(target)["Healthcheck"]["Test"]
    try:
        images.podman("exec", name, *test[1:])
    except AssertionError:
        return False
    return True


def picket(*words):
    return images.podman("exec", "controller", "picket", *words)


def passing_regions(since=""):
    """Where the check passed, in runs that were started after `since`."""
    rows = json.loads(picket("results", "controller-health", "-o", "json"))
    rows = rows["results"] if isinstance(rows, dict) else rows
    return {row["region"] for row in rows if row["verdict"] == "pass" and row["started"] > since}


class Images(unittest.TestCase):
    def test_each_has_a_number_as_user_labels_and_one_program_as_entry_point(self):
        for target, user in USERS.items():
            config = inspected(target)["Config"]
            self.assertEqual(config["User"], user)
            self.assertEqual(config["Labels"]["org.opencontainers.image.revision"], "of-a-test")
            self.assertIn("org.opencontainers.image.title", config["Labels"])
            self.assertEqual(len(config["Entrypoint"]), 1)

    def test_each_is_small_and_has_no_package_manager(self):
        for target in SMALL:
            self.assertLess(inspected(target)["Size"], MEGABYTES_MAX * 1e6, target)
            names = confined(target, "ls", "/usr/bin", "/var/lib/dpkg/status.d")
            self.assertNotIn("apt", names.split())
            self.assertIn("libcurl4", names.split())

    def test_programs_run_as_their_users_on_a_read_only_root(self):
        for target, user in USERS.items():
            entry = inspected(target)["Config"]["Entrypoint"][0]
            self.assertRegex(confined(target, entry, "--version"), r"\d+\.\d+\.\d+")
            with self.assertRaisesRegex(AssertionError, "Read-only file system"):
                confined(target, "sh", "-c", "echo x >/usr/bin/x")
            who = confined(target, "cat", "/proc/self/status")
            uid, gid = user.split(":")
            self.assertRegex(who, rf"Uid:\t{uid}\t")
            self.assertRegex(who, rf"Gid:\t{gid}\t")
            self.assertRegex(who, r"CapEff:\t0{16}\n")

    def test_the_agent_with_a_browser_has_one_that_renders(self):
        self.assertLess(inspected("agent-browser")["Size"], MEGABYTES_MAX_BROWSER * 1e6)
        page = "data:text/html,<p id=a></p><script>a.textContent = 6 * 7</script>"
        shown = confined("agent-browser", "chromium-headless-shell", "--no-sandbox",
                         "--disable-gpu", "--user-data-dir=/tmp/profile", "--dump-dom", page)
        self.assertIn('<p id="a">42</p>', shown)


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
        cls.clean()

    @classmethod
    def clean(cls):
        images.podman("rm", "--all", "--force", "--time=5")
        images.podman("volume", "prune", "--force")

    @classmethod
    def tearDownClass(cls):
        cls.clean()

    def start(self, name):
        run(name, self.services[name], "--detach")

    def stop(self, name):
        images.podman("stop", "--time=50", name)
        return json.loads(images.podman("inspect", name))[0]["State"]["ExitCode"]

    def test_agents_join_with_their_tokens_and_a_check_is_green(self):
        self.start("controller")
        wait_until(lambda: healthy("controller", "controller"), 60, "a healthy controller")
        said = run("enroll", self.services["enroll"], "--rm")
        self.assertEqual(said, "a token for eu-west-1\na token for us-east-1\n")
        self.assertEqual(run("enroll", self.services["enroll"], "--rm"), "")  # once is enough
        for name in AGENTS:
            self.start(name)
        wait_until(lambda: passing_regions() == set(AGENTS.values()), 90, "green in both regions")
        for name in AGENTS:
            wait_until(lambda name=name: healthy(name, "agent"), 90, "a healthy agent")
            with self.assertRaises(AssertionError):
                images.podman("exec", name, "sh", "-c", "echo x >/usr/bin/x")
        self.lose_and_restore()
        for name in AGENTS:
            self.assertEqual(self.stop(name), 0)
        self.assertEqual(self.stop("controller"), 0)

    def lose_and_restore(self):
        """The controller's volume is lost; its agents run on and come back to the restored one."""
        authority = ("exec", "controller", "cat", "/var/lib/picket-controller/ca/ca.pem")
        before = images.podman(*authority)
        made = images.podman("exec", "controller", "/usr/lib/picket-controller/backup").strip()
        self.assertRegex(made, "^/backups/picket-.*Z$")
        self.assertEqual(self.stop("controller"), 0)
        images.podman("rm", "controller")
        images.podman("volume", "rm", "controller")
        job = {**self.services["controller"], "command": ["/backups"],
               "entrypoint": ["/usr/lib/picket-controller/restore"]}
        self.assertIn(f"{made} is in place", run("restore", job, "--rm"))
        since = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.start("controller")
        wait_until(lambda: healthy("controller", "controller"), 60, "a healthy controller again")
        self.assertEqual(images.podman(*authority), before)
        wait_until(lambda: passing_regions(since) == set(AGENTS.values()), 120, "both agents back")


if __name__ == "__main__":
    images.enter()
    os.environ.pop("PICKET_TOKEN_FILE", None)
    unittest.main()
