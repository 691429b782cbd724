#!/usr/bin/env python3
"""The cdn probe through `picket run` against a real cache: nginx as the edge before nginx as the
origin."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from ports import free_port  # noqa: E402

PICKET = os.environ["PICKET"]
NGINX = "/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "nginx"
CONFIG = """\
daemon off; master_process off; worker_processes 1;
pid {root}/nginx.pid; error_log {root}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off; root {root}/files; default_type text/plain;
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
  uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
  proxy_cache_path {root}/cache keys_zone=edge:1m;
  server {{
    listen 127.0.0.1:{edge};
    add_header X-Cache-Status $upstream_cache_status;
    add_header X-Pop FRA;
    location / {{ proxy_pass http://127.0.0.1:{origin}; proxy_cache edge; }}
    location /bypass {{
      proxy_pass http://127.0.0.1:{origin}/app.js; proxy_cache edge; proxy_cache_bypass 1;
      add_header X-Cache-Status $upstream_cache_status;
    }}
  }}
  server {{
    listen 127.0.0.1:{origin};
    add_header Cache-Control "public, max-age=86400, immutable";
  }}
}}
"""


class CdnTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="picket-cdn-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        (self.root / "files").mkdir()
        (self.root / "files/app.js").write_text("first")
        for _ in range(5):
            if self.start_nginx():
                return
        self.fail("nginx does not start: " + (self.root / "nginx.log").read_text())

    def start_nginx(self):
        self.edge, self.origin = free_port(), free_port()
        config = self.root / "nginx.conf"
        config.write_text(CONFIG.format(root=self.root, edge=self.edge, origin=self.origin))
        with (self.root / "nginx.out").open("wb") as output:
            nginx = subprocess.Popen(  # pylint: disable=consider-using-with
                [NGINX, "-p", self.root, "-c", config, "-e", self.root / "nginx.log"],
                stdout=output, stderr=output)
        self.addCleanup(nginx.wait, 20)
        self.addCleanup(nginx.terminate)
        end = time.monotonic() + 20
        while nginx.poll() is None and time.monotonic() < end:
            try:
                (self.root / "nginx.pid").stat()  # all ports are its own
                for port in (self.edge, self.origin):
                    socket.create_connection(("127.0.0.1", port), 5).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def run_cdn(self, keys="", expect="", path="/app.js"):
        (self.root / "a.check.yaml").write_text(f"""version: 1
defaults: {{owner: edge, timeout: 10s, regions: all, notify: pagerduty/edge, retries: 0}}
checks:
  - name: edge
    cdn: {{url: "http://127.0.0.1:{self.edge}{path}",
          origin: "http://127.0.0.1:{self.origin}/app.js"{keys}}}
    expect: {{status: 200{expect}}}
""")
        done = subprocess.run([PICKET, "run", "-o", "json", "--allow", "127.0.0.0/8",
                               self.root / "a.check.yaml"], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.stderr = done.stderr
        return json.loads(done.stdout)["runs"][0]["attempts"][0]["steps"][0]

    def test_a_cold_edge_misses_and_a_warmed_one_hits(self):
        cold = self.run_cdn(expect=", cache: {status: HIT}")
        self.assertIn("expect.cache.status: wanted \"HIT\", got \"MISS\"",
                      cold["failures"][0]["message"])
        warm = self.run_cdn(keys=", warm_up: 1", expect=", pop: FRA, "
                            "cache: {status: HIT, hit: true, control: {max_age: {gte: 1d}, "
                            "directives: [public, immutable]}}, "
                            "same_as_origin: [body.sha256, etag, header.content-type]")
        self.assertEqual(warm["failures"], [])
        self.assertEqual([hop["label"] for hop in warm["requests"]],
                         ["warm-up 1", "origin", "edge"])
        self.assertEqual(warm["facts"]["cache.hit"], True)

    def test_an_edge_that_serves_an_old_copy_differs_from_its_origin(self):
        self.assertEqual(self.run_cdn(keys=", warm_up: 1")["failures"], [])
        (self.root / "files/app.js").write_text("second")
        step = self.run_cdn(expect=", same_as_origin: [body.sha256], cache: {hit: true}")
        self.assertEqual(len(step["failures"]), 1)
        self.assertRegex(step["failures"][0]["message"], r"same_as_origin.body.sha256: wanted "
                         r"\"same\", got \"differs: edge a7937b64b8ca.., origin 16367aacb67a..\"")

    def test_a_bypassed_cache_is_no_hit(self):
        step = self.run_cdn(path="/bypass", expect=", cache: {status: BYPASS, hit: false}")
        self.assertEqual(step["failures"], [])

    def test_conditions_of_the_round_are_said_not_to_be_judged(self):
        self.run_cdn(expect=", same_across_regions: [etag], pop: {near_region: true}")
        self.assertIn("edge: not judged here but by the controller: same_across_regions, "
                      "pop.near_region", self.stderr)


if __name__ == "__main__":
    unittest.main()
