#!/usr/bin/env python3
"""The release tarball of this tree: reproducible, and it configures and embeds the web interface
where npm must not be called."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STEP_SECONDS = 250
EMBEDDED = "controller/web/embedded_assets.cpp"
BUILD_WEB = """
say() { echo "$*"; }
die() { echo "$*"; exit 1; }
source scripts/web_build.sh
build_web
"""


def run(*command, cwd, **more):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=STEP_SECONDS, check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def copy_of_tree(directory: Path) -> Path:
    """A repository whose only commit is this tree as it is now, changes and all."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    shutil.copytree(ROOT / "web/dist", directory / "web/dist")
    (directory / "web/build").mkdir(exist_ok=True)
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    run("git", "init", "-q", cwd=directory)
    run("git", "add", "-A", cwd=directory)
    run("git", *identity, "commit", "-q", "-m", "tree", cwd=directory)
    return directory


def without_npm(directory: Path) -> dict:
    """An environment in which npm exists and fails."""
    directory.mkdir()
    npm = directory / "npm"
    npm.write_text("#!/bin/sh\necho 'npm was called' >&2\nexit 9\n")
    npm.chmod(0o755)
    environment = {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"}
    environment.pop("PICKET_NO_WEB", None)
    return environment


def main():
    if not (ROOT / ".git").exists() or not (ROOT / "web/dist/index.html").exists():
        print("SKIPPED: web-tarball: this is no git checkout, or web/dist is missing")
        return 77
    with tempfile.TemporaryDirectory(prefix="picket-tarball-") as name:
        directory = Path(name)
        tree = copy_of_tree(directory / "tree")
        environment = without_npm(directory / "bin")
        # web/dist is taken for the one of this tree: whether it is, ./dev test has seen to.
        run("bash", "-c", "source scripts/web_build.sh; web_fingerprint >web/build/fingerprint",
            cwd=tree, env=environment)
        made = [Path(run("scripts/release_tarball.sh", directory / part, cwd=tree,
                         env=environment).strip()) for part in ("first", "second")]
        assert made[0].read_bytes() == made[1].read_bytes(), "two tarballs of one commit differ"
        run("tar", "-xzf", made[0], cwd=directory / "first")
        source = next(path for path in (directory / "first").iterdir() if path.is_dir())
        assert run("bash", "-c", BUILD_WEB, cwd=source, env=environment) == "", "web/dist is new"
        (source / "web/src/main.tsx").write_text("changed")
        told = run("bash", "-c", f"({BUILD_WEB}) 2>&1", cwd=source, env=environment)
        assert "npm ci failed" in told, f"a changed source goes unnoticed: {told}"
        run("cmake", "-S", source, "-B", source / "build/test", "-G", "Ninja", cwd=source,
            env=environment)
        run("ninja", "-C", source / "build/test", EMBEDDED, cwd=source, env=environment)
        embedded = (source / "build/test" / EMBEDDED).read_text(encoding="ascii")
        for asset in (ROOT / "web/dist").rglob("*.*"):
            path = "/" + asset.relative_to(ROOT / "web/dist").as_posix()
            assert f'"{path}"' in embedded, f"{path} is not embedded"
    print("the tarball builds the web interface in without npm")
    return 0


if __name__ == "__main__":
    sys.exit(main())
