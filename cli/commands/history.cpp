#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/history_range.h"
#include "cli/replay/history_file.h"

namespace picket::cli {
namespace {

struct ExportOptions {
  RangeOptions range;
  std::string path;
};

int export_history(Session& session, const ExportOptions& options) {
  auto history = fetch(session, options.range, {});
  if (!history) return report(session, history.error());
  if (const Status written = write_history(options.path, *history); !written)
    return report(session, written.error());
  session.out << fmt::format("{}: {} batches from {} to {}, warm-up from {}\n", options.path,
                             history->batches.size(), render_rfc3339(history->from),
                             render_rfc3339(history->until), render_rfc3339(history->warm_from));
  return kFine;
}

}  // namespace

void add_history(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("history", "The stored history of results and events");
  command->require_subcommand(1);
  CLI::App* one = command->add_subcommand(
      "export", "Write a range of the history to a file, for `picket replay --history`");
  auto options = std::make_shared<ExportOptions>();
  add_range(*one, options->range);
  one->add_option("-o,--output", options->path, "the file; replaced when it exists")
      ->required()
      ->type_name("FILE");
  one->callback([options, &chosen] {
    chosen = [options](Session& session) { return export_history(session, *options); };
  });
}

}  // namespace picket::cli
