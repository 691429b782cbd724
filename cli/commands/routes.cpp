#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/channel_commands.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kOneWait = 10;  // seconds, of the controller

struct RouteOptions {
  std::string receiver;
  std::string by;
  int wait_s{120};
  std::string check;
  std::string severity{"critical"};
  std::string alert;
  std::string output{"text"};
};

std::string texts_of(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& one : list) texts.push_back(one.get<std::string>());
  return fmt::format("{}", fmt::join(texts, " "));
}

void print_receiver(std::ostream& out, const Json& one) {
  out << fmt::format("{:<26} {:<12} {}", text_of(one, "name"), text_of(one, "kind"),
                     text_of(one, "url"));
  if (!text_of(one, "fallback").empty()) out << "  fallback " << text_of(one, "fallback");
  if (one.contains("escalate") && one["escalate"].is_object())
    out << fmt::format("  escalates to {} after {}", text_of(one["escalate"], "to"),
                       text_of(one["escalate"], "after"));
  out << '\n';
  if (!one.contains("test")) return;
  const auto or_never = [](const std::string& text) { return text.empty() ? "never" : text; };
  out << fmt::format("  last success {}, next test {}\n", or_never(text_of(one, "last_success")),
                     or_never(text_of(one["test"], "next")));
  if (!text_of(one, "last_failure").empty())
    out << fmt::format("  last failure {}: {}\n", text_of(one, "last_failure"),
                       text_of(one, "last_error"));
}

void print_rule(std::ostream& out, const Json& rule) {
  const std::string match = texts_of(rule["match"]);
  out << fmt::format("rule {} -> {}{}\n", match.empty() ? "(everything)" : match,
                     texts_of(rule["to"]), rule.value("continue", false) ? ", and on" : "");
}

int list(Session& session, const RouteOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto document = client->get("/api/v1/routes");
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  for (const Json& one : (*document)["receivers"]) print_receiver(session.out, one);
  for (const Json& rule : (*document)["rules"]) print_rule(session.out, rule);
  if ((*document)["receivers"].empty()) session.err << "no receivers\n";
  return kFine;
}

int explain(Session& session, const RouteOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  std::string path = fmt::format("/api/v1/routes/explain?check={}&severity={}",
                                 percent_encode(options.check), percent_encode(options.severity));
  if (!options.alert.empty()) path += "&alert=" + percent_encode(options.alert);
  const auto document = client->get(path);
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  for (const Json& rule : (*document)["rules"]) print_rule(session.out, rule);
  if ((*document)["rules"].empty())
    session.out << "no rule matches: notify of the check, " << texts_of((*document)["notify"])
                << '\n';
  for (const Json& one : (*document)["told"]) {
    if (one.value("missing", false))
      session.out << fmt::format("{} is not configured: {} is told\n", text_of(one, "name"),
                                 text_of(one, "instead"));
    else
      print_receiver(session.out, one);
  }
  if (const std::string kept = text_of(*document, "kept_back"); !kept.empty())
    session.out << "kept back now: " << kept << '\n';
  return kFine;
}

bool went_well(const Json& row) {
  const std::string state = text_of(row, "state");
  const bool unseen = text_of(row, "last_error").starts_with("accepted by PagerDuty, but");
  return state == "confirmed" || (state == "accepted" && !unseen);
}

// The messages of a test, once none of them changes any more or the time is over. Each request is
// answered by then, or after ten seconds.
Result<Json> wait_for(const ApiClient& client, const std::string& id, int wait_s) {
  const std::string path = "/api/v1/deliveries?state=all&wait=10&incident=" + percent_encode(id);
  for (int left = wait_s; true; left -= kOneWait) {
    auto document = client.get(path);
    if (!document || (*document).value("settled", true) || left <= kOneWait) return document;
  }
}

int test(Session& session, const RouteOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto started =
      client->post("/api/v1/routes/test", Json{{"receiver", options.receiver}, {"by", options.by}});
  if (!started) return report(session, started.error());
  const std::string id = text_of(*started, "test");
  const auto document = wait_for(*client, id, options.wait_s);
  if (!document) return report(session, document.error());
  if (options.output == "json") session.out << document->dump(2) << '\n';
  bool well = !(*document)["deliveries"].empty();
  for (const Json& row : (*document)["deliveries"]) {
    well = well && went_well(row);
    if (options.output != "json")
      session.out << fmt::format("{:<8} {:<24} {:<10} attempts {}  {}  {}\n",
                                 text_of(row, "action"), text_of(row, "receiver"),
                                 text_of(row, "state"), row.value("attempts", 0),
                                 text_of(row, "provider_id"), text_of(row, "last_error"));
  }
  session.err << fmt::format("{}: {} ({})\n", options.receiver,
                             well ? "the test was taken" : "the test was NOT taken", id);
  return well ? kFine : kFailed;
}

}  // namespace

void add_routes(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<RouteOptions>();
  CLI::App* command =
      app.add_subcommand("routes", "Receivers: list them, test one, explain who would be told");
  command->require_subcommand(1, 1);
  CLI::App* listing =
      command->add_subcommand("list", "Receivers with their fallbacks and health, and the rules");
  CLI::App* testing = command->add_subcommand(
      "test", "Send a test message through a receiver and wait for its outcome; 1 when it fails");
  testing->add_option("receiver", options->receiver, "its name: pagerduty/payments")->required();
  options->by = current_user();
  testing->add_option("--by", options->by, "who asks; stands in the message; default: $USER");
  testing->add_option("--wait", options->wait_s, "seconds to wait for the outcome")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  CLI::App* explaining =
      command->add_subcommand("explain", "Who would be told of an incident of a check, and why");
  explaining->add_option("check", options->check, "its name")->required();
  explaining->add_option("--severity", options->severity, "critical, error, warning or info");
  explaining->add_option("--alert", options->alert, "of this alert: down, regional, or its name");
  for (CLI::App* one : {listing, testing, explaining}) add_output(*one, options->output);
  command->callback([options, testing, explaining, &chosen] {
    const auto what = testing->parsed() ? test : explaining->parsed() ? explain : list;
    chosen = [options, what](Session& session) { return what(session, *options); };
  });
}

}  // namespace picket::cli
