#!/usr/bin/env python3
"""CPU per check run and memory of the probing process, beside the floor and blackbox_exporter.

Fresh connection and full TLS verification per run, a 10 KB page from an nginx on loopback. CPU is
user + system time of the probing process; of picket-agent everything that a run costs: schedule,
run, assert, spool and send to a real controller, 200 runs a second. The others run eight at a time
as fast as they can. Five rounds, the programs interleaved within each, so that ratios can be
trusted on a busy machine; absolute figures cannot.
"""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

from rig.picket import DemoError, PicketAgent, Process

PAGE_BYTES = 10_240
SYSTEM_ROOTS = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"{process.args[0]} does not answer on port {port}")


class Programs:
    """The processes of one benchmark; all are stopped at the end, by their ids."""

    def __init__(self):
        self.running = []
        self.stopping = []

    def start(self, command, port, **options):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   **options)
        self.running.append(process)
        wait_for_port(port, process)
        return process

    def also_stop(self, other):
        self.stopping.append(other)

    def stop(self):
        for other in self.stopping:
            other.stop()
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """A CA, a leaf for 127.0.0.1, and a bundle of the system's roots and that CA."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem",
            "-days", "7", "-subj", "/CN=bench-ca")
    openssl("req", *key, "-keyout", f"{folder}/leaf.key", "-out", f"{folder}/leaf.csr",
            "-subj", "/CN=bench")
    (folder / "leaf.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", f"{folder}/leaf.csr", "-CA", f"{folder}/ca.pem", "-CAkey",
            f"{folder}/ca.key", "-CAcreateserial", "-out", f"{folder}/leaf.pem", "-days", "7",
            "-extfile", f"{folder}/leaf.ext")
    roots = SYSTEM_ROOTS.read_text() if SYSTEM_ROOTS.exists() else ""
    (folder / "bundle.pem").write_text(roots + (folder / "ca.pem").read_text())


def start_nginx(folder, programs):
    """Returns (http port, https port). /slow takes two seconds for the same page."""
    plain, tls = free_port(), free_port()
    (folder / "page").write_bytes(b"p" * PAGE_BYTES)
    shutil.copy(folder / "page", folder / "slow")
    temp = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in
                   ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{ worker_connections 8192; }}\nhttp {{ access_log off; {temp} root {folder};\n"
        f"server {{ listen 127.0.0.1:{plain} backlog=4096; listen 127.0.0.1:{tls} ssl http2"
        f" backlog=4096; ssl_certificate leaf.pem; ssl_certificate_key leaf.key;\n"
        f"ssl_protocols TLSv1.2 TLSv1.3; location = /slow {{ limit_rate 5k; }} }} }}\n")
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    process = programs.start([nginx, "-p", str(folder), "-c", f"{folder}/nginx.conf"], plain)
    wait_for_port(tls, process)
    return plain, tls


class Standalone:
    """A program of ours that makes the runs by itself and prints what it used."""

    def __init__(self, name, binary, ca_file):
        self.name, self.binary, self.ca_file = name, binary, ca_file

    def run(self, url, runs, concurrency):
        done = subprocess.run([str(self.binary), url, str(runs), str(concurrency),
                               str(self.ca_file)], check=True, capture_output=True, text=True)
        used = json.loads(done.stdout)
        return used | {"failed": used["failed"] / used["runs"], "in_flight": concurrency}


class Blackbox:
    """prometheus-blackbox-exporter, asked for each run as Prometheus does."""

    def __init__(self, name, folder, programs, ca_file=None):
        self.name, self.port = name, free_port()
        tls = f"\n      tls_config: {{ca_file: {ca_file}}}" if ca_file else ""
        config = folder / f"{name.replace(' ', '-')}.yml"
        config.write_text("modules:\n  http:\n    prober: http\n    timeout: 30s\n    http:\n"
                          f"      preferred_ip_protocol: ip4{tls}\n")
        environment = os.environ | {"SSL_CERT_FILE": str(folder / "bundle.pem")}
        self.process = programs.start(
            ["prometheus-blackbox-exporter", f"--config.file={config}",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"],
            self.port, env=environment)
        self.usage = Process(self.process.pid)

    def ask(self, url, count):
        """`count` probes one after the other; how many failed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        path = "/probe?" + urllib.parse.urlencode({"module": "http", "target": url})
        failed = 0
        for _ in range(count):
            connection.request("GET", path)
            failed += b"probe_success 1" not in connection.getresponse().read()
        connection.close()
        return failed

    def run(self, url, runs, concurrency):
        idle, before = self.usage.memory_kb(), self.usage.cpu_seconds()
        self.usage.reset_peak()
        shares = [runs // concurrency + (i < runs % concurrency) for i in range(concurrency)]
        with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
            failed = sum(pool.map(lambda share: self.ask(url, share), shares))
        return {"cpu_ms_per_run": (self.usage.cpu_seconds() - before) * 1e3 / runs, "idle_kb": idle,
                "peak_kb": self.usage.memory_kb("VmHWM"), "failed": failed / runs,
                "in_flight": concurrency}


def measure(probers, url, runs, concurrency, rounds):
    """{name: [used, ...]}, the probers interleaved within each round."""
    results = {prober.name: [] for prober in probers}
    for number in range(rounds):
        for prober in probers:
            print(f"  round {number + 1}: {prober.name}", file=sys.stderr)
            used = prober.run(url, runs, concurrency)
            if used["failed"] > 0.5 and not url.endswith("/slow"):
                raise SystemExit(f"{prober.name}: {used['failed']:.0%} of the runs failed on {url}")
            if used["failed"] > 0.01:
                print(f"{prober.name}: {used['failed']:.1%} of the runs failed on {url}, "
                      "do not trust its figures", file=sys.stderr)
            results[prober.name].append(used)
    return results


def ratios(results, name, base):
    """Median over the rounds of name / base."""
    shortest = 0.01  # ms; a few runs may take less than the kernel's tick
    pairs = zip(results[name], results[base])
    return statistics.median(a["cpu_ms_per_run"] / max(b["cpu_ms_per_run"], shortest)
                             for a, b in pairs)


def print_cpu(title, results, peer):
    print(f"\n{title:34} {'ms CPU per run':>15} {'x floor':>9} {'x ' + peer:>14}")
    for name, rounds in results.items():
        cpu = statistics.median(used["cpu_ms_per_run"] for used in rounds)
        print(f"  {name:32} {cpu:15.3f} {ratios(results, name, 'floor'):9.2f} "
              f"{ratios(results, name, peer):14.2f}")


def print_memory(title, results):
    print(f"\n{title:34} {'idle MB':>10} {'in flight MB':>14} {'runs in flight':>15}")
    for name, rounds in results.items():
        idle = statistics.median(used["idle_kb"] for used in rounds) / 1024
        peak = statistics.median(used["peak_kb"] for used in rounds) / 1024
        runs = statistics.median(used["in_flight"] for used in rounds)
        print(f"  {name:32} {idle:10.1f} {peak:14.1f} {runs:15.0f}")


def start_probers(options, folder, programs):
    """(the programs to compare, blackbox_exporter with an explicit CA, the agent)."""
    bundle = folder / "bundle.pem"
    agent = PicketAgent(folder, options.bin, bundle)
    programs.also_stop(agent)
    ours = [Standalone("floor", options.bin / "bench_floor", bundle),
            Standalone("picket HTTP client", options.bin / "bench_client", bundle), agent]
    if not shutil.which("prometheus-blackbox-exporter"):
        return ours, [], agent
    return (ours + [Blackbox("blackbox", folder, programs)],
            [Blackbox("blackbox ca_file", folder, programs, bundle)], agent)


def benchmark(options, folder, programs):
    make_certificates(folder)
    plain, tls = start_nginx(folder, programs)
    probers, with_ca, agent = start_probers(options, folder, programs)
    base = "blackbox" if with_ca else "floor"
    print(f"  idle for {options.idle_seconds:g} s", file=sys.stderr)
    agent.measure_idle(options.idle_seconds)
    http_results = measure(probers, f"http://127.0.0.1:{plain}/page", options.runs * 4, 8,
                           options.rounds)
    print_cpu("HTTP, 10 KB", http_results, base)
    https_results = measure(probers + with_ca, f"https://127.0.0.1:{tls}/page", options.runs, 8,
                            options.rounds)
    print_cpu("HTTPS, 10 KB", https_results, base)
    slow = options.in_flight
    slow_http = measure(probers, f"http://127.0.0.1:{plain}/slow", slow, slow, 1)
    print_memory(f"HTTP, {slow} slow runs in flight", slow_http)
    slow_https = measure(probers, f"https://127.0.0.1:{tls}/slow", slow, slow, 1)
    print_memory(f"HTTPS, {slow} slow runs in flight", slow_https)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=1000, help="HTTPS runs a round; HTTP: 4 times")
    parser.add_argument("--in-flight", type=int, default=1000)
    parser.add_argument("--idle-seconds", type=float, default=15)
    parser.add_argument("--quick", action="store_true",
                        help="a minute's look at whether it works: one round of little")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.runs, options.in_flight, options.idle_seconds = 1, 10, 20, 1
    if min(options.rounds, options.runs, options.in_flight) < 1:
        parser.error("--rounds, --runs and --in-flight are at least 1")
    options.bin = options.bin.absolute()
    return options


def main():
    options = parse_arguments()
    programs = Programs()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="picket-bench-") as name:
        try:
            benchmark(options, pathlib.Path(name), programs)
        except DemoError as error:
            raise SystemExit(f"agent: {error}") from error
        finally:
            programs.stop()
    print(f"\n{os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after; "
          f"median of {options.rounds} interleaved rounds; compare the ratios")


if __name__ == "__main__":
    main()
