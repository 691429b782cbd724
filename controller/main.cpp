// `picket-controller`: knows checks and agents, plans, ingests, evaluates, pages.
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <iostream>

#include "controller/app.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at `ulimit -f` is an error of the write, as a full disk
  CLI::App command{"The controller of Picket: takes results from agents, evaluates, pages."};
  command.name("picket-controller");
  picket::controller::AppOptions options;
  command.add_option("--config", options.config_path, "the configuration file")
      ->required()
      ->type_name("FILE");
  command.add_option("--restore", options.restore_from,
                     "put this backup in place first; the state directory must hold no database")
      ->type_name("BACKUP");
  command.set_version_flag("--version", "picket-controller " PICKET_VERSION);
  try {
    command.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return command.exit(error) == 0 ? 0 : 2;
  }
  try {
    return picket::controller::run_app(options);
  } catch (const std::exception& bug) {
    std::cerr << "picket-controller: a bug: " << bug.what() << '\n';
    return 4;
  }
}
