#include "cli/commands/watching.h"

#include <poll.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <ostream>

namespace picket::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

constexpr int kRefreshMs = 2000;

}  // namespace

void add_watch(CLI::App& command, bool& wanted) {
  command.add_flag("-w,--watch", wanted, "again every 2 s until interrupted");
}

int watch(Session& session, const std::function<int()>& show) {
  std::signal(SIGINT, [](int) { interrupted = 1; });
  while (interrupted == 0) {
    if (session.out_terminal.is_terminal) session.out << "\x1b[H\x1b[2J";
    show();  // an unreachable controller may come back
    session.out.flush();
    if (interrupted == 0) ::poll(nullptr, 0, kRefreshMs);  // a signal ends it early
  }
  return kFine;
}

}  // namespace picket::cli
