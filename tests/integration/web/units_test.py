#!/usr/bin/env python3
"""Runs Vitest over web/tests/unit: grid, waterfall, formats, and what the build made."""
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parents[3] / "web"
SECONDS = 280


def main():
    vitest = WEB / "node_modules/vitest/vitest.mjs"
    node = shutil.which("node")
    if not node or not vitest.exists() or not (WEB / "dist/index.html").exists():
        print("SKIPPED: web-packages: node, the packages of web/ or web/dist are missing")
        return 77
    return subprocess.run([node, str(vitest), "run", "--reporter=dot"], cwd=WEB, check=False,
                          stdin=subprocess.DEVNULL, timeout=SECONDS).returncode


if __name__ == "__main__":
    sys.exit(main())
