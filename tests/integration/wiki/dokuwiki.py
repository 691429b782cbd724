"""Debian's DokuWiki in a directory of its own, by php-cgi behind nginx on loopback. Only the
program comes from the package; configuration, user and pages are the test's."""
import base64
import contextlib
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from ports import free_port  # noqa: E402

PROGRAM = pathlib.Path("/usr/share/dokuwiki")
NGINX = "/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "nginx"
USER, PASSWORD = "pat.watcher", "correct horse battery"
START_LIMIT = 30

# The front ends before the same wiki, by name: what nginx does to requests.
FRONTS = {
    "plain": "",
    "drops_cookies": 'fastcgi_param HTTP_COOKIE "";',
    "claims_https": "fastcgi_param HTTPS on;",  # so all cookies are `Secure`
}
CONFIG = """\
daemon off; master_process off; worker_processes 1;
pid {root}/nginx.pid; error_log {root}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off; root {program}; index doku.php;
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
  uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
  {servers}
}}
"""
SERVER = """
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/(conf|bin|inc|vendor)/ {{ deny all; }}
    location ~ \\.php$ {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_param HTTP_HOST $host:$server_port;  # Debian leaves the port out
      {front}
      fastcgi_pass unix:{root}/php.sock;
    }}
  }}
"""
LOCAL = """<?php
$conf['title'] = 'Members only';
$conf['baseurl'] = 'http://' . $_SERVER['HTTP_HOST'];
$conf['savedir'] = '{root}/data';
$conf['useacl'] = 1;
$conf['superuser'] = 'nobody';
$conf['updatecheck'] = 0;
if (file_exists('{root}/refuse-saves') && isset($_POST['do']['save'])) {{
  throw new RuntimeException('the disk is gone');
}}
"""
ACL = "*\t@ALL\t0\n*\t@user\t8\n"
PAGE = "====== For members ======\nThe door code is 4711.\n"


def installed():
    return PROGRAM.is_dir() and shutil.which("php-cgi") is not None


def salted_hash(password):
    salt = os.urandom(4)  # DokuWiki cuts longer ones
    digest = hashlib.sha1(password.encode() + salt).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


class DokuWiki:
    """Starts when it is made; `close` ends it and removes its directory."""

    def __init__(self, php_requests=0):
        """`php_requests`: PHP ends after this many (0: never)."""
        self._cleanup = contextlib.ExitStack()
        directory = tempfile.TemporaryDirectory(prefix="picket-wiki-")
        self.root = pathlib.Path(self._cleanup.enter_context(directory))
        try:
            self._write()
            self._start_php(php_requests)
            self._start_nginx()
        except BaseException:
            self.close()
            raise

    def close(self):
        self._cleanup.close()

    def url(self, front="plain"):
        return f"http://127.0.0.1:{self._ports[front]}"

    def refuse_saves(self):
        (self.root / "refuse-saves").touch()

    def stop_nginx(self):
        self._end(self._nginx)

    def saved(self, page):
        path = self.root / f"data/pages/{page}.txt"
        return path.read_text() if path.exists() else None

    def sessions(self):
        """The values of the session cookies."""
        return [path.name.removeprefix("sess_") for path in (self.root / "sessions").iterdir()]

    def _write(self):
        for name in ("attic", "cache", "index", "locks", "log", "media", "media_attic",
                     "media_meta", "meta", "pages", "tmp"):
            (self.root / "data" / name).mkdir(parents=True)
        (self.root / "data/pages/members.txt").write_text(PAGE)
        conf = self.root / "conf"
        conf.mkdir()
        (self.root / "sessions").mkdir()
        (self.root / "conf.php").write_text(f"<?php define('DOKU_CONF', '{conf}/');\n")
        (conf / "local.php").write_text(LOCAL.format(root=self.root))
        (conf / "plugins.php").write_text("<?php $plugins['testing'] = 0;\n")
        (conf / "acl.auth.php").write_text(ACL)
        (conf / "users.auth.php").write_text(
            f"{USER}:{salted_hash(PASSWORD)}:Pat Watcher:pat@example.com:user\n")

    def _start_php(self, requests):
        environment = {"PATH": os.environ["PATH"], "PHP_FCGI_MAX_REQUESTS": str(requests)}
        if not requests:
            environment["PHP_FCGI_CHILDREN"] = "2"  # children that end are replaced
        self._php = self._run("php", [
            "php-cgi", "-b", self.root / "php.sock",
            "-d", f"auto_prepend_file={self.root}/conf.php",
            "-d", f"session.save_path={self.root}/sessions"], environment)
        if not self._wait_for(self._php, lambda: self._connects(self.root / "php.sock")):
            raise RuntimeError("php-cgi does not start: " + (self.root / "php.out").read_text())

    def _start_nginx(self):
        for _ in range(5):  # a port may be taken between its choice and its use
            self._ports = {name: free_port() for name in FRONTS}
            servers = "".join(SERVER.format(port=self._ports[name], root=self.root, front=front)
                              for name, front in FRONTS.items())
            config = self.root / "nginx.conf"
            config.write_text(CONFIG.format(root=self.root, program=PROGRAM, servers=servers))
            self._nginx = self._run("nginx", [NGINX, "-p", self.root, "-c", config, "-e",
                                              self.root / "nginx.log"], None)
            # Once it has written its file, all ports are its own.
            written = self.root / "nginx.pid"
            if self._wait_for(self._nginx, lambda: written.exists() and all(
                    self._connects(("127.0.0.1", port)) for port in self._ports.values())):
                return
        raise RuntimeError("nginx does not start: " + (self.root / "nginx.log").read_text())

    def _run(self, name, command, environment):
        with (self.root / f"{name}.out").open("wb") as output:
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self._cleanup.callback(self._end, process)
        return process

    @staticmethod
    def _connects(address):
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        with socket.socket(family) as peer:
            return peer.connect_ex(address if isinstance(address, tuple) else str(address)) == 0

    @staticmethod
    def _wait_for(process, condition):
        end = time.monotonic() + START_LIMIT
        while process.poll() is None and time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.02)
        return False

    @staticmethod
    def _end(process):
        process.terminate()
        process.wait(20)
