#!/usr/bin/env python3
"""Executes the commands of the documents against real processes: what they end with, and the shape
of what they print. docs/tutorial.md has tutorial_test.py, the README scripts/readme_test.py.

Lists what is not run, with the reasons that the pages give.
"""
import datetime
import re
import shutil
import sys
import unittest

from commands import blocks_of, is_run, is_shell, missing_lines, pages
from shell import Shell
from world import PASSWORD, World

TUTORIAL = "docs/tutorial.md"
# These change the world.
LAST = ["docs/how-to/plan-and-apply.md", "docs/how-to/install-from-packages.md",
        "docs/how-to/backup.md"]
CHECKS = {"docs/reference/paging-proof.md": """version: 1
checks:
  - {name: shop, owner: shop, http: GET https://shop.example.com/, notify: pagerduty/shop}
"""}
ULID = r"01[0-9A-Z]{24}"
TOOLS = ("jq", "promtool")  # that pages use beside what any Debian has


def fill(world, place):
    """What stands for the reader's own: [(pattern, value or function)] by page."""
    data, config = world.state_dir, world.small.directory / "controller.yaml"
    incident = world.incident("shop", "down")["id"]
    deadline = datetime.date.today() + datetime.timedelta(days=14)
    return {
        "docs/how-to/backup.md": [
            (r"http://127.0.0.1:8080", world.small.fleet.api_url),
            (r"\bDATA\b", str(data)), (r"\bFILE\b", str(config)),
            (r"\bBACKUP\b", lambda: str(max(data.rglob("*.db"), key=lambda one: one != data /
                                            "picket.db" and one.stat().st_mtime)))],
        "docs/how-to/grafana.md": [(r"/(etc|var/lib)/grafana", f"{place}/grafana")],
        "docs/how-to/install-from-packages.md": [
            (r"https://shop\.example\.com/", f"{world.small.target.url}/")],
        "docs/how-to/maintenance-and-silences.md": [
            (r"\b4f0c2a91bd\b", lambda: world.newest(r"^\w+", "silence", "list"))],
        "docs/how-to/post-mortems.md": [
            (r"\bID\b", incident), (r"2026-12-15", deadline.isoformat()),
            (r"\bITEM\b", lambda: world.newest(ULID, "actions", "list"))],
        "docs/how-to/replay.md": [(r"\b(7d|24h)\b", world.history_begins)],
        "docs/how-to/secrets.md": [(r"\$\(pass [^)]*\)", PASSWORD),
                                   (r"picket run", "picket run --allow 127.0.0.0/8")],
    }


class Documents(unittest.TestCase):
    def test_every_command_holds(self):
        blocks = {path: [one for one in blocks_of(path) if is_shell(one)] for path in pages()}
        self.say_what_is_not_run(blocks)
        world = World(self)
        chosen = [[one for one in found if is_run(one)] for found in blocks.values()]
        chosen = [found for found in chosen if found and found[0].page != TUTORIAL]
        chosen.sort(key=lambda found: (found[0].page in LAST and 1 + LAST.index(found[0].page)))
        self.failures, count = [], 0
        for found in chosen:
            count += self.run_page(world, found)
        print(f"{count} commands of {len(chosen)} pages executed", flush=True)
        self.assertEqual(self.failures, [], "\n".join(self.failures))
        self.assertGreater(count, 10, "nothing found: has the form of the pages changed?")

    def say_what_is_not_run(self, blocks):
        for block in sum(blocks.values(), []):
            if "not-run" in block.markers:
                for command in block.commands:
                    print(f"not run: {block.place}: {command.text.splitlines()[0]} "
                          f"({block.markers['not-run']})", flush=True)

    def run_page(self, world, blocks):
        place = world.directory(world.check("search") if "replay" in blocks[0].page else "")
        if blocks[0].page in CHECKS:
            (place / "checks/shop.check.yaml").write_text(CHECKS[blocks[0].page])
        # Beside a reader's first check: a set of checks that ends is to be confirmed.
        if "install" in blocks[0].page:
            (place / "checks/shop.check.yaml").rename(place / "checks/other.check.yaml")
        (place / "grafana/provisioning/datasources").mkdir(parents=True)
        (place / "grafana/provisioning/dashboards").mkdir()
        shell = Shell(place, world.environment())
        fills = fill(world, place).get(blocks[0].page, [])
        services = {"systemctl stop picket-controller": world.stop_controller,
                    "systemctl start picket-controller": world.start_controller,
                    "systemctl restart grafana-server": lambda: None}
        try:
            commands = [(block, command) for block in blocks for command in block.commands]
            for block, command in commands:
                if command.text in services:
                    services[command.text]()
                else:
                    self.run_command(shell, block, command, fills)
            return len(commands)
        finally:
            shell.close()

    def run_command(self, shell, block, command, fills):
        text = command.text
        for pattern, value in fills:
            if re.search(pattern, text):
                known = value() if callable(value) else value
                text = re.sub(pattern, lambda _: known, text)  # noqa: B023: used at once
        code, printed = shell.run(text, block.markers.get("answer"))
        print(f"{block.place} $ {text}\n{printed}", flush=True)
        if code != command.exit:
            self.failures.append(f"{block.place}: {text}: ended with {code}\n{printed}")
        missing = [] if "example-output" in block.markers else missing_lines(command.output,
                                                                             printed)
        for line in missing:
            self.failures.append(f"{block.place}: {text}: does not print {line!r}\n{printed}")


if __name__ == "__main__":
    lacking = [name for name in TOOLS if shutil.which(name) is None]
    if lacking:
        print(f"{' and '.join(lacking)} not installed: ./dev setup test")
        sys.exit(77)
    unittest.main()
