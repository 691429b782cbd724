"""Images of deploy/containers, built from this build's programs on a base made by debootstrap, in a
store of their own in the build directory: no registry, nothing of this machine's own podman.

What the Containerfile compiles in its stage `build` comes from the build directory in place of it
(PROGRAMS), unless PICKET_IMAGES_COMPILE names a preset (release, dev): then that stage is run, too,
which takes long. All other stages are run as they stand.
"""
import os
import shutil
import sys

import debian_base
import support

FOLDER = support.BUILD / "containers"
REASON = "podman, buildah, debootstrap or root is missing, or no container runs here"
PREFIX = "localhost/picket-test"
TARGETS = ("controller", "agent", "agent-browser", "cli")
CONTAINERFILE = ("--file", support.ROOT / "deploy/containers/Containerfile",
                 "--build-arg", f"BASE={PREFIX}/base")
ALWAYS = ("ca-certificates", "tzdata", "busybox-static")
ADDRESS = "172.31.250.1"  # in the test's own network, where containers find the controller
# A network with loopback only, and a cgroup tree that crun takes on any machine.
INSIDE = """
umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup || exit 77
ip link set lo up && ip addr add {address}/24 dev lo || exit 77
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range
exec "$@"
"""


def tool(name, *words):
    return support.run(name, "--root", FOLDER / "store", "--runroot", FOLDER / "run",
                       "--storage-driver", os.environ.get("PICKET_STORAGE_DRIVER", "overlay"),
                       *words)


def podman(*words):
    return tool("podman", "--cgroup-manager", "cgroupfs", *words)


def bud(tag, folder, *words):
    tool("buildah", "bud", "--isolation", "chroot", "--format", "docker",
         "--tag", f"{PREFIX}/{tag}", *words, folder)


def make_base(programs):
    names = debian_base.library_packages(programs)
    folder = FOLDER / "base"
    mark = FOLDER / "base.imported"
    made = debian_base.with_packages(folder, names, ALWAYS)
    wanted = (FOLDER / "base.made-for").read_text()
    if not mark.exists() or mark.read_text() != wanted:
        archive = FOLDER / "base.tar"
        support.run("tar", "-C", made, "--one-file-system", "--exclude=./dev/*", "-cf", archive,
                    ".")
        podman("import", archive, f"{PREFIX}/base")
        archive.unlink()
        mark.write_text(wanted)


def compile_programs(preset):
    """By the stage `build`, from the sources here."""
    bud("programs", support.ROOT, *CONTAINERFILE, "--build-arg", f"PICKET_PRESET={preset}",
        "--target", "build")


def take_programs(programs):
    context = FOLDER / "programs"
    shutil.rmtree(context, ignore_errors=True)
    (context / "out").mkdir(parents=True)
    for program in programs:
        support.run("strip", "-o", context / "out" / program.name, program)
    (context / "Containerfile").write_text(f"FROM {PREFIX}/base\nCOPY out /out\n")
    bud("programs", context)


def make():
    """Builds every image of TARGETS, all of them anew: kept layers would lose the health checks."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    programs = [support.PROGRAMS / name for name in support.NAMES]
    make_base(programs)
    preset = os.environ.get("PICKET_IMAGES_COMPILE")
    if preset:
        compile_programs(preset)
    else:
        take_programs(programs)
    for target in TARGETS:
        bud(target, support.ROOT, *CONTAINERFILE, "--build-arg", f"PROGRAMS={PREFIX}/programs",
            "--label", "org.opencontainers.image.revision=of-a-test", "--target", target)


def enter():
    """Builds the images and starts this script again in namespaces of its own; returns there."""
    if os.environ.pop("PICKET_INSIDE", None):
        return
    support.need("deploy-containers", REASON, "podman", "buildah", "crun", "debootstrap", "unshare")
    if os.geteuid() != 0:
        support.skip("deploy-containers", REASON)
    make()
    code = os.spawnve(os.P_WAIT, shutil.which("unshare"),
                      ["unshare", "-m", "-n", "sh", "-c", INSIDE.format(address=ADDRESS), "sh",
                       sys.executable, *sys.argv], {**os.environ, "PICKET_INSIDE": "1"})
    if code == 77:
        support.skip("deploy-containers", REASON)
    sys.exit(code)
