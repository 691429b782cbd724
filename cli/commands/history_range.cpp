#include "cli/commands/history_range.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/replay/replay.h"
#include "common/async/clock.h"

namespace picket::cli {
namespace {

WallTime now() {
  async::RealClock clock{async::Executor{}};  // only asked for the time
  return clock.wall_now();
}

Result<Millis> warm_up_of(const ApiClient& client, const RangeOptions& options,
                          const std::vector<Check>& checks) {
  if (!options.warm_up.empty()) return parse_duration(options.warm_up);
  const auto active = client.get("/api/v1/definitions");
  if (!active) return fail(active.error());
  std::vector<Check> all = checks;
  for (const auto& item : (*active)["checks"])
    if (auto definition = read_definition(item)) all.push_back(std::move(definition->check));
  return warm_up_for(all);
}

}  // namespace

void add_range(CLI::App& command, RangeOptions& options) {
  command.add_option("--from", options.from, "RFC 3339, or a span before now: 6h; default 24h")
      ->type_name("TIME");
  command.add_option("--to", options.until, "the same, not included; default now")
      ->type_name("TIME");
  command
      .add_option("--warm-up", options.warm_up,
                  "so much before --from is played too, so that states are right there; default: "
                  "as long as the windows of the checks reach back")
      ->type_name("SPAN");
}

Result<WallTime> parse_moment(const std::string& text, WallTime now) {
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto span = parse_duration(text)) return now - *span;
  return fail(ErrorCode::invalid_argument, fmt::format("`{}` is no time", text),
              "2026-11-22T02:00:00Z, or a span before now: 6h");
}

Result<History> fetch(Session& session, const RangeOptions& options,
                      const std::vector<Check>& checks) {
  const WallTime present = now();
  const auto from = parse_moment(options.from.empty() ? "24h" : options.from, present);
  if (!from) return fail(from.error());
  const auto until =
      options.until.empty() ? Result<WallTime>(present) : parse_moment(options.until, present);
  if (!until) return fail(until.error());
  const auto client = ApiClient::create(session.controller);
  if (!client) return fail(client.error());
  const auto warm_up = warm_up_of(*client, options, checks);
  if (!warm_up) return fail(warm_up.error());
  const auto progress = [&](WallTime at) { show_progress(session, -1, at); };
  auto history = fetch_history(*client, {*from, *until, *warm_up, options.from.empty()}, progress);
  end_progress(session);
  return history;
}

void show_progress(Session& session, double done, WallTime at) {
  if (!session.err_terminal.is_terminal) return;
  const std::string share = done < 0 ? "reading" : fmt::format("{:3.0f} %", done * 100);
  session.err << fmt::format("\r{} {}", share, render_rfc3339(at)) << std::flush;
}

void end_progress(Session& session) {
  if (session.err_terminal.is_terminal) session.err << "\r\x1b[K" << std::flush;
}

}  // namespace picket::cli
