#include <poll.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/grid.h"

namespace picket::cli {
namespace {

struct StatusOptions {
  bool watch{false};
  std::string output{"text"};
};

volatile std::sig_atomic_t interrupted = 0;

constexpr int kRefreshMs = 2000;

int show(Session& session, const ApiClient& client, const StatusOptions& options) {
  const auto status = client.get("/api/v1/status");
  if (!status) return report(session, status.error());
  if (options.output == "json")
    session.out << status->dump(2) << '\n';
  else
    session.out << render_status(*status, session.out_terminal);
  session.out.flush();
  return kFine;
}

int watch(Session& session, const ApiClient& client, const StatusOptions& options) {
  std::signal(SIGINT, [](int) { interrupted = 1; });
  while (interrupted == 0) {
    if (session.out_terminal.is_terminal) session.out << "\x1b[H\x1b[2J";
    show(session, client, options);  // an unreachable controller may come back
    if (interrupted == 0) ::poll(nullptr, 0, kRefreshMs);  // a signal ends it early
  }
  return kFine;
}

}  // namespace

void add_status(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Show every check in every region");
  command->add_flag("-w,--watch", options->watch, "again every 2 s until interrupted");
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      const auto client = ApiClient::create(session.controller);
      if (!client) return report(session, client.error());
      return options->watch ? watch(session, *client, *options) : show(session, *client, *options);
    };
  });
}

}  // namespace picket::cli
