"""The oracle's word on a test of processes: what the controller's database tells is recomputed by
the independent model (tests/oracle), and what PagerDuty took and has open is held against it.
"""
import json
import subprocess
import sys
from pathlib import Path

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
RECEIVERS = {"names": ["pagerduty/demo", "webhook/demo"], "default": "pagerduty/demo",
             "fallbacks": {"pagerduty/demo": "webhook/demo"}}  # as demo/fleet.py configures them
SECONDS = 300


def judge(programs: Path, database: Path, record, history: Path) -> str:
    """Nothing when all agrees, else what does not. `database` is that of a controller that has
    ended with everything delivered, `record` a demo.receiver Record; `history` is written."""
    recorder = programs / "picket-history"
    if not recorder.exists():
        return f"{recorder} is not there: build it (./dev build)"
    told = subprocess.run([recorder, "--database", database, "--receivers", json.dumps(RECEIVERS)],
                          capture_output=True, text=True, timeout=SECONDS, check=False)
    if told.returncode != 0:
        return f"the database tells no history: {told.stderr}"
    lines = [json.dumps(line) for line in pagerduty_lines(record)]
    history.write_text(told.stdout + "\n".join(lines) + "\n")
    judged = subprocess.run([sys.executable, ORACLE / "compare.py", history], timeout=SECONDS,
                            capture_output=True, text=True, check=False)
    print(f"the oracle read {told.stdout.count(chr(10))} lines: {judged.stdout.strip()[-300:]}",
          flush=True)
    return "" if judged.returncode == 0 else judged.stdout + judged.stderr


def pagerduty_lines(record):
    """What was taken, in order, and what is open."""
    for entry in record.events():
        event = entry["event"]
        if entry["outcome"] == "accepted":
            yield {"answer": "received", "key": event["dedup_key"], "action": event["event_action"]}
    keys = [shown["dedup_key"] for shown in record.incidents() if shown["status"] != "resolved"]
    yield {"answer": "open", "receivers": ["pagerduty/demo"], "keys": keys}
