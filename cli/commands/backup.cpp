#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"

namespace picket::cli {

void add_backup(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("backup", "Copy the running controller's database beside it");
  command->callback([&chosen] {
    chosen = [](Session& session) -> int {
      const auto client = ApiClient::create(session.controller);
      if (!client) return report(session, client.error());
      const auto document = client->post("/api/v1/backup", nlohmann::ordered_json::object());
      if (!document) return report(session, document.error());
      session.out << document->value("path", "") << '\n';
      session.err << "to put it in place: stop the controller, then "
                     "picket-controller --config FILE --restore BACKUP\n";
      return kFine;
    };
  });
}

}  // namespace picket::cli
