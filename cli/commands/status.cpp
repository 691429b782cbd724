#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/watching.h"
#include "cli/controller/api_client.h"
#include "cli/render/grid.h"

namespace picket::cli {
namespace {

struct StatusOptions {
  bool watch{false};
  std::string output{"text"};
};

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

}  // namespace

void add_status(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Show every check in every region");
  add_watch(*command, options->watch);
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      const auto client = ApiClient::create(session.controller);
      if (!client) return report(session, client.error());
      const auto once = [&] { return show(session, *client, *options); };
      return options->watch ? watch(session, once) : once();
    };
  });
}

}  // namespace picket::cli
