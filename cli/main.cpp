// `picket`: the command line for people and CI. Every command is a file in cli/commands.
#include <unistd.h>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands/channel_commands.h"
#include "cli/commands/command.h"
#include "cli/commands/program.h"
#include "cli/commands/setup_commands.h"

namespace {

constexpr picket::cli::AddCommand kCommands[] = {
    picket::cli::add_init,       picket::cli::add_validate,    picket::cli::add_fmt,
    picket::cli::add_explain,    picket::cli::add_run,         picket::cli::add_test,
    picket::cli::add_plan,       picket::cli::add_apply,       picket::cli::add_replay,
    picket::cli::add_import,     picket::cli::add_export,      picket::cli::add_history,
    picket::cli::add_reload,     picket::cli::add_status,      picket::cli::add_results,
    picket::cli::add_incidents,  picket::cli::add_actions,     picket::cli::add_silence,
    picket::cli::add_slo,        picket::cli::add_deployments, picket::cli::add_routes,
    picket::cli::add_deliveries, picket::cli::add_regions,     picket::cli::add_agents,
    picket::cli::add_context,    picket::cli::add_backup,      picket::cli::add_completion,
    picket::cli::add_version,
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const picket::cli::Surroundings surroundings{std::cout,
                                               std::cerr,
                                               isatty(STDOUT_FILENO) == 1,
                                               isatty(STDERR_FILENO) == 1,
                                               picket::cli::process_environment(),
                                               picket::cli::window_columns_of(STDOUT_FILENO)};
  try {
    const int code = picket::cli::run_program(arguments, kCommands, surroundings);
    std::cout.flush();
    return code == picket::cli::kFine && !std::cout ? picket::cli::kCouldNotRun : code;
  } catch (const std::exception& bug) {
    std::cerr << "picket: a bug: " << bug.what() << '\n';
    return picket::cli::kCouldNotRun;
  }
}
