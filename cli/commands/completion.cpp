#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "cli/commands/setup_commands.h"
#include "cli/controller/api_client.h"
#include "cli/controller/contexts.h"
#include "common/checks/load.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

// The shells ask `picket completion words` what may stand there; nothing said: files.
constexpr const char* kBash = R"(# picket completion bash: put it into
# ~/.local/share/bash-completion/completions/picket, or `source <(picket completion bash)`.
_picket() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _picket picket
)";
constexpr const char* kZsh = R"(#compdef picket
# picket completion zsh: put it into a directory of $fpath as _picket.
_picket() {
  local -a found
  found=("${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${found[1]}" ]]; then
    compadd -a found
  else
    _files
  fi
}
if [[ "${funcstack[1]}" == _picket ]]; then
  _picket "$@"
else
  compdef _picket picket
fi
)";
constexpr const char* kFish =
    R"(# picket completion fish: put it into ~/.config/fish/completions/picket.fish.
function __picket_complete
  set -l words (commandline -opc)
  set -l begun (commandline -ct | string collect --allow-empty)
  $words[1] completion words -- $words[2..-1] $begun 2>/dev/null
end
complete -c picket -a '(__picket_complete)'
)";

using Words = std::vector<std::string>;

// Names of checks: of the files here, else those of the controller.
Words check_names(bool of_controller, const ControllerAccess& given) {
  std::set<std::string> names;
  if (!of_controller) {
    const auto loaded = checks::load_checks({"."});
    if (loaded)
      for (const Check& check : loaded->checks) names.insert(check.name.value);
    return {names.begin(), names.end()};
  }
  const auto access = find_controller(given, "", process_environment());
  const auto client = access ? ApiClient::create(*access) : Result<ApiClient>(fail(access.error()));
  const auto status =
      client ? client->get("/api/v1/status") : Result<nlohmann::ordered_json>(fail(client.error()));
  if (!status || !status->is_object() || !status->contains("checks")) return {};
  for (const auto& check : (*status)["checks"])
    if (check.is_object() && check.contains("name") && check["name"].is_string())
      names.insert(check["name"].get<std::string>());
  return {names.begin(), names.end()};
}

Words context_names() {
  Words names;
  const auto contexts = load_contexts(contexts_path(process_environment()));
  if (contexts)
    for (const auto& [name, access] : contexts->all) names.push_back(name);
  return names;
}

// "text, json or github" of a description: the values that an option takes.
Words described_values(const std::string& description) {
  Words values;
  for (std::string word : split(description.substr(0, description.find(" (")), ' ')) {
    if (!word.empty() && word.back() == ',') word.pop_back();
    if (word == "or") continue;
    if (word.empty() || word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") != word.npos)
      return {};
    values.push_back(word);
  }
  return values.size() < 6 ? values : Words{};
}

bool asks_controller(const std::string& command) {
  static const std::set<std::string> kCommands{"results", "incidents", "slo", "routes"};
  return kCommands.contains(command);
}

Words values_of(const CLI::Option& option, const std::string& command,
                const ControllerAccess& given) {
  const std::string name = option.get_name();
  if (name == "--context") return context_names();
  if (name == "--check") return check_names(asks_controller(command), given);
  if (name == "--output" || name == "--color" || name == "--then" || name == "--severity")
    return described_values(option.get_description());
  return {};
}

const CLI::App* find_below(const CLI::App& app, const std::string& name) {
  const auto found =
      app.get_subcommands([&](const CLI::App* one) { return one->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

// What may stand in place of the last word, behind the others.
Words candidates(const CLI::App& root, const Words& words, const ControllerAccess& given) {
  const CLI::App* app = &root;
  const CLI::Option* open = nullptr;  // an option that wants its value
  std::string command;
  std::size_t positionals = 0;
  const auto find_option = [&](const std::string& word) -> const CLI::Option* {
    for (const CLI::App* at = app; at != nullptr; at = at->get_parent())
      for (const CLI::Option* option : at->get_options([](const CLI::Option*) { return true; }))
        if (option->check_name(word)) return option;
    return nullptr;
  };
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (open != nullptr) {
      open = nullptr;
    } else if (words[i].starts_with("-")) {
      open = find_option(words[i]);
      if (open != nullptr && open->get_items_expected_max() == 0) open = nullptr;
    } else if (const CLI::App* below = find_below(*app, words[i]); below != nullptr) {
      app = below;
      if (command.empty()) command = words[i];
    } else {
      ++positionals;
    }
  }
  if (open != nullptr) return values_of(*open, command, given);
  Words found;
  if (!words.empty() && words.back().starts_with("-")) {
    for (const CLI::App* at = app; at != nullptr; at = at->get_parent())
      for (const CLI::Option* option : at->get_options([](const CLI::Option*) { return true; }))
        if (option->nonpositional() && !option->get_lnames().empty() &&
            !option->get_group().empty())
          found.push_back("--" + option->get_lnames().front());
    return found;
  }
  for (const CLI::App* below : app->get_subcommands([](const CLI::App*) { return true; }))
    if (!below->get_group().empty()) found.push_back(below->get_name());
  if (positionals > 0) return found;
  if (command == "context" && app->get_name() != "set" && app->get_name() != "context")
    return context_names();
  if (command == "results" || command == "slo" || app->get_name() == "explain")
    for (std::string& name : command == "explain" ? Words{} : check_names(true, given))
      found.push_back(std::move(name));
  return found;
}

int print_words(Session& session, const CLI::App& app, const Words& words) {
  const std::string begun = words.empty() ? "" : words.back();
  for (const std::string& one : candidates(app, words, session.controller))
    if (one.starts_with(begun)) session.out << one << '\n';
  return kFine;
}

}  // namespace

void add_completion(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("completion", "Print the completion script of a shell");
  command->require_subcommand(1);
  const auto add = [&](const char* shell, const char* script) {
    command->add_subcommand(shell, std::string("The script for ") + shell)
        ->callback([&chosen, script] {
          chosen = [script](Session& session) {
            session.out << script;
            return kFine;
          };
        });
  };
  add("bash", kBash);
  add("zsh", kZsh);
  add("fish", kFish);
  // What the scripts call: no part of the help.
  CLI::App* asked = command->add_subcommand("words", "What may stand in place of the last word");
  asked->group("");
  auto words = std::make_shared<Words>();
  asked->add_option("WORDS", *words, "the words so far, the last one begun");
  asked->callback([&chosen, &app, words] {
    chosen = [&app, words](Session& session) { return print_words(session, app, *words); };
  });
}

}  // namespace picket::cli
