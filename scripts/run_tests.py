#!/usr/bin/env python3
"""Builds and runs every test (`./dev test`): the dev build with all that use whole programs, the
ASan+UBSan build with the unit tests and the simulation, the clang build with the unit tests. The
dev build runs all of them where the sanitized one is not asked for (`--preset dev`).

`--deploy`: the tests of deploy/ alone, among them those that need root and a Debian mirror.

A skipped test is a failure unless tests/allowed_skips.txt names it with its reason. A test skips as
a whole with exit code 77, in part by printing `SKIPPED: <id>: <reason>` on a line of its own.
The last line is `N passed, N failed, N skipped`, in test cases, summed over the builds.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIP_LINE = re.compile(r"^SKIPPED: ([^:\n]+): (.+?)\s*$", re.M)
CATCH_PASSED = re.compile(r"^All tests passed \(\d+ assertions? in (\d+) test cases?\)", re.M)
CATCH_CASES = re.compile(r"^test cases: +(\d+) \|(?: +(\d+) passed \|)?(?: +(\d+) failed)?", re.M)
ENDING_LINES, ENDINGS = 30, 5  # of failed tests, said again beside the summary
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.M)


@dataclass(frozen=True)
class Preset:
    name: str
    labels: str  # a ctest label expression, empty for all
    left_out: str = ""  # that of another preset, which runs these
    programs: bool = False  # its tests are also scripts, which use any program
    deploy: bool = False  # with the tests of deploy/ that nothing else runs


PRESETS = (
    Preset("dev", "", left_out="^(unit|sim)$", programs=True),
    Preset("asan", "^(unit|sim)$"),
    Preset("clang", "^unit$"),
)
DEPLOY = Preset("dev", "^(deploy|manifests)$", programs=True, deploy=True)


@dataclass
class Outcome:
    """What one build's tests said. Failures are printable one-liners."""

    passed: int = 0
    failures: list = field(default_factory=list)
    ends: list = field(default_factory=list)  # (test, how the output of a failed one ends)
    skips: list = field(default_factory=list)  # (test, id, reason)
    build_seconds: float = 0
    test_seconds: float = 0
    slowest: list = field(default_factory=list)  # (seconds, test)


def read_allowed_skips(path):
    """Returns {(id, reason)}; each line is `id: reason`, # starts a comment."""
    allowed = set()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        identity, colon, reason = line.partition(": ")
        if not colon or not reason.strip():
            raise SystemExit(f"{path}:{number}: wanted `id: reason`, got `{line}`")
        allowed.add((identity.strip(), reason.strip()))
    return allowed


def count_cases(output, passed):
    """(passed, failed) test cases in one test program's output; a plain script counts as one."""
    if passed:
        found = CATCH_PASSED.search(output) or UNITTEST_RAN.search(output)
        return (int(found.group(1)) if found else 1), 0
    found = CATCH_CASES.search(output)
    return (int(found.group(2) or 0) if found else 0), 1


def read_junit(path, outcome, preset):
    """Adds the tests of one ctest --output-junit file to `outcome`."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{preset}: {case.get('name')}"
        output = case.findtext("system-out") or ""
        outcome.slowest.append((float(case.get("time") or 0), name))
        skips = [(name, *found) for found in SKIP_LINE.findall(output)]
        skipped = case.find("skipped")
        if skipped is not None and "SKIP" not in (skipped.get("message") or ""):
            outcome.failures.append(f"{name}: {skipped.get('message')}")
        elif skipped is not None:
            outcome.skips += skips or [(name, case.get("name"), "")]
        else:
            passed, failed = count_cases(output, case.find("failure") is None)
            outcome.passed += max(0, passed - len(skips))
            outcome.failures += [name] * failed
            outcome.ends += [(name, output.rstrip().splitlines()[-ENDING_LINES:])] * failed
            outcome.skips += skips


def run_logged(command, log):
    """Runs the command at low priority with its output in the log; returns whether it worked."""
    ran = subprocess.run(["nice", "-n", "10", *command], cwd=ROOT, stdin=subprocess.DEVNULL,
                         stdout=log, stderr=subprocess.STDOUT, check=False)
    return ran.returncode == 0


def build(preset, regex):
    """Configures and builds; returns (error text or None, seconds)."""
    folder = ROOT / "build" / preset.name
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    print(f"==> build ({preset.name}), log in build/{preset.name}/build.log", file=sys.stderr,
          flush=True)
    with open(folder / "build.log", "w", encoding="utf-8") as log:
        error = build_logged(preset, regex, log)
    if error:
        lines = (folder / "build.log").read_text(errors="replace").splitlines()
        wrong = [line for line in lines if line.startswith("FAILED: ") or " error: " in line]
        print("\n".join([*wrong[:20], "...", *lines[-40:]]), file=sys.stderr, flush=True)
    return error, time.monotonic() - start


def build_logged(preset, regex, log):
    option = f"-DPICKET_DEPLOY_TESTS={'ON' if preset.deploy else 'OFF'}"
    if not run_logged(["cmake", "--preset", preset.name, option], log):
        return "cmake failed"
    targets = test_programs(preset, regex) + (["programs"] if preset.programs else [])
    if not targets:
        return None
    jobs = os.environ.get("PICKET_JOBS") or str(os.cpu_count())
    ninja = ["ninja", "-C", str(ROOT / "build" / preset.name), "-j", jobs, "-k", "0", *targets]
    return None if run_logged(ninja, log) else "ninja failed"


def ctest_selection(preset, regex):
    selection = ["ctest", "--test-dir", str(ROOT / "build" / preset.name)]
    selection += ["-L", preset.labels] if preset.labels else []
    selection += ["-LE", preset.left_out] if preset.left_out else []
    return selection + (["-R", regex] if regex else [])


def test_programs(preset, regex):
    """The ninja targets of the tests this preset runs."""
    shown = subprocess.run(ctest_selection(preset, regex) + ["--show-only=json-v1"], cwd=ROOT,
                           stdout=subprocess.PIPE, check=True)
    folder = str(ROOT / "build" / preset.name)
    listed = subprocess.run(["ninja", "-C", folder, "-t", "targets", "all"], text=True,
                            stdout=subprocess.PIPE, check=True)
    known = {line.partition(":")[0] for line in listed.stdout.splitlines()}
    return sorted({test["name"] for test in json.loads(shown.stdout)["tests"]} & known)


def run_tests(preset, regex, built):
    """Runs the tests of a build that has ended as `built` says."""
    error, seconds = built
    outcome = Outcome(build_seconds=seconds)
    if error:
        outcome.failures.append(f"{preset.name}: build: {error}")
        return outcome
    start = time.monotonic()
    print(f"==> test ({preset.name})", file=sys.stderr, flush=True)
    junit = ROOT / "build" / preset.name / "tests.xml"
    junit.unlink(missing_ok=True)
    ran = subprocess.run(
        ctest_selection(preset, regex)
        + ["-j2", "--output-on-failure", "--no-tests=ignore", "--output-junit", str(junit),
           "--test-output-size-passed", "1000000"],
        cwd=ROOT, check=False)
    outcome.test_seconds = time.monotonic() - start
    if junit.exists():
        read_junit(junit, outcome, preset.name)
    if ran.returncode != 0 and not outcome.failures:
        outcome.failures.append(f"{preset.name}: ctest ended with {ran.returncode}")
    return outcome


def run_presets(presets, regex):
    """{name: Outcome}. The next builds go on, at low priority, while tests of the first wait for
    processes and pages: that hides most of their time."""
    with ThreadPoolExecutor(max_workers=1) as builder:
        builds = [builder.submit(build, preset, regex) for preset in presets]
        return {preset.name: run_tests(preset, regex, built.result())
                for preset, built in zip(presets, builds)}


def report(outcomes, allowed):
    """Prints the summary; returns the exit code."""
    for test, lines in [end for o in outcomes.values() for end in o.ends][:ENDINGS]:
        print("\n".join(["", f"==> end of the output of {test}", *lines]))
    print()
    for name, outcome in outcomes.items():
        print(f"{name:6} {outcome.passed:6} passed {len(outcome.failures):4} failed "
              f"{len(outcome.skips):4} skipped   build {outcome.build_seconds:6.0f} s, "
              f"tests {outcome.test_seconds:6.0f} s")
    slowest = sorted((row for o in outcomes.values() for row in o.slowest), reverse=True)[:5]
    print("slowest: " + ", ".join(f"{name} {seconds:.1f} s" for seconds, name in slowest))
    failures = [line for o in outcomes.values() for line in o.failures]
    skips = [skip for o in outcomes.values() for skip in o.skips]
    for test, identity, reason in skips:
        verdict = "allowed" if (identity, reason) in allowed else "NOT ALLOWED"
        print(f"skipped, {verdict}: {test}: {identity}: {reason or 'no reason given'}")
        if verdict != "allowed":
            failures.append(f"{test}: skip of `{identity}` is not in tests/allowed_skips.txt")
    for line in failures:
        print(f"FAILED {line}")
    passed = sum(outcome.passed for outcome in outcomes.values())
    if not failures and passed == 0:
        failures.append("no test ran")
        print("FAILED no test ran")
    print(f"{passed} passed, {len(failures)} failed, {len(skips)} skipped")
    return 1 if failures else 0


def choose_presets(names):
    """All when none is named. What is left out is what another of them runs, else nothing is."""
    wanted = [preset for preset in PRESETS if preset.name in (names or [preset.name])]
    run = {preset.labels for preset in wanted}
    return [preset if preset.left_out in run else replace(preset, left_out="")
            for preset in wanted]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--long", action="store_true", help="more rounds (PICKET_TEST_LONG=1)")
    parser.add_argument("-R", metavar="REGEX", help="only tests whose name matches")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--preset", action="append", choices=[p.name for p in PRESETS])
    chosen.add_argument("--deploy", action="store_true",
                        help="the tests of deploy/ alone, packages and images among them")
    options = parser.parse_args()
    if options.long:
        os.environ["PICKET_TEST_LONG"] = "1"
    allowed = read_allowed_skips(ROOT / "tests/allowed_skips.txt")
    presets = [DEPLOY] if options.deploy else choose_presets(options.preset)
    return report(run_presets(presets, options.R), allowed)


if __name__ == "__main__":
    sys.exit(main())
