"""What the tests of deploy/ share: where things are, loud skips, the packages of this build."""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("PICKET_BUILD") or ROOT / "build/dev")
PROGRAMS = pathlib.Path(os.environ.get("PICKET_BIN") or BUILD / "bin")
PACKAGES = BUILD / "packages"
NAMES = ("picket", "picket-agent", "picket-controller")


def skip(identity, reason):
    """Ends the test with the code for a skip; the line must stand in tests/allowed_skips.txt."""
    print(f"SKIPPED: {identity}: {reason}", flush=True)
    sys.exit(77)


def need(identity, reason, *programs):
    if not all(shutil.which(program) for program in programs):
        skip(identity, reason)


def run(*command, **options):
    """Runs the command and returns its stdout; a failure shows both streams."""
    ran = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if ran.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {ran.returncode}\n"
                             f"{ran.stdout[-4000:]}{ran.stderr[-4000:]}")
    return ran.stdout


def make_packages():
    """cpack in the build directory, once built; returns {name: path of its .deb}."""
    need("deploy-packages", "help2man or lintian is not installed", "help2man", "lintian")
    shutil.rmtree(PACKAGES, ignore_errors=True)
    run("cpack", "--config", BUILD / "CPackConfig.cmake", cwd=BUILD,
        env={**os.environ, "LC_ALL": "C.UTF-8"})
    return packages()


def packages():
    found = {}
    for path in sorted(PACKAGES.glob("*.deb")):
        found[path.name.partition("_")[0]] = path
    return found
