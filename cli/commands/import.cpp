#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <ostream>

#include "cli/commands/report_file.h"
#include "cli/commands/setup_commands.h"
#include "cli/import/import.h"
#include "common/checks/files.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr std::size_t kInputMax = 64 * 1024 * 1024;

struct ImportCommand {
  std::string file;
  std::string output;
  std::string owner;
  std::string interval{"1m"};
  std::string scrape_config;
  std::vector<std::string> targets;
  bool force{false};
};

Result<std::string> read_input(const std::string& path) {
  if (path != "-") return checks::read_text_file(path, kInputMax);
  std::string text;
  char block[65536];
  while (std::cin.read(block, sizeof block), std::cin.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > kInputMax)
      return fail(ErrorCode::invalid_argument, "the standard input is too large to import");
  }
  return text;
}

int refuse(Session& session, const Error& error, int code) {
  session.err << "picket: " << error.message << '\n';
  if (!error.hint.empty()) session.err << "  = help: " << error.hint << '\n';
  return code;
}

Result<Imported> import_text(const std::string& format, const ImportOptions& options,
                             const ImportCommand& command, const std::string& text) {
  if (format == "gatus") return import_gatus(options, text);
  if (format == "curl") return import_curl(options, text);
  if (format == "har") return import_har(options, text);
  if (format == "postman") return import_postman(options, text);
  if (format == "uptime-kuma") return import_uptime_kuma(options, text);
  BlackboxInput input{text, command.scrape_config, "", command.targets};
  if (!command.scrape_config.empty()) {
    auto prometheus = read_input(command.scrape_config);
    if (!prometheus) return fail(prometheus.error());
    input.prometheus = std::move(*prometheus);
  }
  return import_blackbox(options, input);
}

int run_import(Session& session, const std::string& format, const ImportCommand& command) {
  const bool is_command_line = format == "curl" && command.file.starts_with("curl ");
  const bool is_stdin = command.file == "-" || is_command_line;
  if (!command.output.empty() && !command.force && std::filesystem::exists(command.output))
    return refuse(
        session, {ErrorCode::conflict, command.output + " is there already", "--force replaces it"},
        kCouldNotRun);
  auto text = is_command_line ? Result<std::string>(command.file) : read_input(command.file);
  if (!text) return refuse(session, text.error(), kBadFile);
  const ImportOptions options{format,
                              is_command_line ? "the command line"
                              : is_stdin      ? "standard input"
                                              : command.file,
                              command.owner, command.interval};
  const auto imported = import_text(format, options, command, *text);
  if (!imported) return refuse(session, imported.error(), kBadFile);
  if (command.output.empty())
    session.out << imported->text;
  else if (const Status written = write_file(command.output, imported->text); !written)
    return refuse(session, written.error(), kCouldNotRun);
  session.err << fmt::format("{} check{}, {} TODO(import)\n", imported->checks,
                             imported->checks == 1 ? "" : "s", imported->todos);
  if (imported->secrets.empty()) return kFine;
  session.err << "secrets to give to the agents:";
  for (const std::string& name : imported->secrets) session.err << ' ' << name;
  session.err << '\n';
  return kFine;
}

}  // namespace

void add_import(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("import", "Write check files from those of other tools");
  command->require_subcommand(1);
  auto options = std::make_shared<ImportCommand>();
  const auto add = [&](const char* format, const char* help, const char* what) {
    CLI::App* one = command->add_subcommand(format, help);
    auto* file = one->add_option("FILE", options->file, what);
    if (std::string_view(format) == "curl")
      options->file = "-";
    else
      file->required();
    one->add_option("-o,--output", options->output, "write here instead of to stdout")
        ->type_name("FILE");
    one->add_flag("--force", options->force, "replace the file of --output");
    one->add_option("--owner", options->owner, "the team that owns the checks")->type_name("TEAM");
    one->add_option("--interval", options->interval, "of checks that do not say it")
        ->type_name("SPAN")
        ->capture_default_str();
    one->callback([&chosen, options, name = std::string(format)] {
      chosen = [options, name](Session& session) { return run_import(session, name, *options); };
    });
    return one;
  };
  CLI::App* blackbox =
      add("blackbox", "Modules of blackbox_exporter, with their targets", "blackbox.yml, or -");
  blackbox
      ->add_option("--scrape-config", options->scrape_config,
                   "take targets, modules and intervals from this Prometheus configuration")
      ->type_name("FILE");
  blackbox->add_option("--target", options->targets, "a target of a module; may be repeated")
      ->type_name("MODULE=TARGET")
      ->allow_extra_args(false);
  add("gatus", "Endpoints of Gatus, with conditions and alerts", "config.yaml, or -");
  add("curl", "Command lines of curl", "a quoted command line, a file of them, or - (default)");
  add("har", "An HTTP Archive of a browser, as one journey", "session.har, or -");
  add("postman", "A Postman collection, folders as journeys", "collection.json, or -");
  add("uptime-kuma", "Monitors of a backup of Uptime Kuma", "backup.json, or -");
}

}  // namespace picket::cli
