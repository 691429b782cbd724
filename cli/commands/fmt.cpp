#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/report_file.h"
#include "cli/render/line_diff.h"
#include "common/checks/document.h"
#include "common/checks/files.h"
#include "common/checks/format.h"

namespace picket::cli {
namespace {

struct FmtOptions {
  std::vector<std::string> paths;
  bool check{false};
  bool diff{false};
};

struct FmtTally {
  std::size_t files{0};
  std::size_t changed{0};
  std::size_t refused{0};
  bool unwritten{false};
};

void format_file(Session& session, const FmtOptions& options, const std::string& path,
                 FmtTally& tally) {
  ++tally.files;
  auto text = checks::read_text_file(path, checks::DocumentLimits{}.bytes);
  auto formatted = text ? checks::format_checks(path, *text) : Result<std::string>{};
  if (!text || !formatted) {
    ++tally.refused;
    const Error& error = text ? formatted.error() : text.error();
    session.err << fmt::format("picket: {}{}\n", error.message,
                               error.hint.empty() ? "" : "\n  = help: " + error.hint);
    return;
  }
  if (*formatted == *text) return;
  ++tally.changed;
  const TextStyle style{session.out_terminal.color, session.out_terminal.unicode, 80};
  if (options.diff) session.out << render_diff(path, *text, *formatted, style);
  if (options.check && !options.diff) session.out << path << '\n';
  if (options.check || options.diff) return;
  if (const Status written = write_file(path, *formatted); !written) {
    tally.unwritten = true;
    session.err << "picket: " << render(written.error()) << '\n';
  }
}

int format(Session& session, const FmtOptions& options) {
  const auto found = checks::find_check_files(options.paths);
  if (!found) {
    session.err << "picket: " << render(found.error()) << '\n';
    return kBadFile;
  }
  FmtTally tally;
  for (const checks::Diagnostic& problem : found->diagnostics) {
    ++tally.refused;
    session.err << "picket: " << problem.message << '\n';
  }
  for (const std::string& path : found->paths) format_file(session, options, path, tally);
  if (tally.files == 0 && tally.refused == 0) {
    session.err << "picket: no check files here; they are named *.check.yaml\n";
    return kBadFile;
  }
  session.err << fmt::format("{} of {} file{} {}{}\n", tally.changed, tally.files,
                             tally.files == 1 ? "" : "s",
                             options.check || options.diff ? "would change" : "changed",
                             tally.refused == 0 ? "" : fmt::format(", {} refused", tally.refused));
  if (tally.unwritten) return kCouldNotRun;
  if (tally.refused != 0) return kBadFile;
  return (options.check || options.diff) && tally.changed != 0 ? kFailed : kFine;
}

}  // namespace

void add_fmt(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("fmt", "Lay out check files in the one usual way");
  auto options = std::make_shared<FmtOptions>();
  command->add_option("PATHS", options->paths, "files and directories; default: this one");
  command->add_flag("--check", options->check, "write nothing; list what would change, end with 1");
  command->add_flag("--diff", options->diff, "write nothing; show what would change, end with 1");
  command->callback([&chosen, options] {
    if (options->paths.empty()) options->paths = {"."};
    chosen = [options](Session& session) { return format(session, *options); };
  });
}

}  // namespace picket::cli
