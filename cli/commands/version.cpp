#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands/command.h"

namespace picket::cli {

void add_version(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->callback([&chosen] {
    chosen = [](Session& session) {
      session.out << "picket " PICKET_VERSION "\n";
      return kFine;
    };
  });
}

}  // namespace picket::cli
