#include "tests/sim/history.h"

#include <nlohmann/json.hpp>

#include "tests/oracle/store_history.h"

namespace picket::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPager = "pagerduty/main";

// Of PagerDuty alone: the spare is a webhook, which keeps nothing open.
std::string received_lines(World& world) {
  std::string lines;
  for (const auto& event : world.pager().events()) {
    if (!event.taken || event.routing_key.empty()) continue;
    const Json json{{"answer", "received"},
                    {"receiver", kPager},
                    {"action", event.action},
                    {"key", event.dedup_key},
                    {"at", event.at.unix_ms()}};
    lines += json.dump() + "\n";
  }
  return lines;
}

std::string open_line(World& world) {
  Json keys = Json::array();
  for (const auto& incident : world.pager().open())
    if (!incident.routing_key.empty()) keys.push_back(incident.dedup_key);
  const Json json{{"answer", "open"}, {"receivers", {kPager}}, {"keys", std::move(keys)}};
  return json.dump() + "\n";
}

}  // namespace

std::string history_of(World& world, const std::string& story) {
  const Json receivers{{"names", {kPager, "webhook/spare"}},
                       {"default", kPager},
                       {"fallbacks", {{kPager, "webhook/spare"}}}};
  const auto lines = oracle::history_of(world.store(), world.controller()->turn().ledger(),
                                        {.story = story, .receivers = receivers.dump()});
  return lines ? *lines + received_lines(world) + open_line(world) : std::string{};
}

}  // namespace picket::sim
