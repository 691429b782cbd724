"""The README's pictures, taken by readme_test.py while it goes the newcomer's path: real ones, of
the stage that each shows. They stay in build/readme-pictures, or in PICKET_PICTURES (docs/images,
to show them anew). With pngquant the files become smaller."""
import json
import os
import pathlib
import re
import shutil
import subprocess
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
CHECK = "shop-login"
SECONDS = 300
BYTES_LEAST = 5_000  # less is an empty page


@dataclass(frozen=True)
class Picture:
    """`shows`: texts that stand on the page before it is taken."""
    stage: str
    name: str
    path: str
    shows: tuple
    size: tuple
    scheme: str = "light"


PICTURES = (
    Picture("green", "grid", "/", ("all up", "in 12 regions"), (1280, 520)),
    Picture("paged", "incident", "/incidents/{incident}", ("trigger", "accepted"), (1280, 860)),
    Picture("paged", "run", f"/checks/{CHECK}/runs/{{region}}/{{started}}",
            ("What failed", "got 500"), (1280, 766)),
    Picture("paged", "mobile", "/", ("not up", CHECK), (390, 740), "dark"),
    Picture("resolved", "resolved", "/incidents/{incident}", ("resolved", "Resolve"), (1280, 860)),
)


def named_in(readme):
    """Names of the pictures that the README shows."""
    return set(re.findall(r"docs/images/([\w-]+)\.png", readme))


def made():
    return {picture.name for picture in PICTURES}


def folder():
    given = os.environ.get("PICKET_PICTURES", ROOT / "build/readme-pictures")
    return pathlib.Path(given).resolve()


def missing_tools(page):
    """Why no picture can be taken, as a line of allowed_skips.txt; "" when they can. `page`: what
    the controller serves at /."""
    if "not in this build" in page:
        return "web-dist: the controller was built without the web interface"
    there = (shutil.which("chromium"), shutil.which("node"),
             (WEB / "node_modules/playwright-core").exists())
    return "" if all(there) else "web-browser: chromium, node or the packages of web/ are missing"


def take(stage, address, **places):
    """Takes the pictures of a stage. `places`: what the braces of their paths stand for. Returns
    what went wrong, "" when nothing did."""
    directory = folder()
    directory.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if picture.stage == stage]
    orders = [{"name": one.name, "path": one.path.format(**places), "shows": one.shows,
               "width": one.size[0], "height": one.size[1], "scheme": one.scheme}
              for one in wanted]
    done = subprocess.run(
        ["node", "tests/e2e/shots.mjs"], cwd=WEB, capture_output=True, text=True, check=False,
        timeout=SECONDS, stdin=subprocess.DEVNULL, env={
            **os.environ, "BASE": address, "PICTURES": json.dumps(orders),
            "FOLDER": str(directory), "CHROMIUM": shutil.which("chromium")})
    if done.returncode != 0:
        return f"the pictures of {stage}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
    for picture in wanted:
        path = directory / f"{picture.name}.png"
        if path.stat().st_size < BYTES_LEAST:
            return f"{path} has {path.stat().st_size} bytes"
        if shutil.which("pngquant"):
            subprocess.run(["pngquant", "--force", "--ext", ".png", "--speed", "1", str(path)],
                           check=True, timeout=SECONDS)
        print(f"{path}: {path.stat().st_size // 1024} KiB", flush=True)
    return ""
