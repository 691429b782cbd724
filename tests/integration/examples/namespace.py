"""A network of the test's own: the examples ask 1.1.1.1 and ports like 25 and 443, so they run in a
namespace whose loopback interface carries all the addresses. Nothing leaves it."""
import os
import subprocess
import sys

MARK = "PICKET_EXAMPLES_NAMESPACE"
WAYS = (["unshare", "--user", "--map-root-user", "--net"],  # allowed to everybody on Debian
        ["unshare", "--net"])                               # root, where the other is forbidden
LOOPBACK_UP = ["ip", "link", "set", "lo", "up"]


def enter():
    """Starts this program again inside a namespace; True once there, False if there can be none."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.environ.get(MARK):
        return True
    for way in WAYS:
        try:
            allowed = subprocess.run([*way, *LOOPBACK_UP], stdin=subprocess.DEVNULL,
                                     capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            return False
        if allowed:
            os.environ[MARK] = "1"
            os.execvp(way[0], [*way, sys.executable, *sys.argv])
    return False


def add_addresses(addresses):
    subprocess.run(LOOPBACK_UP, check=True)
    for address in addresses:
        subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)
