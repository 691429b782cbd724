#include "tests/oracle/store_history.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "common/model/schedule.h"
#include "controller/evaluate/event_codec.h"
#include "controller/store/compression.h"
#include "picket/v1/event.pb.h"
#include "tests/oracle/history_lines.h"

namespace picket::oracle {
namespace {

using namespace picket::controller;
using Json = nlohmann::ordered_json;

constexpr std::size_t kIncidentsMost = 1'000'000;
constexpr Millis kRetrigger = minutes{60};

// Everything that is on record, in memory.
struct Record {
  std::string install;
  std::vector<Event> events;  // in the order of the log
  std::vector<IncidentRow> incidents;
  std::vector<OutboxRow> outbox;
  std::vector<WallTime> alive;  // when the controller has done something, ascending
};

Result<std::vector<Event>> read_events(Store& store) {
  std::vector<Event> events;
  const auto read = [&events](const EventBatchRow& row) -> Status {
    const auto bytes = decompress(row.blob);
    if (!bytes) return fail(bytes.error());
    v1::EventBatch batch;
    if (!batch.ParseFromString(*bytes)) return fail(ErrorCode::corrupt, "a batch does not parse");
    for (const v1::Event& message : batch.events()) {
      auto event = decode(message);
      if (!event) return fail(std::move(event.error()));
      events.push_back(std::move(*event));
    }
    return {};
  };
  if (auto status = store.for_each_event_batch(0, read); !status)
    return fail(std::move(status.error()));
  if (events.empty() || events.front().seq != 1)
    return fail(ErrorCode::not_found, "the event log does not begin with event 1",
                "the oracle needs all of it: read the database before retention prunes it");
  return events;
}

Result<Record> read_record(Store& store) {
  Record record;
  auto install = store.meta("install_id");
  if (!install) return fail(std::move(install.error()));
  record.install = install->value_or(std::string{});
  auto events = read_events(store);
  if (!events) return fail(std::move(events.error()));
  record.events = std::move(*events);
  auto incidents = store.incidents({.limit = kIncidentsMost});
  if (!incidents) return fail(std::move(incidents.error()));
  record.incidents = std::move(*incidents);
  for (const IncidentRow& incident : record.incidents) {
    auto rows = store.outbox_of_incident(incident.id);
    if (!rows) return fail(std::move(rows.error()));
    for (OutboxRow& row : *rows) record.outbox.push_back(std::move(row));
  }
  for (const Event& event : record.events) record.alive.push_back(event.at);
  for (const OutboxRow& row : record.outbox) record.alive.push_back(row.due);
  std::sort(record.alive.begin(), record.alive.end());
  return record;
}

// Of checks and storms: what the watchers find is given, not judged.
bool is_modelled(const IncidentRow& incident) {
  return incident.subject.starts_with("check:") || incident.subject.starts_with("storm:");
}

std::string header(const Record& record, const StoreHistoryOptions& options) {
  const Json json{{"history", 1},
                  {"story", options.story},
                  {"install", record.install},
                  {"retrigger", kRetrigger.count()},
                  {"placed", false},
                  {"slack", options.slack.count()},
                  {"answers", {"page", "incident", "slot"}}};
  return json.dump() + "\n";
}

// Time moves one check at its own moment, a few milliseconds before the log may say so. Before a
// start stands until when the controller is known to have lived.
std::string events_of(const Record& record) {
  std::vector<const Event*> events;
  for (const Event& event : record.events) events.push_back(&event);
  std::stable_sort(events.begin(), events.end(),
                   [](const Event* a, const Event* b) { return a->at < b->at; });
  std::map<CheckName, Check> checks;
  std::string lines;
  for (const Event* event : events) {
    if (const auto* defined = std::get_if<CheckDefined>(&event->what))
      checks[defined->check.name] = defined->check;
    if (std::holds_alternative<ControllerStarted>(event->what)) {
      const auto after = std::lower_bound(record.alive.begin(), record.alive.end(), event->at);
      if (after != record.alive.begin()) lines += time_line(*(after - 1));
    }
    const auto* received = std::get_if<RunReceived>(&event->what);
    const auto check = received != nullptr ? checks.find(received->run.key.check) : checks.end();
    lines += event_line(*event, check != checks.end() ? &check->second : nullptr);
  }
  return lines + time_line(record.alive.back());
}

std::string answers_of(const Record& record) {
  std::map<IncidentId, bool> modelled;
  std::string lines;
  for (const IncidentRow& incident : record.incidents) {
    modelled[incident.id] = is_modelled(incident);
    if (modelled[incident.id]) lines += answer_line(incident);
  }
  for (const OutboxRow& row : record.outbox) lines += answer_line(row, !modelled[row.incident]);
  return lines;
}

// Every slot that has a state, of every interval that a check ever had.
std::string slots_of(const Record& record, const Ledger& ledger) {
  std::set<std::tuple<CheckName, Millis, RegionName>> kinds;
  for (const Event& event : record.events)
    if (const auto* defined = std::get_if<CheckDefined>(&event.what))
      for (const RegionName& region : defined->regions)
        kinds.emplace(defined->check.name, defined->check.interval, region);
  std::string lines;
  for (const auto& [check, interval, region] : kinds)
    for (WallTime round = round_start(record.alive.front(), interval);
         round <= record.alive.back() + interval; round = round + interval) {
      const SlotId slot{check, region, round};
      const LedgerCode state = ledger.state(slot, interval);
      if (state != LedgerCode::open) lines += answer_line(slot, interval, state);
    }
  return lines;
}

}  // namespace

Result<std::string> history_of(Store& store, const Ledger& ledger,
                               const StoreHistoryOptions& options) {
  Json receivers = Json::parse(options.receivers, nullptr, false);
  if (!receivers.is_object())
    return fail(ErrorCode::invalid_argument, "the receivers are no JSON object",
                R"(such as {"names": ["pagerduty/a"], "default": "pagerduty/a"})");
  auto record = read_record(store);
  if (!record) return fail(std::move(record.error()));
  receivers["event"] = "receivers";
  receivers["at"] = record->alive.front().unix_ms();
  return header(*record, options) + receivers.dump() + "\n" + events_of(*record) +
         answers_of(*record) + slots_of(*record, ledger);
}

Result<Ledger> ledger_of(Store& store) {
  auto events = read_events(store);
  if (!events) return fail(std::move(events.error()));
  std::set<CheckName> checks;
  for (const Event& event : *events)
    if (const auto* defined = std::get_if<CheckDefined>(&event.what))
      checks.insert(defined->check.name);
  const std::int64_t first = Ledger::day_of(events->front().at) - 1;
  const std::int64_t last = Ledger::day_of(events->back().at) + 1;
  Ledger ledger;
  for (const CheckName& check : checks) {
    const auto rows = store.ledger(check, std::nullopt, first, last);
    if (!rows) return fail(rows.error());
    for (const LedgerRow& row : *rows) {
      auto codes = decompress(row.blob);
      if (!codes || !ledger.restore({row.check, row.region, row.day, std::move(*codes)}))
        return fail(ErrorCode::corrupt, "a day of the ledger is damaged");
    }
  }
  return ledger;
}

}  // namespace picket::oracle
