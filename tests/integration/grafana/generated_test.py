#!/usr/bin/env python3
"""The committed dashboards are what their TypeScript writes, to the byte."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy/grafana"
PACKAGES = Path(os.environ.get("PICKET_GRAFANA_NPM_DIR", ROOT / "build/npm-grafana"))
SECONDS = 240


def generate(target: Path, change=None):
    """{file name: text} of what the sources write; `change(folder)` may alter the copy before."""
    shutil.copytree(FOLDER / "src", target / "src")
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(FOLDER / name, target)
    (target / "node_modules").symlink_to(PACKAGES / "node_modules")
    if change:
        change(target)
    for command in (["node_modules/typescript/bin/tsc"], ["out/main.js", "dashboards"]):
        done = subprocess.run(["node", *command], cwd=target, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return texts(target / "dashboards")


def texts(folder: Path):
    return {path.name: path.read_text() for path in folder.glob("*.json")}


class GeneratedTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="picket-dashboards-")
        self.addCleanup(temporary.cleanup)
        self.target = Path(temporary.name)

    def test_the_committed_dashboards_are_up_to_date(self):
        made, committed = generate(self.target), texts(FOLDER / "dashboards")
        self.assertEqual(set(made), set(committed))
        stale = sorted(name for name in made if made[name] != committed[name])
        self.assertEqual(stale, [], "run `npm ci && npm run build` in deploy/grafana")

    def test_a_changed_source_shows(self):
        def rename(target):
            source = target / "src/cdn.ts"
            source.write_text(source.read_text().replace("'Oldest copy'", "'Oldest'"))
        made, committed = generate(self.target, rename), texts(FOLDER / "dashboards")
        self.assertEqual([name for name in committed if made[name] != committed[name]],
                         ["picket-cdn.json"])


if __name__ == "__main__":
    if shutil.which("node") is None or not (PACKAGES / "node_modules/typescript").exists():
        print("SKIPPED: npm-grafana: node or the packages of deploy/grafana are missing")
        sys.exit(77)
    unittest.main()
