#include "cli/commands/watching.h"

#include <poll.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

namespace picket::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

constexpr int kRefreshMs = 2000;

}  // namespace

std::string WatchOptions::render(const nlohmann::ordered_json& document) const {
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  return document.dump(watch ? -1 : 2, ' ', false, replace) + '\n';
}

void add_watch(CLI::App& command, WatchOptions& options) {
  command.add_flag("-w,--watch", options.watch, "again every 2 s until interrupted");
  add_output(command, options.output);
}

int show_or_watch(Session& session, const WatchOptions& options,
                  const std::function<int(Session&)>& show) {
  if (!options.watch) return show(session);
  std::signal(SIGINT, [](int) { interrupted = 1; });
  const bool from_top = session.out_terminal.is_terminal && options.output == "text";
  while (interrupted == 0 && session.out) {
    std::ostringstream out;
    std::ostringstream err;
    Session once{out, err, session.out_terminal, session.err_terminal, session.controller};
    show(once);  // an unreachable controller may come back
    if (from_top) session.out << "\x1b[H\x1b[2J";
    session.out << out.str() << std::flush;
    session.err << err.str() << std::flush;
    if (interrupted == 0) ::poll(nullptr, 0, kRefreshMs);  // a signal ends it early
  }
  return kFine;
}

}  // namespace picket::cli
