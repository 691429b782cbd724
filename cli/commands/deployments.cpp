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

struct DeploymentOptions {
  std::string service;
  std::string version;
  std::string team;
  std::string at;
  std::string url;
  std::string by;
  std::string window{"30d"};
  int limit{20};
  std::string output{"text"};
};

void print_line(std::ostream& out, const Json& one) {
  out << fmt::format("{}  {} {}  {}  {}\n", text_of(one, "at"), text_of(one, "service"),
                     text_of(one, "version"), text_of(one, "team"), text_of(one, "url"));
}

std::string median_text(const Json& figures, const char* key) {
  const Json& seconds = figures[key]["median_seconds"];
  return seconds.is_number() ? fmt::format("{:.0f} s", seconds.get<double>()) : "-";
}

void print_figures(std::ostream& out, const Json& document) {
  out << fmt::format("{:<20} {:<16} {:>11} {:>7} {:>10} {:>10} {:>12} {:>10}\n", "service", "team",
                     "deployments", "a day", "failures", "to detect", "to acknowledge",
                     "to restore");
  for (const Json& one : document["delivery_performance"]) {
    const Json& rate = one["change_failure_rate"];
    const std::string failures =
        rate.is_number() ? fmt::format("{:.1f} %", rate.get<double>() * 100) : "-";
    out << fmt::format("{:<20} {:<16} {:>11} {:>7.2f} {:>10} {:>10} {:>14} {:>10}\n",
                       text_of(one, "service"), text_of(one, "team"), one.value("deployments", 0),
                       one.value("deployment_frequency_per_day", 0.0), failures,
                       median_text(one, "time_to_detect"), median_text(one, "time_to_acknowledge"),
                       median_text(one, "time_to_restore"));
  }
}

int print(Session& session, const Result<Json>& document, const DeploymentOptions& options) {
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  if (document->contains("deployment")) print_line(session.out, (*document)["deployment"]);
  if (document->contains("delivery_performance")) print_figures(session.out, *document);
  if (!document->contains("deployments")) return kFine;
  for (const Json& one : (*document)["deployments"]) print_line(session.out, one);
  if ((*document)["deployments"].empty()) session.err << "no deployments\n";
  return kFine;
}

int record(Session& session, const DeploymentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  Json body{{"service", options.service}, {"version", options.version}, {"by", options.by}};
  if (!options.team.empty()) body["team"] = options.team;
  if (!options.at.empty()) body["at"] = options.at;
  if (!options.url.empty()) body["url"] = options.url;
  return print(session, client->post("/api/v1/deployments", body), options);
}

int list(Session& session, const DeploymentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  std::string path = fmt::format("/api/v1/deployments?limit={}", options.limit);
  if (!options.service.empty()) path += "&service=" + percent_encode(options.service);
  if (!options.team.empty()) path += "&team=" + percent_encode(options.team);
  return print(session, client->get(path), options);
}

int show_stats(Session& session, const DeploymentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const std::string path = "/api/v1/delivery-performance?window=" + percent_encode(options.window);
  return print(session, client->get(path), options);
}

}  // namespace

void add_deployments(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<DeploymentOptions>();
  CLI::App* command =
      app.add_subcommand("deployments", "Record deployments; what followed from them");
  command->require_subcommand(1, 1);
  add_output(*command, options->output);
  options->by = current_user();
  const auto add = [&](const char* name, const char* help, auto what) {
    CLI::App* one = command->add_subcommand(name, help);
    one->callback([options, what, &chosen] {
      chosen = [options, what](Session& session) { return what(session, *options); };
    });
    return one;
  };
  CLI::App* recording = add("record", "Say that a version of a service is live", record);
  recording->add_option("--service", options->service, "as the checks name it")->required();
  recording->add_option("--version", options->version, "what is live now")->required();
  recording->add_option("--team", options->team, "who deployed; the owner of its checks");
  recording->add_option("--at", options->at, "when it went live, RFC 3339; default: now");
  recording->add_option("--url", options->url, "of the pipeline or the change");
  recording->add_option("--by", options->by, "who; default: $USER");
  CLI::App* listing = add("list", "Deployments, newest first", list);
  listing->add_option("--service", options->service, "only of this service");
  listing->add_option("--team", options->team, "only of this team");
  add_limit(*listing, options->limit);
  CLI::App* figures = add(
      "stats", "Frequency, change failures, times to detect, acknowledge and restore", show_stats);
  figures->add_option("--window", options->window, "1h to 400d")->capture_default_str();
}

}  // namespace picket::cli
