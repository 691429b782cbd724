"""A real Prometheus on a port that the system gives; it scrapes an address each second, if not told
otherwise."""
import json
import math
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

SCRAPE_SECONDS = 1
START_SECONDS = 60
CONFIG = """\
global: {{scrape_interval: {scrape}s, scrape_timeout: {scrape}s}}
scrape_configs:
  - job_name: picket
    honor_labels: true
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """`processes` (demo.processes) ends it. `since`: Unix time of its start. `config`: instead of
    the one that scrapes `target`. `port`: of an earlier one, whose data it finds in `directory`."""

    def __init__(self, processes, directory: Path, target="", config=None, options=(), port=0):
        text = config or CONFIG.format(scrape=SCRAPE_SECONDS, target=target)
        config = directory / "prometheus.yml"
        config.write_text(text)
        self.child = processes.start("prometheus", [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}", *options])
        self.since = time.time()
        self.port = self._wait()
        self.url = f"http://127.0.0.1:{self.port}"

    def _wait(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.child.require_alive("starting")
            port = _listening_port(self.child.pid)
            if port and _is_ready(port):
                return port
            time.sleep(0.1)
        raise AssertionError(f"prometheus does not start\n{self.child.tail()}")

    @staticmethod
    def _get(port, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:  # 400 says what is wrong with a query
            raise AssertionError(f"{urllib.parse.unquote_plus(path)}: "
                                 f"{error.read().decode(errors='replace')}") from error

    def _ask(self, path, query):
        text = self._get(self.port, f"/api/v1/{path}?{urllib.parse.urlencode(query, doseq=True)}")
        return json.loads(text)["data"]

    def instant(self, expr):
        """[(labels, value)] now, without those that are no number."""
        found = self._ask("query", {"query": expr})
        if found["resultType"] == "scalar":
            return [({}, float(found["result"][1]))]
        rows = [(row["metric"], float(row["value"][1])) for row in found["result"]]
        return [row for row in rows if not math.isnan(row[1])]

    def times(self, series, span):
        """Unix times of the samples of the last `span` ("5m"), of all its series together."""
        found = self._ask("query", {"query": f"{series}[{span}]"})["result"]
        return sorted(float(moment) for row in found for moment, _ in row["values"])

    def range(self, expr, step):
        """[(labels, [value, ..])] since the start, likewise. The last step is now."""
        now = time.time()
        steps = int((now - self.since) / step)
        found = self._ask("query_range", {"query": expr, "start": now - steps * step, "end": now,
                                          "step": step})
        rows = [(row["metric"], [float(value) for _, value in row["values"]])
                for row in found["result"]]
        return [(labels, [value for value in values if not math.isnan(value)])
                for labels, values in rows if not all(map(math.isnan, values))]

    def targets(self):
        """Those that it scrapes, as its API shows them."""
        return self._ask("targets", {"state": "active"})["activeTargets"]

    def label_values(self, series, label):
        """As label_values() of a variable does it."""
        return self._ask(f"label/{label}/values", {
            "match[]": series, "start": self.since, "end": time.time()})


def _is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5):
            return True
    except OSError:  # 503 until it has read its data
        return False


def _listening_port(pid):
    """The TCP port on which the process listens, from /proc; None: none yet."""
    try:
        inodes = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return int(fields[1].split(":")[1], 16)
    return None
