"""The benchmark of the agent, in little: it runs to its end and every figure is there."""
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench" / "agent.py"
SECONDS = 420


class AgentBenchmark(unittest.TestCase):
    def test_the_quick_benchmark_prints_every_figure_of_the_agent_beside_the_floor(self):
        done = subprocess.run([sys.executable, "-B", BENCH, "--bin", os.environ["PICKET_BIN"],
                               "--quick"], capture_output=True, text=True, timeout=SECONDS,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for title in ("HTTP, 10 KB", "HTTPS, 10 KB", "HTTP, 20 slow runs in flight",
                      "HTTPS, 20 slow runs in flight"):
            table = re.search(rf"^{title} .*\n((?:  .*\n)+)", done.stdout, re.M)
            self.assertIsNotNone(table, f"{title} is missing in\n{done.stdout}")
            for name in ("floor", "picket HTTP client", "picket-agent"):
                row = re.search(rf"^  {name} +([\d.]+) +([\d.]+) +([\d.]+)$", table[1], re.M)
                self.assertIsNotNone(row, f"{name} has no figures in\n{table[0]}")
                self.assertGreater(float(row[1]), 0, table[0])

    def test_a_directory_without_the_programs_is_named(self):
        done = subprocess.run([sys.executable, "-B", BENCH, "--bin", "/nonexistent", "--quick"],
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("picket-agent", done.stderr)
        self.assertIn("/nonexistent", done.stderr)


if __name__ == "__main__":
    unittest.main()
