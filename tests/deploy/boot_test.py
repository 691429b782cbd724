#!/usr/bin/env python3
"""Installs the Debian packages in a Debian 12 that systemd has booted, uses them, upgrades them,
loses the controller and restores it, removes and purges them. What happens inside is boot_proof.sh,
with the commands of the documents that are marked `booted`; nothing leaves the container, which
has a network of its own with loopback only, and its writes go to memory.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

import debian_base
import support

sys.path.insert(0, str(support.ROOT / "tests/documents"))
import commands  # noqa: E402

REASON = "systemd-nspawn, debootstrap or root is missing, or no container boots here"
BOOT_SECONDS = 450
# What is the reader's own, and what stands for it. The container knows the host as itself.
READERS = {"YOUR-CONTROLLER": "picket.example.com"}
KEY = "0123456789abcdef0123456789abcdef"
INSTALL = "docs/how-to/install-from-packages.md"
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


def write_pages(proof):
    """The documents' commands, a file for each block, and what the reader writes by hand."""
    folder = proof / "pages"
    folder.mkdir()
    for path in commands.pages():
        for block in commands.blocks_of(path):
            if "booted" in block.markers:
                text = block.body
                for own, ours in READERS.items():
                    text = text.replace(own, ours)
                (folder / f"{block.markers['booted']}.sh").write_text(text)
    shown = next(yaml.safe_load(one.body) for one in commands.blocks_of(support.ROOT / INSTALL)
                 if one.language == "yaml")
    packaged = yaml.safe_load((support.ROOT / "deploy/debian/controller.yaml").read_text())
    (folder / "controller.yaml").write_text(yaml.safe_dump({**packaged, **shown}))
    (folder / "key.txt").write_text(KEY + "\n")


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
        write_pages(proof)
        return prove(base, proof, "boot_proof.sh")


if __name__ == "__main__":
    sys.exit(main())
