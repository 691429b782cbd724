#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/setup_commands.h"
#include "cli/commands/watching.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Tally {
  int checks{0};
  int failing{0};
};

// How many checks run in each region, and how many of them fail there.
std::map<std::string, Tally> tally_of(const Json& status) {
  std::map<std::string, Tally> tallies;
  for (const Json& check : status["checks"])
    for (const Json& region : check["regions"]) {
      Tally& tally = tallies[text_of(region, "region")];
      ++tally.checks;
      tally.failing += text_of(region, "state") == "failing" ? 1 : 0;
    }
  return tallies;
}

int show(Session& session, const ApiClient& client, const WatchOptions& options) {
  const auto status = client.get("/api/v1/status");
  if (!status) return report(session, status.error());
  if (options.output == "json") {
    session.out << options.render({{"schema_version", 1}, {"regions", (*status)["regions"]}});
    return kFine;
  }
  auto tallies = tally_of(*status);
  for (const Json& region : (*status)["regions"]) {
    const std::string name = text_of(region, "region");
    const char* state = region.value("blind", false)    ? "BLIND"
                        : region.value("online", false) ? "online"
                                                        : "OFFLINE";
    session.out << fmt::format("{:<24} {:<8} agents {:>3}  checks {:>4}  failing {:>4}\n", name,
                               state, region.value("agents", 0), tallies[name].checks,
                               tallies[name].failing);
  }
  if ((*status)["regions"].empty())
    session.err << "no regions yet: picket agents token create --region REGION\n";
  session.out.flush();
  return kFine;
}

}  // namespace

void add_regions(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      app.add_subcommand("regions", "List regions: their agents, and what runs and fails there");
  add_watch(*command, *options);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      const auto client = ApiClient::create(session.controller);
      if (!client) return report(session, client.error());
      const auto once = [&](Session& to) { return show(to, *client, *options); };
      return show_or_watch(session, *options, once);
    };
  });
}

}  // namespace picket::cli
