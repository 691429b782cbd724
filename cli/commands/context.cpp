#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/setup_commands.h"
#include "cli/controller/api_client.h"
#include "cli/controller/contexts.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

struct ContextOptions {
  std::string name;
  std::string url;
  std::string token_file;
  std::string output{"text"};
};

int refuse(Session& session, const std::string& message, int code) {
  session.err << "picket: " << message << '\n';
  return code;
}

int save(Session& session, const Contexts& contexts) {
  const Status saved = save_contexts(contexts_path(process_environment()), contexts);
  return saved ? kFine : report(session, saved.error());
}

int list(Session& session, const ContextOptions& options, const Contexts& contexts) {
  if (options.output == "json") {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& [name, access] : contexts.all)
      all.push_back({{"name", name},
                     {"current", name == contexts.current},
                     {"controller", access.url},
                     {"token_file", access.token_file}});
    session.out << nlohmann::ordered_json{{"schema_version", 1}, {"contexts", all}}.dump(2) << '\n';
    return kFine;
  }
  std::size_t width = 0;
  for (const auto& [name, access] : contexts.all) width = std::max(width, name.size());
  for (const auto& [name, access] : contexts.all)
    session.out << fmt::format("{} {:<{}}  {}{}\n", name == contexts.current ? '*' : ' ', name,
                               width, access.url,
                               access.token_file.empty() ? "" : "  " + access.token_file);
  if (contexts.all.empty()) session.err << "no contexts: `picket context set NAME URL` makes one\n";
  return kFine;
}

int show(Session& session, const ContextOptions& options, const Contexts& contexts) {
  const std::string name = options.name.empty() ? contexts.current : options.name;
  const auto at = contexts.all.find(name);
  if (at == contexts.all.end())
    return refuse(session, name.empty() ? "no context is in use" : "there is no context " + name,
                  kCouldNotRun);
  session.out << fmt::format("{}\n  controller  {}\n", name, at->second.url);
  if (!at->second.token_file.empty())
    session.out << "  token file  " << at->second.token_file << '\n';
  return kFine;
}

int use(Session& session, const ContextOptions& options, Contexts contexts) {
  if (!contexts.all.contains(options.name))
    return refuse(session, "there is no context " + options.name, kCouldNotRun);
  contexts.current = options.name;
  return save(session, contexts);
}

int remove(Session& session, const ContextOptions& options, Contexts contexts) {
  if (contexts.all.erase(options.name) == 0)
    return refuse(session, "there is no context " + options.name, kCouldNotRun);
  if (contexts.current == options.name) contexts.current.clear();
  return save(session, contexts);
}

// The first one is in use at once.
int set(Session& session, const ContextOptions& options, Contexts contexts) {
  if (!checks::is_label_name(options.name))
    return refuse(session, "a context is named with lower-case letters, digits and hyphens",
                  kBadUsage);
  if (const auto wrong = checks::url_error(options.url))
    return refuse(session, clean_line(options.url) + ": " + *wrong, kBadUsage);
  std::error_code error;
  const std::string token = options.token_file.empty()
                                ? ""
                                : std::filesystem::absolute(options.token_file, error).string();
  if (contexts.all.empty()) contexts.current = options.name;
  contexts.all[options.name] = {options.url, token};
  return save(session, contexts);
}

}  // namespace

void add_context(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("context", "Controllers under names: list, use, set, show, remove");
  command->require_subcommand(1);
  auto options = std::make_shared<ContextOptions>();
  const auto add = [&](const char* name, const char* help, auto what) {
    CLI::App* one = command->add_subcommand(name, help);
    one->callback([&chosen, options, what] {
      chosen = [options, what](Session& session) {
        const auto contexts = load_contexts(contexts_path(process_environment()));
        return contexts ? what(session, *options, *contexts) : report(session, contexts.error());
      };
    });
    return one;
  };
  add_output(*add("list", "List contexts; * is in use", list), options->output);
  add("show", "One context, or the one in use", show)
      ->add_option("NAME", options->name, "default: the one in use");
  add("use", "Use this one from now on", use)
      ->add_option("NAME", options->name, "its name")
      ->required();
  CLI::App* setting = add("set", "Make a context or change it; the first is in use at once", set);
  setting->add_option("NAME", options->name, "its name")->required();
  setting->add_option("URL", options->url, "the controller's URL")->required();
  setting->add_option("--token-file", options->token_file, "a file with its API token")
      ->type_name("FILE");
  add("remove", "Forget a context", remove)
      ->add_option("NAME", options->name, "its name")
      ->required();
}

}  // namespace picket::cli
