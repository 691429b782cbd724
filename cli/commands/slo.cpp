#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct SloOptions {
  std::string check;
  std::string output{"text"};
};

std::string percent_of(const Json& ratio) {
  return ratio.is_number() ? fmt::format("{:.1f} %", ratio.get<double>() * 100) : "-";
}

std::string rates_of(const Json& budget) {
  std::string out;
  for (const Json& burn : budget["burn_rates"]) {
    if (!out.empty()) out += "  ";
    out += text_of(burn, "long") + " ";
    out += burn["long_rate"].is_number() ? fmt::format("{:.2f}x", burn["long_rate"].get<double>())
                                         : "-";
    if (burn.value("too_fast", false)) out += "!";
  }
  return out;
}

void print_budget(std::ostream& out, const std::string& name, const Json& slo, const Json& budget) {
  out << fmt::format("{:<34} {:>7} % over {:<4} good {:>7} bad {:>5}  budget left {:>8}  burn {}\n",
                     name, budget["objective_percent"].get<double>(), text_of(slo, "window"),
                     budget["good"].get<std::uint64_t>(), budget["bad"].get<std::uint64_t>(),
                     percent_of(budget["budget_left_ratio"]), rates_of(budget));
  const auto& left = budget["budget_left_ratio"];
  if (left.is_number() && left.get<double>() <= 0)
    out << fmt::format("{:<34} the budget is used up\n", "");
  else if (const std::string at = text_of(budget, "exhausted_at"); !at.empty())
    out << fmt::format("{:<34} at this pace the budget is used up at {}\n", "", at);
}

bool is_alarming(const Json& budget) {
  const auto& left = budget["budget_left_ratio"];
  bool alarming = left.is_number() && left.get<double>() < 0;
  for (const Json& burn : budget["burn_rates"])
    alarming = alarming || burn.value("too_fast", false);
  return alarming;
}

bool is_alarming_slo(const Json& slo) {
  return is_alarming(slo["availability"]) ||
         (slo["latency"].is_object() && is_alarming(slo["latency"]));
}

void print_slo(std::ostream& out, const Json& slo) {
  const std::string check = text_of(slo, "check");
  print_budget(out, check, slo, slo["availability"]);
  if (slo["latency"].is_object()) print_budget(out, check + " (latency)", slo, slo["latency"]);
}

int show(Session& session, const SloOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  auto document = client->get("/api/v1/slos");
  if (!document) return report(session, document.error());
  Json wanted = Json::array();
  for (const Json& slo : (*document)["slos"])
    if (options.check.empty() || text_of(slo, "check") == options.check) wanted.push_back(slo);
  if (options.output == "json")
    session.out << Json{{"schema_version", 1}, {"slos", wanted}}.dump(2) << '\n';
  else
    for (const Json& slo : wanted) print_slo(session.out, slo);
  if (wanted.empty())
    session.err << (options.check.empty() ? "no check has an objective\n"
                                          : "no objective of " + options.check + "\n");
  const bool alarming = std::any_of(wanted.begin(), wanted.end(), is_alarming_slo);
  return alarming ? kFailed : kFine;
}

}  // namespace

void add_slo(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SloOptions>();
  CLI::App* command = app.add_subcommand(
      "slo",
      "Objectives, what is left of their budgets and how fast they burn; 1 when one burns "
      "too fast or is overspent");
  command->add_option("check", options->check, "only of this check");
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) { return show(session, *options); };
  });
}

}  // namespace picket::cli
