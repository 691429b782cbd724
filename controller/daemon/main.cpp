// `picket-controller`: knows checks and agents, plans, ingests, evaluates, pages.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "controller/config/settings.h"
#include "controller/daemon/app.h"

namespace {

using picket::checks::Setting;

// A flag for each setting; what is given stands over the environment and the file.
void add_settings(CLI::App& command, picket::checks::ConfigLayers& layers) {
  for (const Setting& setting : layers.settings()) {
    const auto take = [&layers, &setting](const std::string& text) {
      layers.take_flag(setting.path, text);
    };
    command.add_option_function<std::string>(flag_of(setting), take, std::string{setting.text})
        ->type_name(std::string{setting.type})
        ->group("Settings, over the environment and the file");
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at `ulimit -f` is an error of the write, as a full disk
  CLI::App command{"The controller of Picket: takes results from agents, evaluates, pages."};
  command.name("picket-controller");
  picket::controller::AppOptions options;
  command.add_option("--config", options.config_path, "the configuration file")
      ->required()
      ->envname("PICKET_CONTROLLER_CONFIG")
      ->type_name("FILE");
  CLI::Option* restore =
      command
          .add_option("--restore", options.restore_from,
                      "put this backup in place first; the state directory must hold no database")
          ->type_name("BACKUP");
  command
      .add_flag("--restore-only", options.restore_only,
                "move a database that is there to picket.db.replaced, and end when the backup is "
                "in place")
      ->needs(restore);
  bool print = false;
  command.add_flag("--print-config", print,
                   "print the configuration in force and where each value comes from, and end");
  options.layers = picket::controller::controller_layers();
  add_settings(command, options.layers);
  command.set_version_flag("--version", "picket-controller " PICKET_VERSION);
  try {
    command.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return command.exit(error) == 0 ? 0 : 2;
  }
  options.layers.take_environment(std::getenv);
  try {
    return print ? picket::controller::print_config(options) : picket::controller::run_app(options);
  } catch (const std::exception& bug) {
    std::cerr << "picket-controller: a bug: " << bug.what() << '\n';
    return 4;
  }
}
