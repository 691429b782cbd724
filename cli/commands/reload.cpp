#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

int reload(Session& session, bool confirm) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto document =
      client->post("/api/v1/reload", nlohmann::ordered_json{{"confirm", confirm}});
  if (!document) return report(session, document.error());
  const auto& view = (*document)["reload"];
  session.out << clean_text(view.value("diagnostics", ""));
  session.out << fmt::format("{} checks in force, {} errors, {} warnings\n",
                             view.value("checks", 0), view.value("errors", 0),
                             view.value("warnings", 0));
  for (const auto& name : view["kept"])
    session.out << "kept as it was: " << clean_line(name.get<std::string>()) << '\n';
  return view.value("errors", 0) == 0 ? kFine : kBadFile;
}

}  // namespace

void add_reload(CLI::App& app, Action& chosen) {
  auto confirm = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("reload", "Make the controller read its checks directory now");
  command->add_flag("--confirm", *confirm, "also when that removes many checks");
  command->callback([confirm, &chosen] {
    chosen = [confirm](Session& session) { return reload(session, *confirm); };
  });
}

}  // namespace picket::cli
