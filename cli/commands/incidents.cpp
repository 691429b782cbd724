#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/watching.h"
#include "cli/controller/api_client.h"
#include "cli/render/fault_text.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct IncidentOptions : WatchOptions {
  std::string id;
  std::string check;
  std::string state;
  std::string by;
  std::string text;
  std::string then;
  int limit{20};
};

void print_line(std::ostream& out, const Json& incident) {
  out << fmt::format("{}  {:<12} {:<8} {}  {}\n", text_of(incident, "id"),
                     text_of(incident, "state"), text_of(incident, "severity"),
                     text_of(incident, "opened"), text_of(incident, "title"));
}

// What a person's word meant while the check still fails, in a line.
void print_end(std::ostream& out, const Json& incident) {
  const std::string after = text_of(incident, "after_resolve");
  const std::string by = text_of(incident, "resolved_by");
  if (after == "page_again")
    out << fmt::format("resolved by {}, the check still fails: paged again at {}\n", by,
                       text_of(incident, "page_again"));
  if (after == "hold")
    out << fmt::format("resolved by {}, the check still fails: held until it recovers\n", by);
}

void print_context(std::ostream& out, const Json& document) {
  if (document.contains("deployments"))
    for (const Json& one : document["deployments"])
      out << fmt::format("deployment  {}  {} {}  {}\n", text_of(one, "at"), text_of(one, "service"),
                         text_of(one, "version"), text_of(one, "url"));
  if (document.contains("action_items"))
    for (const Json& item : document["action_items"])
      out << fmt::format("action item  {}  {:<13} {}  {}: {}\n", text_of(item, "id"),
                         text_of(item, "state"), text_of(item, "due"), text_of(item, "owner"),
                         text_of(item, "text"));
}

void print_whole(std::ostream& out, const Json& document) {
  print_line(out, document["incident"]);
  print_end(out, document["incident"]);
  print_context(out, document);
  print_fault(out, document["incident"]);
  print_differences(out, document);
  out << "timeline\n";
  for (const Json& row : document["timeline"])
    out << fmt::format("  {}  {:<16} {}\n", text_of(row, "at"), text_of(row, "kind"),
                       text_of(row, "text"));
  out << "pages\n";
  for (const Json& page : document["pages"])
    out << fmt::format("  {}  {:<11} {:<24} {:<10} attempts {}  {}  {}\n", text_of(page, "due"),
                       text_of(page, "action"), text_of(page, "receiver"), text_of(page, "state"),
                       page.value("attempts", 0), text_of(page, "provider_id"),
                       text_of(page, "last_error"));
}

int print(Session& session, const Result<Json>& document, const IncidentOptions& options) {
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << options.render(*document);
    return kFine;
  }
  if (document->contains("incident")) {
    print_whole(session.out, *document);
    return kFine;
  }
  for (const Json& incident : (*document)["incidents"]) {
    print_line(session.out, incident);
    print_end(session.out, incident);
  }
  if ((*document)["incidents"].empty()) session.err << "no incidents\n";
  return kFine;
}

int list(Session& session, const IncidentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  if (!options.id.empty())
    return print(session, client->get("/api/v1/incidents/" + percent_encode(options.id)), options);
  std::string path = fmt::format("/api/v1/incidents?limit={}", options.limit);
  if (!options.state.empty()) path += "&state=" + percent_encode(options.state);
  if (!options.check.empty()) path += "&check=" + percent_encode(options.check);
  return print(session, client->get(path), options);
}

int post(Session& session, const IncidentOptions& options, const char* what, const Json& body) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const std::string path = fmt::format("/api/v1/incidents/{}/{}", percent_encode(options.id), what);
  return print(session, client->post(path, body), options);
}

int acknowledge(Session& session, const IncidentOptions& options) {
  return post(session, options, "acknowledge", Json{{"by", options.by}});
}

int add_note(Session& session, const IncidentOptions& options) {
  return post(session, options, "note", Json{{"by", options.by}, {"text", options.text}});
}

int resolve(Session& session, const IncidentOptions& options) {
  Json body{{"by", options.by}};
  if (!options.text.empty()) body["note"] = options.text;
  if (!options.then.empty()) body["then"] = options.then;
  return post(session, options, "resolve", body);
}

int draft_postmortem(Session& session, const IncidentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto document =
      client->get(fmt::format("/api/v1/incidents/{}/postmortem", percent_encode(options.id)));
  if (!document) return report(session, document.error());
  if (options.output == "json")
    session.out << document->dump(2) << '\n';
  else
    session.out << document->value("markdown", std::string{});
  return kFine;
}

}  // namespace

void add_incidents(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<IncidentOptions>();
  CLI::App* command = app.add_subcommand(
      "incidents", "List incidents; show, acknowledge, note on or resolve one; post-mortems");
  command->require_subcommand(0, 1);
  command->add_option("--check", options->check, "only of this check");
  command->add_option("--state", options->state, "suspected, open, acknowledged, resolved or all");
  add_limit(*command, options->limit);
  add_watch(*command, *options);
  options->by = current_user();
  const auto add = [&](const char* name, const char* help, auto what, bool by) {
    CLI::App* one = command->add_subcommand(name, help);
    one->add_option("id", options->id, "its id")->required();
    if (by) one->add_option("--by", options->by, "who; default: $USER");
    one->callback([options, what, &chosen] {
      chosen = [options, what](Session& session) { return what(session, *options); };
    });
    return one;
  };
  command->callback([options, command, &chosen] {
    if (command->get_subcommands().empty())
      chosen = [options](Session& session) {
        const auto once = [&](Session& to) { return list(to, *options); };
        return show_or_watch(session, *options, once);
      };
  });
  add("show", "One incident: whose fault, what changed, timeline, pages", list, false);
  add("ack", "Say that somebody is on it", acknowledge, true);
  add("note", "Write onto its timeline", add_note, true)
      ->add_option("text", options->text, "what whoever reads it should know")
      ->required();
  CLI::App* resolving = add("resolve", "End it by hand: its pages are resolved", resolve, true);
  resolving->add_option("--note", options->text, "why, for its timeline");
  resolving
      ->add_option("--then", options->then,
                   "while the check still fails: page_again after the grace, or hold until it "
                   "recovers; default: as the controller is configured")
      ->check(CLI::IsMember({"page_again", "hold"}));
  add("postmortem", "Draft a post-mortem in Markdown from the record", draft_postmortem, false);
}

}  // namespace picket::cli
