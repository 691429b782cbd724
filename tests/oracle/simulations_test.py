"""Whole Pickets in virtual time, with kills, bad networks and a bad PagerDuty: the model recomputes
what their controllers' stores tell, and each lost message of a recorded one is found.

Four stories of six hours; with PICKET_TEST_LONG 40 of a day. PICKET_ORACLE_SEED moves the first.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

from compare import Disagreement, check_history, split


def simulate(seed, stories, hours):
    """The histories, each as its lines."""
    with tempfile.TemporaryDirectory(prefix="picket-oracle-") as directory:
        file = pathlib.Path(directory) / "history.jsonl"
        subprocess.run([os.environ["PICKET_SIM"], "--seed", str(seed), "--stories", str(stories),
                        "--hours", str(hours), "--history", file], check=True,
                       stdout=subprocess.DEVNULL)
        return list(split(file.read_text().splitlines()))


def complaint(history):
    try:
        check_history(history)
    except Disagreement as parted:
        return str(parted)
    return ""


def damages(history):
    """(what, the damaged lines): one line of the store, or of what PagerDuty took, is lost."""
    doubtful = {line["key"] for line in history if line.get("doubtful")}  # may be there twice
    for kind in ("page", "incident", "slot", "received"):
        places = [place for place, line in enumerate(history) if line.get("answer") == kind
                  and line.get("key") not in doubtful and not line.get("given")]
        for place in places[len(places) // 2:][:1]:
            yield f"{kind} in line {place + 1}", history[:place] + history[place + 1:]


def main():
    first = int(os.environ.get("PICKET_ORACLE_SEED", "1"))
    stories, hours = (40, 24) if os.environ.get("PICKET_TEST_LONG") else (4, 6)
    histories = simulate(first, stories, hours)
    bad = [text for text in map(complaint, histories) if text]
    if len(histories) != stories:
        bad.append(f"{stories} simulations told {len(histories)} histories")
    bad += [f"a lost {what} was not found" for what, lines in damages(histories[0])
            if not complaint(lines)]
    for text in bad[:3]:
        print(text)
    counts = {kind: sum(line.get("answer") == kind for history in histories for line in history)
              for kind in ("incident", "page", "slot", "received")}
    print(f"{len(histories)} simulations of {hours} h, {counts}, {len(bad)} complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
