// The outbox machine with its rows as the store would have them, for table tests: rows of one
// receiver "main" with the fallback "backup", times in seconds. Owned by a test; no clock.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "controller/deliver/outbox_machine.h"

namespace picket::test::outbox {

using namespace picket::controller;

inline WallTime at(double seconds) {
  return WallTime::from_unix_ms(static_cast<std::int64_t>(seconds * 1000));
}

inline Receiver receiver(const std::string& name, const std::string& fallback = "") {
  return {name, ReceiverKind::pagerduty, "https://" + name + ".example", "key of " + name, fallback,
          ""};
}

inline OutboxRow page(const std::string& id, OutboxAction action, std::uint32_t ordinal,
                      double due = 0, const std::string& key = "k") {
  OutboxRow row;
  row.id = id;
  row.incident = IncidentId{"01"};
  row.action = action;
  row.receiver = "main";
  row.route_json = render_route(receiver("main", "backup"));
  row.payload_json = R"({"summary":"down"})";
  row.key = DedupKey{key};
  row.ordinal = ordinal;
  row.severity = Severity::critical;
  row.due = at(due);
  row.next_attempt = at(due);
  return row;
}

inline OutboxRow trigger(double due = 0) { return page("t", OutboxAction::trigger, 1, due); }
inline OutboxRow resolve(double due = 0) { return page("r", OutboxAction::resolve, 9, due); }

inline SendResult result(SendClass kind) {
  SendResult made;
  made.kind = kind;
  made.error = to_string(kind);
  return made;
}

// The machine with its rows as the store would have them.
struct Bench {
  explicit Bench(OutboxOptions options = {}) : machine(options, directory, Random{1}) {
    directory.set({receiver("main", "backup"), receiver("backup")});
  }

  void note(const OutboxStep& step) {
    for (const OutboxRow& row : step.changed) rows[row.id] = row;
    for (const DeliveryReport& report : step.reports) reports.push_back(report.kind);
  }
  void add(const OutboxRow& row, double now) {
    rows[row.id] = row;
    note(machine.add({row}, at(now)));
  }
  std::vector<std::string> start(double now) {
    note(machine.advance(at(now)));
    OutboxStep step;
    std::vector<std::string> ids;
    for (const OutboxRow& row : machine.start(at(now), step)) ids.push_back(row.id);
    note(step);
    return ids;
  }
  void finish(const std::string& id, SendClass kind, double now) {
    note(machine.finish(id, result(kind), at(now)));
  }
  // Sends the one row that is ready, which must be `id`.
  void send(const std::string& id, SendClass kind, double now) {
    REQUIRE(start(now) == std::vector<std::string>{id});
    finish(id, kind, now);
  }
  OutboxState state(const std::string& id) { return rows.at(id).state; }
  int count(DeliveryReport::Kind kind) const {
    return static_cast<int>(std::count(reports.begin(), reports.end(), kind));
  }
  std::vector<OutboxRow> stored() const {
    std::vector<OutboxRow> all;
    for (const auto& [id, row] : rows) all.push_back(row);
    return all;
  }

  ReceiverDirectory directory;
  OutboxMachine machine;
  std::map<std::string, OutboxRow> rows;
  std::vector<DeliveryReport::Kind> reports;
};

}  // namespace picket::test::outbox
