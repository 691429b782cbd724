#include "tests/sim/history.h"

#include <nlohmann/json.hpp>

#include "common/model/schedule.h"
#include "controller/evaluate/event_codec.h"
#include "controller/store/compression.h"
#include "picket/v1/event.pb.h"
#include "tests/oracle/history_lines.h"

namespace picket::sim {
namespace {

using namespace picket::controller;

constexpr const char* kInstall = "simulated-installation";
constexpr const char* kPager = "pagerduty/main";

std::string header(const std::string& story) {
  const nlohmann::ordered_json json{{"history", 1},           {"story", story},
                                    {"install", kInstall},    {"placed", false},
                                    {"retrigger", 3'600'000}, {"answers", {"page"}}};
  return json.dump() + "\n";
}

std::string events_of(Store& store) {
  std::string lines;
  (void)store.for_each_event_batch(0, [&lines](const EventBatchRow& row) -> Status {
    v1::EventBatch batch;
    const auto bytes = decompress(row.blob);
    if (!bytes || !batch.ParseFromString(*bytes)) return {};
    for (const v1::Event& message : batch.events())
      if (const auto event = decode(message)) lines += oracle::event_line(*event);
    return {};
  });
  return lines;
}

// Of checks: watchers are no part of the oracle.
std::string pages_of(Store& store) {
  std::string lines;
  const auto incidents = store.incidents({.limit = 100'000});
  if (!incidents) return lines;
  for (const IncidentRow& incident : *incidents) {
    if (incident.check.empty()) continue;
    const auto rows = store.outbox_of_incident(incident.id);
    for (const OutboxRow& row : *rows)
      if (row.fallback_of.empty()) lines += oracle::answer_line(row);
  }
  return lines;
}

std::string slots_of(World& world, const Turn& turn) {
  std::string lines;
  const WallTime now = world.timeline().wall_now();
  for (const CheckName& name : turn.evaluator().checks()) {
    const auto check = turn.evaluator().view(name)->check;
    const Millis interval = check->interval;
    for (WallTime round = round_start(world.timeline().start() + interval, interval);
         round_close(round, interval, run_limit(*check)) + Seconds{5} < now;
         round = round + interval)
      for (const RegionName& region : world.regions())
        lines += oracle::answer_line({name, region, round}, interval,
                                     turn.ledger().state({name, region, round}, interval));
  }
  return lines;
}

// Keys of checks' incidents that are open there, of the first receiver.
std::string open_line(World& world) {
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  std::set<std::string> of_checks;
  const auto incidents = world.store().open_incidents();
  for (const IncidentRow& incident : *incidents) {
    const auto rows = world.store().outbox_of_incident(incident.id);
    for (const OutboxRow& row : *rows)
      if (!incident.check.empty() && row.receiver == kPager) of_checks.insert(row.key.value);
  }
  for (const auto& incident : world.pager().open())
    if (of_checks.contains(incident.dedup_key)) keys.push_back(incident.dedup_key);
  return nlohmann::ordered_json{{"answer", "open"}, {"keys", std::move(keys)}}.dump() + "\n";
}

}  // namespace

std::string history_of(World& world, const std::string& story) {
  const Turn& turn = world.controller()->turn();
  Routes routes;
  routes.receivers = {{kPager, "{}"}, {"webhook/spare", "{}"}};
  routes.default_receiver = kPager;
  std::string lines = header(story);
  lines += oracle::receivers_line(routes, world.timeline().start());
  lines += events_of(world.store());
  lines += oracle::time_line(world.timeline().wall_now());
  lines += pages_of(world.store());
  lines += slots_of(world, turn);
  lines += oracle::unresolved_line(turn.book().unresolved());
  return lines + open_line(world);
}

}  // namespace picket::sim
