#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands/report_file.h"
#include "cli/commands/setup_commands.h"
#include "cli/controller/api_client.h"
#include "cli/export/export.h"
#include "common/checks/load.h"

namespace picket::cli {
namespace {

struct ExportOptions {
  std::vector<std::string> paths;
  std::string output;
};

using Render = std::string (*)(const std::vector<Check>&);

int export_checks(Session& session, const ExportOptions& options, Render render_checks) {
  const auto loaded = checks::load_checks(options.paths);
  if (!loaded) {
    session.err << "picket: " << render(loaded.error()) << '\n';
    return kBadFile;
  }
  for (const checks::Diagnostic& one : loaded->diagnostics)
    if (one.is_error())
      session.err << checks::render_text(one, {session.err_terminal.color, false});
  if (loaded->errors() > 0) return kBadFile;
  if (loaded->checks.empty()) {
    session.err << "picket: no checks here; files are named *.check.yaml\n";
    return kBadFile;
  }
  const std::string text = render_checks(loaded->checks);
  if (text.empty()) session.err << "none of these checks has an objective\n";
  if (options.output.empty()) {
    session.out << text;
    return kFine;
  }
  const Status written = write_file(options.output, text);
  return written ? kFine : report(session, written.error());
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("export", "Write alerts and objectives of checks for other tools");
  command->require_subcommand(1);
  auto options = std::make_shared<ExportOptions>();
  const auto add = [&](const char* name, const char* help, Render render_checks) {
    CLI::App* one = command->add_subcommand(name, help);
    one->add_option("PATHS", options->paths, "files and directories; default: this one");
    one->add_option("-o,--output", options->output, "write here instead of to stdout")
        ->type_name("FILE");
    one->callback([&chosen, options, render_checks] {
      if (options->paths.empty()) options->paths = {"."};
      chosen = [options, render_checks](Session& session) {
        return export_checks(session, *options, render_checks);
      };
    });
  };
  add("prometheus-rules", "Alerting rules for Prometheus, a group for each check",
      render_prometheus_rules);
  add("openslo", "Objectives as OpenSLO v1, services and SLOs", render_openslo);
}

}  // namespace picket::cli
