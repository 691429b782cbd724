#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <ostream>

#include "cli/commands/command.h"
#include "common/async/clock.h"
#include "common/checks/load.h"

namespace picket::cli {
namespace {

struct ValidateOptions {
  std::vector<std::string> paths;
  bool strict{false};
  std::string output{"text"};
};

checks::Diagnostic no_files(const std::vector<std::string>& paths) {
  checks::Diagnostic diagnostic;
  diagnostic.code = "E0101";
  diagnostic.message = "no check files here";
  diagnostic.at.file = paths.front();
  diagnostic.help = "check files are named *.check.yaml; `picket init` writes a first one";
  return diagnostic;
}

void show(Session& session, const ValidateOptions& options,
          const std::vector<checks::Diagnostic>& diagnostics, const checks::Tally& tally) {
  if (options.output == "json") {
    session.out << checks::render_json(diagnostics, tally);
    return;
  }
  checks::RenderStyle style{session.err_terminal.color, options.strict};
  const bool github = options.output == "github";
  for (const checks::Diagnostic& diagnostic : diagnostics) {
    if (github)
      session.out << checks::render_github(diagnostic, style);
    else
      session.err << checks::render_text(diagnostic, style) << '\n';
  }
  session.err.flush();
  session.out << checks::render_tally(tally) << '\n';
}

int validate(Session& session, const ValidateOptions& options) {
  async::RealClock clock{async::Executor{}};  // only asked for the time
  const MonoTime start = clock.now();
  checks::DecodeOptions decode;
  decode.strict = options.strict;
  auto loaded = checks::load_checks(options.paths, decode);
  if (!loaded) {
    session.err << "picket: " << render(loaded.error()) << '\n';
    return kBadFile;
  }
  if (loaded->files.empty()) loaded->diagnostics.push_back(no_files(options.paths));
  checks::Tally tally = loaded->tally();
  tally.elapsed = std::chrono::duration_cast<Millis>(clock.now() - start);
  show(session, options, loaded->diagnostics, tally);
  const bool bad = tally.errors > 0 || (options.strict && tally.warnings > 0);
  return bad ? kBadFile : kFine;
}

}  // namespace

void add_validate(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("validate", "Check check files, without running them");
  auto options = std::make_shared<ValidateOptions>();
  command->add_option("PATHS", options->paths, "files and directories; default: this one");
  command->add_flag("--strict", options->strict, "warnings are errors; runbooks are needed");
  command->add_option("-o,--output", options->output, "text, json or github")
      ->check(CLI::IsMember({"text", "json", "github"}));
  command->callback([&chosen, options] {
    if (options->paths.empty()) options->paths = {"."};
    chosen = [options](Session& session) { return validate(session, *options); };
  });
}

}  // namespace picket::cli
