#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/channel_commands.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct DeliveryOptions {
  bool dead{false};
  bool all{false};
  std::string provider_id;
  std::string incident;
  std::string receiver;
  std::string since;
  std::string id;
  int limit{50};
  std::string output{"text"};
};

void print_delivery(std::ostream& out, const Json& row) {
  out << fmt::format("{}  {}  {:<11} {:<24} {:<10} attempts {}  {}{}\n", text_of(row, "id"),
                     text_of(row, "due"), text_of(row, "action"), text_of(row, "receiver"),
                     text_of(row, "state"), row.value("attempts", 0), text_of(row, "provider_id"),
                     text_of(row, "last_error").empty() ? "" : "  " + text_of(row, "last_error"));
  if (!row.contains("log")) return;
  for (const Json& one : row["log"]) {
    const int status = one.value("http_status", 0);
    out << fmt::format("    {}  attempt {}  {:<13} {}  {} ms  {}\n", text_of(one, "at"),
                       one.value("attempt", 0), text_of(one, "outcome"),
                       status == 0 ? "-" : fmt::format("HTTP {}", status),
                       one.value("latency_ms", 0), text_of(one, "error"));
  }
}

int print(Session& session, const Result<Json>& document, const DeliveryOptions& options) {
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  for (const Json& row : (*document)["deliveries"]) print_delivery(session.out, row);
  if ((*document)["deliveries"].empty()) session.err << "no messages\n";
  return kFine;
}

int list(Session& session, const DeliveryOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  std::string path = fmt::format("/api/v1/deliveries?limit={}", options.limit);
  if (options.dead) path += "&state=dead";
  if (options.all) path += "&state=all";
  for (const auto& [name, value] :
       {std::pair{"provider_id", options.provider_id}, std::pair{"incident", options.incident},
        std::pair{"receiver", options.receiver}, std::pair{"since", options.since}})
    if (!value.empty()) path += fmt::format("&{}={}", name, percent_encode(value));
  return print(session, client->get(path), options);
}

int retry(Session& session, const DeliveryOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const std::string path = fmt::format("/api/v1/deliveries/{}/retry", percent_encode(options.id));
  return print(session, client->post(path, Json::object()), options);
}

}  // namespace

void add_deliveries(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<DeliveryOptions>();
  CLI::App* command = app.add_subcommand(
      "deliveries", "Messages to receivers: what is owed, what was given up, each attempt");
  command->require_subcommand(0, 1);
  command->add_flag("--dead", options->dead, "what was given up");
  command->add_flag("--all", options->all, "in every state; without a filter: what is owed");
  command->add_option(
      "--provider-id", options->provider_id,
      "by PagerDuty's incident or dedup key, Slack's ts, a Message-ID, a webhook-id");
  command->add_option("--incident", options->incident, "of this incident or test");
  command->add_option("--receiver", options->receiver, "to this receiver");
  command->add_option("--since", options->since, "due since then, RFC 3339");
  add_limit(*command, options->limit);
  add_output(*command, options->output);
  CLI::App* again = command->add_subcommand("retry", "Send once more what was given up");
  again->add_option("id", options->id, "its id")->required();
  command->callback([options, again, &chosen] {
    const bool retries = again->parsed();
    chosen = [options, retries](Session& session) {
      return retries ? retry(session, *options) : list(session, *options);
    };
  });
}

}  // namespace picket::cli
