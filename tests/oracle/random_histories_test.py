"""Random histories of the real evaluator and incident book agree with the model.

300 in a usual run, 10,000 with PICKET_TEST_LONG; PICKET_ORACLE_SEED moves the first seed.
"""
import collections
import concurrent.futures
import os
import subprocess
import sys
import time

from compare import Disagreement, check_history, split
from model.coverage import SEEN, WANTED

CHUNK = 25
SHOWN = int(os.environ.get("PICKET_ORACLE_SHOWN", "3"))  # disagreements


def record(seed, count):
    program = os.environ["PICKET_HISTORY"]
    command = [program, "--seed", str(seed), "--count", str(count), "--events", "150"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check_chunk(seed, count):
    """The disagreements among these histories, how many events they had, what the model did."""
    SEEN.clear()
    parted, events = [], 0
    for history in split(record(seed, count).splitlines()):
        events += sum(1 for line in history if "event" in line)
        try:
            check_history(history)
        except Disagreement as disagreement:
            parted.append(str(disagreement))
    return parted, events, SEEN


def main():
    first = int(os.environ.get("PICKET_ORACLE_SEED", "1"))
    count = 10_000 if os.environ.get("PICKET_TEST_LONG") else 300
    began = time.monotonic()
    parted, events, seen = [], 0, collections.Counter()
    with concurrent.futures.ProcessPoolExecutor() as pool:
        chunks = [pool.submit(check_chunk, seed, CHUNK)
                  for seed in range(first, first + count, CHUNK)]
        for chunk in concurrent.futures.as_completed(chunks):
            bad, more, done = chunk.result()
            seen += done
            events += more
            parted += bad
    for disagreement in parted[:SHOWN]:
        print(disagreement)
    seconds = time.monotonic() - began
    print(f"{count - len(parted)} of {count} histories agree ({events} events, {seconds:.0f} s)")
    if parted:
        print("repeat one: picket-history --seed N | python3 tests/oracle/compare.py")
    never = [what for what in WANTED if not seen[what]]
    print("; ".join(f"{what}: {seen[what]}" for what in WANTED))
    if never:
        print(f"no history made the model do: {', '.join(never)}")
    return 1 if parted or never else 0


if __name__ == "__main__":
    sys.exit(main())
