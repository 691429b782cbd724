#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/watching.h"
#include "cli/controller/api_client.h"
#include "cli/render/grid.h"

namespace picket::cli {
namespace {

int show(Session& session, const ApiClient& client, const WatchOptions& options) {
  const auto status = client.get("/api/v1/status");
  if (!status) return report(session, status.error());
  if (options.output == "json")
    session.out << options.render(*status);
  else
    session.out << render_status(*status, session.out_terminal);
  session.out.flush();
  return kFine;
}

}  // namespace

void add_status(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = app.add_subcommand("status", "Show every check in every region");
  add_watch(*command, *options);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      const auto client = ApiClient::create(session.controller);
      if (!client) return report(session, client.error());
      const auto once = [&](Session& to) { return show(to, *client, *options); };
      return show_or_watch(session, *options, once);
    };
  });
}

}  // namespace picket::cli
