#!/usr/bin/env python3
"""Installs the Debian packages in a Debian 12 that systemd has booted, uses them, upgrades them,
removes and purges them. What happens inside is boot_proof.sh; nothing leaves the container, which
has a network of its own with loopback only, and its writes go to memory.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import debian_base
import support

REASON = "systemd-nspawn, debootstrap or root is missing, or no container boots here"
BOOT_SECONDS = 240
HERE = pathlib.Path(__file__).resolve().parent


def newer(deb, folder):
    """The same package as a later version, for the upgrade."""
    tree = folder / "tree"
    support.run("dpkg-deb", "-R", deb, tree)
    control = tree / "DEBIAN/control"
    lines = [line + "+next" if line.startswith("Version: ") else line
             for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    support.run("dpkg-deb", "-Zgzip", "-z1", "-b", tree, folder / deb.name)
    shutil.rmtree(tree)


def boot(base, proof, script):
    """Runs the script as the only job of a booted container; returns its exit code and output."""
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
               "--volatile=overlay", f"--directory={base}", "--machine=picket-proof",
               f"--bind={proof}:/proof", f"--bind-ro={HERE / script}:/proof.sh",
               f"--bind-ro={HERE}/proof_steps.sh:/proof_steps.sh",
               f"--bind-ro={HERE}/picket-proof.service:/etc/systemd/system/picket-proof.service",
               "--boot", "--",
               "systemd.unit=picket-proof.service", "systemd.show_status=no"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as container:
        try:
            output = container.communicate(timeout=BOOT_SECONDS)[0]
        except subprocess.TimeoutExpired:
            container.terminate()  # nspawn shuts the container down
            output = container.communicate(timeout=30)[0] + "\ntimed out\n"
    return container.returncode, output


def need_boots():
    support.need("deploy-boot", REASON, "systemd-nspawn", "debootstrap")
    if os.geteuid() != 0:
        support.skip("deploy-boot", REASON)


def prove(base, proof, script):
    """Boots the script and shows its steps; 0: it came to its end."""
    code, output = boot(base, proof, script)
    steps = proof / "steps"
    shown = steps.read_text() if steps.exists() else ""
    print(shown)
    if "booted" not in shown:
        print(output[-3000:])
        support.skip("deploy-boot", REASON)
    if code != 0 or "all done" not in shown:
        print(output[-8000:])
        print(f"the container ended with {code}")
        return 1
    return 0


def main():
    need_boots()
    debs = support.packages() or support.make_packages()
    base = debian_base.ready(support.BUILD / "debian-base", debs.values())
    with tempfile.TemporaryDirectory() as folder:
        proof = pathlib.Path(folder)
        (proof / "next").mkdir()
        for deb in debs.values():
            shutil.copy(deb, proof / deb.name)
            newer(deb, proof / "next")
        return prove(base, proof, "boot_proof.sh")


if __name__ == "__main__":
    sys.exit(main())
