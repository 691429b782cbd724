"""Dead files, names, documented error codes, links, commit subjects, paths of one machine."""
import posixpath
import re
import subprocess

BUILT = ("agent/", "cli/", "common/", "controller/", "proto/", "tests/")
FORBIDDEN = {"util", "utils", "helper", "helpers", "manager", "misc", "stuff"}
MACHINE_PATH = re.compile(r"(?<![\w.}/-])/(?:" + "|".join(("work", "root", "home")) + r")/[\w.]")
ERROR_ROW = re.compile(r"^\s*PICKET_ERROR\((\w+),\s*(\w+),", re.M)
ERROR_DOC = re.compile(r"^\| `(\w+)` \|(?: *(\w+) *\|)?", re.M)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
TEXT = (".h", ".cpp", ".py", ".sh", ".md", ".txt", ".cmake", ".yaml", ".json", ".proto", ".def",
        ".sql", ".conf", ".service")
SUBJECT_COLUMNS = 72


def check_dead_sources(tree):
    """A source stands in the CMakeLists.txt of its folder or of a folder above."""
    lists = {posixpath.dirname(f.path): f.text for f in tree.named("CMakeLists.txt")}
    for file in tree.with_suffix(".cpp", ".proto"):
        if not file.within(*BUILT) or file.within("tests/data/", "tests/fuzz/corpus/"):
            continue
        folder = posixpath.dirname(file.path)
        while True:
            relative = posixpath.relpath(file.path, folder or ".")
            if re.search(rf"(?<![\w/.-]){re.escape(relative)}(?![\w.])", lists.get(folder, "")):
                break
            if not folder:
                yield file.finding(1, "dead-file", "in no CMakeLists.txt: list it or remove it")
                break
            folder = posixpath.dirname(folder)


def check_dead_headers(tree):
    included = {header for file in tree.cpp() for _, header in file.includes}
    lists = "".join(f.text for f in tree.named("CMakeLists.txt"))
    for file in tree.with_suffix(".h"):
        precompiled = file.within("cmake/") and file.name in lists
        if file.path not in included and not precompiled:
            yield file.finding(1, "dead-file", "nobody includes it (include by its path from the "
                               "root of the repository) or it is not needed")


def check_dead_scripts(tree):
    """A script is called from ./dev, CI, a CMakeLists.txt or another script."""
    callers = [f for f in tree.files if f.path in ("dev", ".ci/run") or
               f.name == "CMakeLists.txt" or f.within("scripts/")]
    for file in tree.with_suffix(".py", ".sh"):
        if file.within("scripts/") and file.name != "__init__.py":
            word = re.compile(rf"\b{re.escape(file.stem)}\b")
            if not any(word.search(c.text) for c in callers if c.path != file.path):
                yield file.finding(1, "dead-file", "no command, test or script calls it")


def check_names(tree):
    for file in tree.files:
        words = set(re.split(r"[_.\-/]", file.path.lower()))
        if file.path.endswith("/common.h") or words & FORBIDDEN:
            yield file.finding(1, "name", "say what it is: no utils, helpers, manager, misc")
        if file.is_cpp and not re.fullmatch(r"[a-z][a-z0-9_]*\.(h|cpp)", file.name):
            yield file.finding(1, "name", "files of C++ are snake_case.h and snake_case.cpp")
        if file.suffix == ".cpp" and file.within("tests/unit/") and not file.stem.endswith("_test"):
            yield file.finding(1, "name", "a unit test is <file>_test.cpp; what tests share stands "
                               "in tests/support")


def check_error_codes(tree):
    by_path = {file.path: file for file in tree.files}
    table, page = "common/core/error_codes.def", "docs/reference/errors.md"
    if table not in by_path:
        return
    codes = {m.group(1): (by_path[table].line_of(m.start(1)), m.group(2))
             for m in ERROR_ROW.finditer(by_path[table].text)}
    documented = {}
    if page in by_path:
        documented = {m.group(1): (by_path[page].line_of(m.start()), m.group(2))
                      for m in ERROR_DOC.finditer(by_path[page].text)}
    for code, (line, kind) in codes.items():
        if code not in documented:
            yield by_path[table].finding(line, "error-code", f"document {code} in {page}")
        elif documented[code][1] != kind:
            yield by_path[page].finding(documented[code][0], "error-code", f"{code} is {kind}")
    for code in documented.keys() - codes.keys():
        yield by_path[page].finding(documented[code][0], "error-code", f"{code} is no error code")


def check_machine_paths(tree):
    for file in tree.files:
        if file.suffix not in TEXT and file.path not in ("dev", ".ci/run"):
            continue
        for match in MACHINE_PATH.finditer(file.text):
            yield file.finding(file.line_of(match.start()), "machine-path",
                               f"{match.group()}..: a path of one machine, make it relative")


def anchors(text):
    """The fragments GitHub makes of a Markdown text's headings."""
    headings = re.findall(r"^#{1,6} +(.+?)\s*$", FENCE.sub("", text), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def check_links(tree):
    pages = {file.path: file for file in tree.with_suffix(".md")}
    folders = {posixpath.dirname(path) for path in tree.paths}
    folders |= {parent for f in folders for parent in (f, posixpath.dirname(f))}
    for file in pages.values():
        text = FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), file.text)
        for match in LINK.finditer(text):
            target, _, fragment = (match.group(1) or match.group(2)).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target))
            path = path if target else file.path
            line = file.line_of(match.start())
            if path not in tree.paths and path.rstrip("/") not in folders:
                yield file.finding(line, "link", f"{target} does not exist")
            elif fragment and path in pages and fragment not in anchors(pages[path].text):
                yield file.finding(line, "link", f"{path} has no heading for #{fragment}")


def landed(tree):
    """The branch whose commits nobody can reword any more, if there is one."""
    for branch in ("origin/main", "main"):
        known = subprocess.run(["git", "rev-parse", "-q", "--verify", branch], cwd=tree.root,
                               stdout=subprocess.DEVNULL, check=False)
        if known.returncode == 0:
            return [f"^{branch}"]
    return []


def check_commit_subjects(tree):
    """Of commits that have not landed."""
    if not tree.is_git:
        return
    log = subprocess.run(["git", "log", "-n", "200", "--format=%h %s", "HEAD", *landed(tree)],
                         cwd=tree.root, text=True, stdout=subprocess.PIPE, check=False)
    for line in log.stdout.splitlines():
        commit, _, subject = line.partition(" ")
        if len(subject) > SUBJECT_COLUMNS:
            yield tree.files[0].finding(1, "commit", f"{commit}: the subject has {len(subject)} "
                                        f"columns, at most {SUBJECT_COLUMNS}")


RULES = (check_dead_sources, check_dead_headers, check_dead_scripts, check_names,
         check_error_codes, check_machine_paths, check_links, check_commit_subjects)
