#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ActionOptions {
  std::string id;  // of the item, or of the incident
  std::string owner;
  std::string due;
  std::string text;
  std::string reason;
  std::string by;
  std::string state;
  std::string incident;
  std::string output{"text"};
};

void print_line(std::ostream& out, const Json& item) {
  std::string state = text_of(item, "state");
  if (item.value("overdue", false)) state = "overdue";
  out << fmt::format("{}  {:<13} {}  {}: {}  (incident {})\n", text_of(item, "id"), state,
                     text_of(item, "due"), text_of(item, "owner"), text_of(item, "text"),
                     text_of(item, "incident"));
}

int print(Session& session, const Result<Json>& document, const ActionOptions& options) {
  if (!document) return report(session, document.error());
  if (options.output == "json")
    session.out << document->dump(2) << '\n';
  else if (document->contains("action_item"))
    print_line(session.out, (*document)["action_item"]);
  else
    for (const Json& item : (*document)["action_items"]) print_line(session.out, item);
  if (document->contains("action_items") && (*document)["action_items"].empty())
    session.err << "no action items\n";
  return kFine;
}

int list(Session& session, const ActionOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  std::string path = "/api/v1/action-items?limit=1000";
  const auto add = [&path](const char* name, const std::string& value) {
    if (!value.empty()) path += fmt::format("&{}={}", name, percent_encode(value));
  };
  add("state", options.state);
  add("owner", options.owner);
  add("incident", options.incident);
  return print(session, client->get(path), options);
}

int post(Session& session, const ActionOptions& options, const char* form, const Json& body) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const std::string path =
      fmt::format("/api/v1/{}", fmt::format(fmt::runtime(form), percent_encode(options.id)));
  return print(session, client->post(path, body), options);
}

int add(Session& session, const ActionOptions& options) {
  const Json body{
      {"owner", options.owner}, {"due", options.due}, {"text", options.text}, {"by", options.by}};
  return post(session, options, "incidents/{}/action-items", body);
}

int finish(Session& session, const ActionOptions& options) {
  return post(session, options, "action-items/{}/done", Json{{"by", options.by}});
}

int deprioritise(Session& session, const ActionOptions& options) {
  const Json body{{"by", options.by}, {"reason", options.reason}};
  return post(session, options, "action-items/{}/deprioritise", body);
}

using Options = std::shared_ptr<ActionOptions>;

void add_listing(CLI::App& command, const Options& options) {
  CLI::App* one = command.add_subcommand("list", "Action items, by deadline");
  one->add_option("--state", options->state, "open (default), done, deprioritised or all")
      ->check(CLI::IsMember({"open", "done", "deprioritised", "all"}));
  one->add_option("--owner", options->owner, "only of this owner");
  one->add_option("--incident", options->incident, "only of this incident");
}

void add_adding(CLI::App& command, const Options& options) {
  CLI::App* one = command.add_subcommand(
      "add", "Add one to an incident: at most three, each with one owner and a deadline");
  one->add_option("incident", options->id, "the incident's id")->required();
  one->add_option("text", options->text, "what is to be done")->required();
  one->add_option("--owner", options->owner, "the one who sees to it")->required();
  one->add_option("--due", options->due, "2026-12-15 (until its end, UTC) or RFC 3339")->required();
  one->add_option("--by", options->by, "who adds it; default: $USER");
}

void add_closing(CLI::App& command, const Options& options) {
  CLI::App* done = command.add_subcommand("done", "Say that one is done");
  CLI::App* dropped = command.add_subcommand("deprioritise", "Decide not to do one, and say why");
  for (CLI::App* one : {done, dropped}) {
    one->add_option("id", options->id, "its id")->required();
    one->add_option("--by", options->by, "who; default: $USER");
  }
  dropped->add_option("--reason", options->reason, "why it need not be done")->required();
}

}  // namespace

void add_actions(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ActionOptions>();
  CLI::App* command = app.add_subcommand("actions", "Action items that incidents have left");
  command->require_subcommand(1, 1);
  add_output(*command, options->output);
  options->by = current_user();
  add_listing(*command, options);
  add_adding(*command, options);
  add_closing(*command, options);
  command->callback([options, command, &chosen] {
    const std::string name = command->get_subcommands().front()->get_name();
    const auto what = name == "add"    ? add
                      : name == "done" ? finish
                      : name == "list" ? list
                                       : deprioritise;
    chosen = [options, what](Session& session) { return what(session, *options); };
  });
}

}  // namespace picket::cli
