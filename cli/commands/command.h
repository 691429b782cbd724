// What every command of `picket` shares: its streams, the global options, the exit codes. A
// command is one file with an `add_..` function; main.cpp lists them. One thread.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "cli/render/terminal.h"

namespace CLI {
class App;
}

namespace picket::cli {

enum ExitCode : int {
  kFine = 0,
  kFailed = 1,       // a check failed, or changes were found
  kBadUsage = 2,     // the command line
  kBadFile = 3,      // a check file or a configuration
  kCouldNotRun = 4,  // an unreachable controller, no permission, ..
};

// How commands that speak to a controller find it: --controller, --token-file, or PICKET_CONTROLLER
// and PICKET_TOKEN_FILE.
struct ControllerAccess {
  std::string url;         // empty: not given
  std::string token_file;  // empty: not given
};

// Results go to `out`; progress and diagnostics go to `err`.
struct Session {
  std::ostream& out;
  std::ostream& err;
  Terminal out_terminal;
  Terminal err_terminal;
  ControllerAccess controller;
};

using Action = std::function<int(Session&)>;  // returns an ExitCode

// $USER: the default of `--by`. Empty when it is not set.
std::string current_user();

// Adds `-o, --output`, which is `text` or `json`. `output` outlives the parsing.
void add_output(CLI::App& command, std::string& output);

// Adds `--limit`, 1 to 1000; what `limit` holds is the default. It outlives the parsing.
void add_limit(CLI::App& command, int& limit);

// Adds the subcommand to `app`; when it is parsed, `chosen` becomes what to do.
using AddCommand = void (*)(CLI::App& app, Action& chosen);

// The commands, in the order of the help.
void add_init(CLI::App& app, Action& chosen);
void add_validate(CLI::App& app, Action& chosen);
void add_fmt(CLI::App& app, Action& chosen);
void add_run(CLI::App& app, Action& chosen);
void add_test(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_status(CLI::App& app, Action& chosen);
void add_results(CLI::App& app, Action& chosen);
void add_incidents(CLI::App& app, Action& chosen);
void add_silence(CLI::App& app, Action& chosen);
void add_actions(CLI::App& app, Action& chosen);
void add_deployments(CLI::App& app, Action& chosen);
void add_slo(CLI::App& app, Action& chosen);
void add_agents(CLI::App& app, Action& chosen);
void add_reload(CLI::App& app, Action& chosen);
void add_plan(CLI::App& app, Action& chosen);
void add_apply(CLI::App& app, Action& chosen);
void add_replay(CLI::App& app, Action& chosen);
void add_history(CLI::App& app, Action& chosen);
void add_backup(CLI::App& app, Action& chosen);
void add_version(CLI::App& app, Action& chosen);

}  // namespace picket::cli
