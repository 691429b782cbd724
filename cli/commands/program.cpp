#include "cli/commands/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>

#include "cli/controller/contexts.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

struct GlobalOptions {
  ControllerAccess controller;
  std::string context;
  ColorChoice color{ColorChoice::automatic};
};

void add_global_options(CLI::App& app, GlobalOptions& options) {
  const std::map<std::string, ColorChoice> colors{{"auto", ColorChoice::automatic},
                                                  {"always", ColorChoice::always},
                                                  {"never", ColorChoice::never}};
  CLI::Option* url = app.add_option("--controller", options.controller.url,
                                    "the controller's URL, or PICKET_CONTROLLER");
  url->type_name("URL");
  app.add_option("--token-file", options.controller.token_file,
                 "a file with the API token, or PICKET_TOKEN_FILE")
      ->type_name("FILE");
  app.add_option("--context", options.context,
                 "the controller of this name (`picket context`), or PICKET_CONTEXT")
      ->type_name("NAME")
      ->excludes(url);
  app.add_option("--color", options.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(colors).description(""))
      ->type_name("WHEN")
      ->default_str("auto");
  app.set_version_flag("--version", "picket " PICKET_VERSION);
}

// The command that the words led to.
const CLI::App& reached(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return *command;
}

// What could have stood in place of a word that no command took.
std::vector<std::string> known_in_place_of(const std::string& word, const CLI::App& command) {
  std::vector<std::string> names;
  if (!word.starts_with('-')) {
    for (const CLI::App* one : command.get_subcommands({})) names.push_back(one->get_name());
    return names;
  }
  for (const CLI::App* one = &command; one != nullptr; one = one->get_parent())
    for (const CLI::Option* option : one->get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// "picket: unknown command `valdate`: did you mean `validate`?"
std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  std::vector<std::string> left = app.remaining(true);
  std::erase(left, "--");
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const bool asks = code == CLI::ExitCodes::ExtrasError || code == CLI::ExitCodes::RequiredError;
  const auto known = asks && !left.empty() ? known_in_place_of(left.front(), reached(app))
                                           : std::vector<std::string>{};
  if (known.empty())
    return fmt::format("picket: {}\nsee `picket --help`\n", clean_line(error.what()));
  const char* what = left.front().starts_with('-') ? "option" : "command";
  const std::string near = did_you_mean(left.front(), known);
  return fmt::format("picket: unknown {} `{}`{}\nsee `picket --help`\n", what,
                     clean_line(left.front()),
                     near.empty() ? "" : fmt::format(": did you mean `{}`?", near));
}

int explain_parse_error(CLI::App& app, const CLI::ParseError& error, const Surroundings& around) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error, around.out, around.err);  // --help and --version
    return kFine;
  }
  around.err << usage_message(app, error);
  return kBadUsage;
}

}  // namespace

std::string current_user() {
  const char* user = std::getenv("USER");
  return user == nullptr ? "" : user;
}

void add_output(CLI::App& command, std::string& output) {
  command.add_option("-o,--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
}

void add_limit(CLI::App& command, int& limit) {
  command.add_option("--limit", limit, "at most this many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

int run_program(const std::vector<std::string>& arguments, std::span<const AddCommand> commands,
                const Surroundings& around) {
  CLI::App app{"Synthetic monitoring: checks as YAML, agents in many regions, one controller."};
  app.name("picket");
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions options;
  add_global_options(app, options);
  Action chosen;
  for (const AddCommand add : commands) add(app, chosen);
  try {
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return explain_parse_error(app, error, around);
  }
  // What is about contexts, or completes while one is typed, must work with a wrong one, too.
  if (!app.got_subcommand("context") && !app.got_subcommand("completion")) {
    auto access = find_controller(options.controller, options.context, around.environment);
    if (!access) {
      around.err << fmt::format("picket: {}\n  = help: {}\n", access.error().message,
                                access.error().hint);
      return access.error().code == ErrorCode::not_found ? kBadUsage : kBadFile;
    }
    options.controller = std::move(*access);
  }
  Session session{
      around.out, around.err,
      make_terminal(around.out_is_terminal, options.color, around.environment, around.out_columns),
      make_terminal(around.err_is_terminal, options.color, around.environment), options.controller};
  return chosen(session);
}

}  // namespace picket::cli
