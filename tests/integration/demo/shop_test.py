"""The demo shop as it runs: real nginx, dnsmasq and certificates, on ports of their own."""
import json
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import support  # puts the repository on the path

from demo import network
from demo.processes import DemoError, Processes, start_time
from demo.shop import client, dns, faults
from demo.shop.shop import Shop

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class ShopCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="picket-shop-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.processes = Processes(cls.directory / "logs")
        cls.addClassCleanup(cls.processes.stop_all, 10)
        cls.shop = Shop(cls.directory / "shop", cls.processes)
        cls.shop.start()

    def fetch(self, path, method="GET", body=None, headers=None, edge=0):
        return self.shop.edge(edge).fetch(path, method, body, headers)

    def widget(self, path="/widget.js"):
        site = client.Site(network.WIDGETS_ADDRESS, network.WIDGETS, self.shop.port,
                           self.shop.ca_file)
        return site.fetch(path)


class Edges(ShopCase):
    def test_each_edge_names_its_pop(self):
        for edge, pop in enumerate(network.POPS):
            status, headers, body = self.fetch("/", edge=edge)
            self.assertEqual((status, headers["x-pop"], headers["x-cache"]), (200, pop, "HIT"))
            self.assertIn(pop, headers["x-served-by"])
            self.assertIn(b"Add to basket", body)

    def test_the_home_page_loads_a_script_of_the_third_party(self):
        source = re.search(rb'script src="([^"]+)"', self.fetch("/")[2]).group(1).decode()
        self.assertEqual(source, f"https://{network.WIDGETS}:{self.shop.port}/widget.js")
        status, headers, _ = self.widget()
        self.assertEqual((status, headers.get_content_type()), (200, "text/javascript"))
        self.assertEqual(json.loads(self.widget("/api/reviews")[2])["rating"], 4.8)
        self.assertEqual(self.widget("/login")[0], 404)

    def test_http2_and_http11_are_spoken(self):
        for option, version in (("--http2", "2"), ("--http1.1", "1.1")):
            done = subprocess.run(
                ["curl", "-sS", option, "-o", "/dev/null", "-w", "%{http_version}", "--cacert",
                 self.shop.ca_file, "--resolve",
                 f"{network.SHOP}:{self.shop.port}:{network.edge_address(3)}",
                 f"https://{network.SHOP}:{self.shop.port}/"],
                capture_output=True, text=True, check=True)
            self.assertEqual(done.stdout, version)

    def test_another_host_name_is_misdirected(self):
        self.assertEqual(self.fetch("/", headers={"Host": "other.test"})[0], 421)

    def test_each_region_reaches_its_edge_by_dns(self):
        for index, region in enumerate(sorted(network.REGIONS)):
            server, _, port = self.shop.resolver_of(region).rpartition(":")
            answer = client.resolve(server, int(port), network.SHOP)
            self.assertEqual(answer, ("NOERROR", [f"127.0.20.{index % 6 + 1}"]))
            answer = client.resolve(server, int(port), network.WIDGETS)
            self.assertEqual(answer, ("NOERROR", [network.WIDGETS_ADDRESS]))

    def test_a_name_that_does_not_exist_is_nxdomain(self):
        server, _, port = self.shop.resolver_of("eu-west-1").rpartition(":")
        self.assertEqual(client.resolve(server, int(port), "no.picket.test"), ("NXDOMAIN", []))


class Application(ShopCase):
    def login_form(self):
        status, headers, body = self.fetch("/login")
        self.assertEqual(status, 200)
        token = re.search(rb'name="_csrf" value="([^"]+)"', body).group(1).decode()
        return headers["Set-Cookie"].partition(";")[0], token

    def log_in(self, cookie, token, password="picket-demo"):
        return self.fetch("/login", "POST", f"_csrf={token}&email=demo%40picket.test"
                          f"&password={password}", {**FORM, "Cookie": cookie})

    def test_a_login_leads_to_the_account(self):
        status, headers, _ = self.log_in(*self.login_form())
        self.assertEqual((status, headers["Location"]), (302, "/account"))
        attributes = headers["Set-Cookie"]
        self.assertIn("Secure", attributes)
        self.assertIn("HttpOnly", attributes)
        session = attributes.partition(";")[0]
        status, _, body = self.fetch("/account", headers={"Cookie": session})
        self.assertEqual(status, 200)
        self.assertIn(b"Signed in as demo@picket.test", body)

    def test_the_account_needs_a_session(self):
        for headers in ({}, {"Cookie": "session=x"}, {"Cookie": self.login_form()[0]},
                        {"Cookie": "=;=\x01"}):
            status, answer, _ = self.fetch("/account", headers=headers)
            self.assertEqual((status, answer["Location"]), (302, "/login"))

    def test_token_and_cookie_must_belong_together(self):
        cookie, token = self.login_form()
        other_cookie, _ = self.login_form()
        self.assertEqual(self.log_in(cookie, "wrong")[0], 403)
        self.assertEqual(self.log_in(other_cookie, token)[0], 403)
        self.assertEqual(self.log_in("session=x", token)[0], 403)
        self.assertEqual(self.log_in(cookie, token)[0], 302)

    def test_a_form_works_once(self):
        form = self.login_form()
        self.assertEqual([self.log_in(*form)[0], self.log_in(*form)[0]], [302, 403])

    def test_a_wrong_password_shows_the_form_again(self):
        status, _, body = self.log_in(*self.login_form(), password="nonsense")
        self.assertEqual(status, 401)
        self.assertIn(b"Wrong e-mail", body)

    def test_a_basket_is_made_checked_out_and_removed(self):
        status, _, body = self.fetch("/api/basket", "POST",
                                     json.dumps({"sku": "TEST-SKU-1", "quantity": 2}), JSON)
        basket = json.loads(body)
        self.assertEqual((status, basket["total"], len(basket["items"])), (201, 39.98, 1))
        path = f"/api/checkout/{basket['id']}"
        self.assertEqual(json.loads(self.fetch(path, "POST")[2])["state"], "confirmed")
        path = f"/api/basket/{basket['id']}"
        self.assertEqual([self.fetch(path, "DELETE")[0] for _ in range(2)], [204, 404])

    def test_a_bad_order_is_refused(self):
        for body in ("", "{", "[]", "3", '{"sku": "NO"}', '{"sku": ["TEST-SKU-1"]}',
                     '{"sku": "TEST-SKU-1", "quantity": 0}',
                     '{"sku": "TEST-SKU-1", "quantity": "many"}'):
            self.assertEqual(self.fetch("/api/basket", "POST", body, JSON)[0], 422, body)

    def test_health_and_missing_pages(self):
        self.assertEqual(json.loads(self.fetch("/api/health")[2]), {"status": "ok"})
        for method, path in (("GET", "/nothing"), ("POST", "/nothing"), ("DELETE", "/nothing"),
                             ("POST", "/api/checkout/x")):
            self.assertEqual(self.fetch(path, method)[0], 404)


class Faults(ShopCase):
    def setUp(self):
        self.handle = faults.ShopHandle(self.shop.state())

    def switched(self, name):
        """Switches a fault on, which is soon seen; off at the end."""
        self.addCleanup(faults.switch, self.handle, name, False)
        began = time.monotonic()
        faults.switch(self.handle, name, True)
        self.assertLess(time.monotonic() - began, 10)
        self.assertTrue(self.handle.is_on(name))

    def test_login(self):
        self.switched("login")
        self.assertEqual(self.fetch("/login", "POST", "", FORM)[0], 500)
        self.assertEqual(self.fetch("/login")[0], 200)

    def test_checkout(self):
        self.switched("checkout")
        self.assertEqual(self.fetch("/api/checkout/x", "POST")[0], 500)
        self.assertEqual(self.fetch("/api/basket", "POST", "{}", JSON)[0], 422)

    def test_health(self):
        self.switched("health")
        self.assertEqual(self.fetch("/api/health")[0], 503)
        self.assertEqual(self.fetch("/")[0], 200)

    def test_third_party(self):
        self.switched("third-party")
        began = time.monotonic()
        self.assertEqual(self.widget()[0], 200)
        self.assertGreater(time.monotonic() - began, 3.9)
        self.assertEqual(self.fetch("/api/health")[0], 200)

    def test_edge(self):
        self.switched("edge")
        statuses = [self.fetch("/api/health", edge=edge)[0] for edge in range(network.EDGES)]
        self.assertEqual(statuses, [200, 200, 502, 200, 200, 200])
        self.assertEqual(self.fetch("/", edge=network.BROKEN_EDGE)[1]["x-pop"], "SIN")
        self.assertEqual(network.regions_of(network.BROKEN_EDGE), ["ap-southeast-1", "sa-east-1"])

    def test_certificate(self):
        self.switched("certificate")
        for edge in range(network.EDGES):
            with self.assertRaises(ssl.SSLCertVerificationError) as caught:
                self.fetch("/", edge=edge)
            self.assertEqual(caught.exception.verify_code, 10)  # X509_V_ERR_CERT_HAS_EXPIRED
        self.assertEqual(self.widget()[0], 200)

    def test_dns(self):
        self.switched("dns")
        for edge in range(network.EDGES):
            self.assertEqual(dns.answers(edge, self.shop.dns_port), ("NXDOMAIN", []))
            answer = client.resolve(network.resolver_address(edge), self.shop.dns_port,
                                    network.WIDGETS)
            self.assertEqual(answer[0], "NOERROR")

    def test_all_at_once_and_back(self):
        for name in faults.FAULTS:
            faults.switch(self.handle, name, True)
        for name in faults.FAULTS:
            faults.switch(self.handle, name, False)
        self.assertEqual([self.shop.home_status(edge) for edge in range(network.EDGES)], [200] * 6)
        self.assertFalse(any(self.handle.is_on(name) for name in faults.FAULTS))

    def test_a_fault_that_does_not_show_is_said(self):
        state = {**self.shop.state(), "directory": str(self.directory / "elsewhere")}
        (self.directory / "elsewhere" / "faults").mkdir(parents=True)
        with self.assertRaises(DemoError) as caught:
            faults.switch(faults.ShopHandle(state), "login", True)
        self.assertIn("does not show it", str(caught.exception))


PARENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from demo.processes import Processes
from demo.shop.shop import Shop
processes = Processes(Path(sys.argv[2]) / "logs")
Shop(Path(sys.argv[2]) / "shop", processes).start()
print(*processes.pids().values(), flush=True)
time.sleep(600)
"""


class Ending(unittest.TestCase):
    def test_nothing_of_the_shop_outlives_a_killed_parent(self):
        with tempfile.TemporaryDirectory() as directory:
            parent = subprocess.Popen([sys.executable, "-c", PARENT, support.ROOT, directory],
                                      stdout=subprocess.PIPE, text=True)
            pids = [int(pid) for pid in parent.stdout.readline().split()]
            workers = [int(pid) for pid in Path(f"/proc/{pids[1]}/task/{pids[1]}/children")
                       .read_text().split()]
            self.assertEqual((len(pids), len(workers)), (8, 2))
            parent.kill()
            parent.wait()
            parent.stdout.close()
            support.wait_for(lambda: not any(start_time(pid) for pid in [*pids, *workers]), 10,
                             "the shop's end")


class Ports(unittest.TestCase):
    def start(self, **options):
        directory = Path(tempfile.mkdtemp(prefix="picket-shop-"))
        self.addCleanup(shutil.rmtree, directory)
        processes = Processes(directory / "logs")
        self.addCleanup(processes.stop_all, 10)
        shop = Shop(directory / "shop", processes, **options)
        shop.start()
        return shop

    def test_a_second_shop_takes_another_port(self):
        shops = [self.start(), self.start()]
        self.assertNotEqual(shops[0].port, shops[1].port)
        self.assertEqual([shop.home_status(0) for shop in shops], [200, 200])

    def test_a_wanted_port_that_is_taken_is_an_error_with_the_log(self):
        with self.assertRaises(DemoError) as caught:
            self.start(port=self.start().port)
        self.assertIn("Address already in use", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
