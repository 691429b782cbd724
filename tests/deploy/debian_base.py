"""A Debian 12 with what the packages depend on, made once by debootstrap and kept in the build
directory. It comes from the mirror that apt on this machine uses; no name of one stands here.
"""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import support

REASON = "no Debian mirror can be reached"
SUITE = "bookworm"
ALWAYS = ("systemd", "systemd-sysv", "ca-certificates", "adduser", "curl", "tzdata")


def mirror():
    """The address apt uses for main of Debian 12, or None."""
    listed = support.run("apt-get", "indextargets", "--format",
                         "$(CODENAME) $(COMPONENT) $(REPO_URI)", "Created-By: Packages")
    for line in listed.splitlines():
        codename, component, address = line.split(" ", 2)
        if codename == SUITE and component == "main" and "security" not in address:
            return address
    return None


def dependencies(debs):
    """What they depend on beside each other."""
    names = set()
    for deb in debs:
        for part in support.run("dpkg-deb", "-f", deb, "Depends").split(","):
            names.add(re.match(r"\s*([a-z0-9.+-]+)", part).group(1))
    return sorted(names - {deb.name.partition("_")[0] for deb in debs})


def library_packages(programs):
    """The packages that have the libraries of these programs, which were built on this machine."""
    lines = support.run("ldd", *programs).splitlines()
    paths = {os.path.realpath(line.split()[2]) for line in lines if "=> /" in line}
    # dpkg knows a file by its path from before /lib became /usr/lib, or after.
    asked = sorted(paths | {path.removeprefix("/usr") for path in paths})
    found = subprocess.run(["dpkg", "-S", *asked], text=True, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=False).stdout
    return sorted({line.partition(":")[0] for line in found.splitlines()})


def build(folder, names, always):
    """Fills `folder`; a failure means that the mirror did not answer, and says so."""
    address = mirror()
    if address is None:
        support.skip("deploy-mirror", REASON)
    log = folder.parent / f"{folder.name}.log"
    inside = ("apt-get update -q && DEBIAN_FRONTEND=noninteractive "
              "apt-get install -y -q --no-install-recommends " + " ".join(names) +
              " && apt-get clean && : >/etc/machine-id")
    with open(log, "w", encoding="utf-8") as out:
        for command in (["debootstrap", "--variant=minbase", "--include=" + ",".join(always),
                         SUITE, str(folder), address],
                        ["cp", "/etc/resolv.conf", str(folder / "etc/resolv.conf")],
                        ["chroot", str(folder), "sh", "-c", inside]):
            ran = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, check=False, env=environment())
            if ran.returncode != 0:
                print("\n".join(log.read_text(errors="replace").splitlines()[-8:]))
                support.skip("deploy-mirror", REASON)


def environment():
    return {**os.environ, "LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def ready(folder, debs):
    """The base for these packages; made again when they come to depend on something else."""
    return with_packages(folder, dependencies(debs), ALWAYS)


def with_packages(folder, names, always):
    wanted = hashlib.sha256(" ".join(names).encode()).hexdigest()
    mark = pathlib.Path(f"{folder}.made-for")
    if mark.exists() and mark.read_text() == wanted and folder.is_dir():
        return folder
    mark.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    build(folder, names, always)
    mark.write_text(wanted)
    return folder
