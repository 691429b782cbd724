#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct IncidentOptions {
  std::string id;
  std::string check;
  std::string state;
  std::string by;
  int limit{20};
  std::string output{"text"};
};

void print_line(std::ostream& out, const Json& incident) {
  out << fmt::format("{}  {:<12} {:<8} {}  {}\n", text_of(incident, "id"),
                     text_of(incident, "state"), text_of(incident, "severity"),
                     text_of(incident, "opened"), text_of(incident, "title"));
}

void print_whole(std::ostream& out, const Json& document) {
  print_line(out, document["incident"]);
  out << "timeline\n";
  for (const Json& row : document["timeline"])
    out << fmt::format("  {}  {:<16} {}\n", text_of(row, "at"), text_of(row, "kind"),
                       text_of(row, "text"));
  out << "pages\n";
  for (const Json& page : document["pages"])
    out << fmt::format("  {}  {:<11} {:<24} {:<10} attempts {}  {}  {}\n", text_of(page, "due"),
                       text_of(page, "action"), text_of(page, "receiver"),
                       text_of(page, "state"), page.value("attempts", 0),
                       text_of(page, "provider_id"), text_of(page, "last_error"));
}

int print(Session& session, const Result<Json>& document, const IncidentOptions& options) {
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  if (document->contains("incident")) {
    print_whole(session.out, *document);
    return kFine;
  }
  for (const Json& incident : (*document)["incidents"]) print_line(session.out, incident);
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

int acknowledge(Session& session, const IncidentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const std::string path =
      fmt::format("/api/v1/incidents/{}/acknowledge", percent_encode(options.id));
  return print(session, client->post(path, Json{{"by", options.by}}), options);
}

}  // namespace

void add_incidents(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<IncidentOptions>();
  CLI::App* command = app.add_subcommand("incidents", "List incidents, show or acknowledge one");
  command->require_subcommand(0, 1);
  command->add_option("--check", options->check, "only of this check");
  command->add_option("--state", options->state, "suspected, open, acknowledged, resolved or all");
  command->add_option("--limit", options->limit, "at most this many")->check(CLI::Range(1, 1000));
  command->add_option("-o,--output", options->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  CLI::App* show = command->add_subcommand("show", "One incident with its timeline and pages");
  show->add_option("id", options->id, "its id")->required();
  CLI::App* ack = command->add_subcommand("ack", "Say that somebody is on it");
  ack->add_option("id", options->id, "its id")->required();
  const char* user = std::getenv("USER");
  options->by = user == nullptr ? "" : user;
  ack->add_option("--by", options->by, "who; default: $USER");
  command->callback([options, ack, &chosen] {
    const bool acknowledges = ack->parsed();
    chosen = [options, acknowledges](Session& session) {
      return acknowledges ? acknowledge(session, *options) : list(session, *options);
    };
  });
}

}  // namespace picket::cli
