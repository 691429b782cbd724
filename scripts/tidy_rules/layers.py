"""Which folder may include what: layers, siblings, confined libraries, clocks and sleeps."""
import re

TOP = ("common", "agent", "controller", "cli")
FOUNDATION = {"core": (), "model": ("core",), "async": ("core",), "markup": ("core", "model"),
              "calendar": ("core", "model")}
# What wire, checks, http and telemetry may include:
ABOVE = ("core", "model", "async", "calendar", "markup")
# `picket run` is the agent's own engine:
CLI_FROM_AGENT = ("agent/dns/", "agent/icmp/", "agent/net/", "agent/probe/", "agent/script/")

# `picket replay` decides as the controller does (docs/adr/0027): its pure parts, and how batches of
# the log are packed. No store, no routes, no channels.
CLI_FROM_CONTROLLER = ("controller/evaluate/", "controller/incident/",
                       "controller/store/compression.h")

# Headers a sibling folder may include: plain structs and pure virtual classes, without state of
# their own. Why each is here:
INTERFACE_HEADERS = {
    "agent/dns/dns_client.h": "what the dns probe asks of the network",
    "agent/dns/name_servers.h": "how DNS servers and reverse names are written",
    "agent/icmp/icmp_client.h": "what the icmp probe asks of the network",
    "agent/icmp/route_tracer.h": "what the runner asks for the way to a failed address",
    "agent/link/record_source.h": "where the link takes records from, made by the spool",
    "agent/net/connection.h": "a TCP or TLS connection, as probes use it",
    "agent/net/dialer.h": "what makes connections for the probes that speak no HTTP",
    "agent/net/websocket.h": "messages over such a connection",
    "agent/spool/disk.h": "the file operations of spool and link",
    "agent/probe/probe.h": "what the runner asks of a probe: sessions, requests, raw hops",
    "agent/probe/response_facts.h": "what follows from a response: expectations ask for it late",
    "agent/schedule/run_job.h": "a run as the schedule starts it and the link orders it",
    "controller/api/geo_point.h": "where a region lies, as config reads it",
    "controller/remote_write/settings.h": "where metrics are pushed, as config reads it",
    "controller/server/handler.h": "requests and responses without sockets, for api and registry",
    "controller/server/stream.h": "answers that come piece by piece, beside handler.h",
    "controller/deliver/receivers.h": "who can be told, as config reads it and deliver uses it",
    "controller/store/rows.h": "what one transaction writes, made by the modules that decide",
    "controller/evaluate/event.h": "the event log that ingest records and the evaluator folds",
    "controller/evaluate/effects.h": "what ingest commits, and transitions for incident",
    "controller/evaluate/burn_down.h": "how a budget was spent, for api, a copy",
    "controller/evaluate/check_view.h": "state of a check for api and metrics, a copy",
    "controller/health/health_settings.h": "thresholds, as config reads and health uses them",
    "controller/incident/routes.h": "receivers as the configuration gives them",
}

# What joins the folders of a program, in order; "" are the files beside them. Each may include
# those before it and any other folder; no other folder may include it.
JOINING = {"agent": ("",), "controller": ("turn", "runs", "reload", "routes", "", "daemon")}

# header pattern -> (folders or files that may include it, what to use instead)
CONFINED = (
    (r"curl/", ("common/http/",), "common/http/http_client.h"),
    (r"ares(_\w+)?\.h$", ("common/http/",), "the resolver of common/http"),
    (r"ldns/", ("agent/dns/",), "agent/dns"),
    (r"libxml/", ("common/markup/",), "common/markup"),
    (r"date/", ("common/calendar/",), "common/calendar"),
    (r"yaml-cpp/", ("common/checks/",), "common/checks"),
    (r"(sqlite3|libpq-fe)\.h$", ("controller/store/",), "controller/store"),
    (r"prometheus/", ("common/telemetry/",), "common/telemetry"),
    (r"snappy", ("controller/remote_write/",), "controller/remote_write"),
    (r"spdlog/", ("common/core/log.",), "common/core/log.h"),
    (r"re2/", ("common/model/",), "the matchers and captures of common/model"),
    (r"(picket/v1/|google/protobuf/).*\.h$",
     ("common/wire/", "agent/probe/grpc_message.", "agent/link/", "agent/spool/", "agent/config/",
      "agent/app.", "agent/agent.", "controller/"), "common/wire"),
    (r"boost/asio\.hpp$", (), "the narrow headers, boost/asio/awaitable.hpp and so on"),
    (r"regex$", (), "RE2: std::regex overflows the stack on long input"),
)
ASIO_FREE = ("common/core/", "common/model/")
CLOCK = re.compile(r"\b(steady_clock|system_clock|high_resolution_clock|clock_gettime)\b")
CLOCK_OWNERS = ("common/async/", "tests/bench/", "tests/support/")
SLEEP = re.compile(r"\b(this_thread::sleep_\w+|usleep|nanosleep)\b|(?<!\w)::sleep\s*\(")
SHELL = re.compile(r"(?<![\w.>:])(?:std::|::)?(system|popen)\s*\(")
DETACHED = re.compile(r"\basio::detached\b|\bdetached_t\b")


def folder_of(path):
    """("common", "core") for common/core/error.h, ("agent", "") for agent/agent.h."""
    parts = path.split("/")
    return parts[0], parts[1] if len(parts) > 2 else ""


def common_may_include(folder, target):
    if folder == target:
        return True
    return target in FOUNDATION.get(folder, ABOVE)


def refusal(path, header):
    """Why the file may not include the header of the repository, or None."""
    top, folder = folder_of(path)
    other_top, other = folder_of(header)
    if top not in TOP or other_top not in TOP + ("tests",):
        return None
    if other_top == "tests":
        return "production code includes no test code"
    if other_top == "common":
        if top == "common" and not common_may_include(folder, other):
            return f"common/{folder} stands below or beside common/{other}: turn it round"
        return None
    if top == "common":
        return f"common is below {other_top}: move what both need to common"
    if top != other_top:
        if top == "cli" and header.startswith(CLI_FROM_AGENT + CLI_FROM_CONTROLLER):
            return None
        return f"{top} never includes {other_top}: move what both need to common"
    return refusal_among_siblings(top, folder, other, header)


def refusal_among_siblings(top, folder, other, header):
    joining = JOINING.get(top)
    if not joining or folder == other:
        return None
    if folder in joining:
        below = other not in joining or joining.index(other) < joining.index(folder)
        return None if below else f"{top}/{folder} stands below {top}/{other or top + '.*'}"
    if other in joining:
        return f"{top}/{folder} is a part of {top}/{other or top + '.*'}, not the other way round"
    if header in INTERFACE_HEADERS:
        return None
    return (f"{folder} and {other} meet only in {joining[0] or top + '.cpp'} and above, or through "
            "an interface header listed in scripts/tidy_rules/layers.py")


def check_layers(tree):
    for file in tree.cpp():
        for line, header in file.includes:
            reason = refusal(file.path, header) if header in tree.paths else None
            if reason:
                yield file.finding(line, "layer", f"{header}: {reason}")


def check_interface_headers(tree):
    """A listed header says that it is an interface, and has nothing private."""
    for file in tree.with_suffix(".h"):
        if file.path not in INTERFACE_HEADERS:
            continue
        if not re.match(r"(//[^\n]*\n)*?//[^\n]*\b[Ii]nterface\b", file.text):
            yield file.finding(1, "interface", "say `Interface header.` in the opening comment: "
                               "sibling folders include it")
        for match in re.finditer(r"\b(private|protected)\s*:", file.code):
            yield file.finding(file.line_of(match.start()), "interface", "an interface header has "
                               "plain structs and pure virtual classes only")


def check_interface_list(tree):
    for file in tree.files:
        if file.path == "scripts/tidy_rules/layers.py":
            for header in sorted(INTERFACE_HEADERS.keys() - tree.paths):
                line = file.line_of(file.text.find(f'"{header}"'))
                yield file.finding(line, "interface", f"{header} does not exist: drop it here")


def check_confined_libraries(tree):
    for file in tree.cpp():
        if file.within("tests/"):
            continue
        for line, header in file.includes:
            for pattern, owners, instead in CONFINED:
                if re.match(pattern, header) and not file.path.startswith(owners or ("\0",)):
                    yield file.finding(line, "library", f"<{header}> not here, use {instead}")
            if header.startswith("boost/asio") and file.within(*ASIO_FREE):
                yield file.finding(line, "library", "common/core and common/model never see Asio")
            if header.startswith("re2/") and file.suffix == ".h":
                yield file.finding(line, "library", "RE2 stands in implementations only")


def check_beast(tree):
    """Beast costs 20 s and 1 GB per file: one .cpp of each program, and no header, includes it."""
    by_area = {}
    for file in tree.cpp():
        for line, header in file.includes:
            if not header.startswith("boost/beast"):
                continue
            if file.suffix == ".h":
                yield file.finding(line, "beast", "include Beast in an implementation only")
            area = "/".join(file.path.split("/")[: 2 if file.within("tests/") else 1])
            first = by_area.setdefault(area, file.path)
            if first != file.path:
                yield file.finding(line, "beast", f"all of Beast in {area} belongs in {first}")


def check_clocks(tree):
    for file in tree.cpp():
        if file.within(*CLOCK_OWNERS, "tests/integration/", "tests/e2e/"):
            continue
        for match in CLOCK.finditer(file.code):
            yield file.finding(file.line_of(match.start()), "clock",
                               f"{match.group()}: take `now` as an argument or from async::Clock")


def check_calls(tree):
    """No sleep, no shell, no detached coroutine."""
    for file in tree.cpp():
        for match in SLEEP.finditer(file.code):
            yield file.finding(file.line_of(match.start()), "sleep",
                               "wait for an event or for Clock::sleep_until with a deadline")
        for match in SHELL.finditer(file.code):
            yield file.finding(file.line_of(match.start()), "shell",
                               f"{match.group(1)}: no shell anywhere, start programs by argv")
        if file.within("common/async/task_group", "tests/"):
            continue
        for match in DETACHED.finditer(file.code):
            yield file.finding(file.line_of(match.start()), "detached",
                               "give the task an owner: TaskGroup")


RULES = (check_layers, check_interface_headers, check_interface_list, check_confined_libraries,
         check_beast, check_clocks, check_calls)
