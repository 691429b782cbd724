#include "controller/config/receivers.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <vector>

#include "common/checks/formats.h"
#include "common/core/text.h"
#include "controller/config/receiver_kinds.h"
#include "controller/config/route_rules.h"

namespace picket::controller {
namespace {

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;
using checks::Node;
using checks::Report;

constexpr checks::Range<Millis> kEscalateAfter{minutes{1}, hours{24}};

const KeyGroup& receiver_keys() {
  static const KeyGroup keys = [] {
    std::vector<std::string_view> names;
    for (const ReceiverKindReader& kind : receiver_kinds()) names.push_back(kind.key);
    names.insert(names.end(), {"fallback", "escalate", "test_delivery"});
    return checks::make_key_group(
        "receiver", fmt::format("keys of a receiver: {}", fmt::join(names, ", ")), names);
  }();
  return keys;
}

// One of the kinds, and only one.
void read_kind(Report& report, const Fields& fields, const Entry& entry, Receiver& receiver) {
  const ReceiverKindReader* chosen = nullptr;
  for (const ReceiverKindReader& kind : receiver_kinds()) {
    const Entry* found = fields.find(kind.key);
    if (found == nullptr) continue;
    if (chosen != nullptr) {
      report.add("E0113", found->at,
                 fmt::format("`{}` and `{}` exclude each other", chosen->key, kind.key));
      return;
    }
    chosen = &kind;
  }
  if (chosen != nullptr) return chosen->read(report, *fields.find(chosen->key)->value, receiver);
  if (!fields.is_map()) return;
  std::vector<std::string_view> examples;
  for (const ReceiverKindReader& kind : receiver_kinds()) examples.push_back(kind.example);
  report.add("E0109", entry.at, fmt::format("`{}` does not say how to tell anybody", entry.key))
      .help = fmt::format("add one of {}", fmt::join(examples, ", "));
}

void read_escalation(Report& report, const Fields& fields, Receiver& receiver) {
  const Entry* entry = fields.find("escalate");
  if (entry == nullptr) return;
  static constexpr std::string_view kKeys[] = {"after", "to"};
  static const KeyGroup keys =
      checks::make_key_group("escalate", "keys of escalate: after, to", kKeys);
  const Fields escalate(report, *entry->value, keys);
  escalate.require("after", "after: 15m");
  escalate.require("to", "to: pagerduty/managers");
  escalate.duration("after", kEscalateAfter, receiver.escalate_after);
  escalate.text("to", receiver.escalate_to);
}

std::optional<Receiver> read_receiver(Report& report, const Entry& entry) {
  const Fields fields(report, *entry.value, receiver_keys());
  Receiver receiver;
  receiver.name = entry.key;
  if (!checks::is_receiver_name(entry.key) || entry.key.find('/') == std::string::npos)
    report
        .add("E0111", entry.at,
             fmt::format("`{}` is no name of a receiver", cut_utf8(entry.key, 60)))
        .help = "kind/name, for example pagerduty/payments";
  fields.text("fallback", receiver.fallback);
  read_escalation(report, fields, receiver);
  read_test_delivery(report, fields, receiver);
  read_kind(report, fields, entry, receiver);
  return receiver;
}

// Where `key` of a receiver names another one; `inner`: of a map there.
const checks::Mark& place_of(const Node& node, const std::string& name, std::string_view key,
                             std::string_view inner = {}) {
  const Entry* receiver = node.find(name);
  const Entry* found = receiver->value->find(key);
  if (found != nullptr && !inner.empty()) found = found->value->find(inner);
  return found == nullptr ? receiver->at : found->value->at;
}

// The fallbacks of `start` in order, up to the first that repeats or leads nowhere.
bool leads_back(const std::map<std::string, Receiver>& receivers, const std::string& start) {
  std::set<std::string> seen;
  std::string name = start;
  while (receivers.count(name) != 0 && seen.insert(name).second) name = receivers.at(name).fallback;
  return name == start;
}

void check_fallbacks(Report& report, const Node& node,
                     const std::map<std::string, Receiver>& receivers) {
  for (const auto& [name, receiver] : receivers) {
    if (receiver.fallback.empty()) continue;
    if (receivers.count(receiver.fallback) == 0)
      add_unknown_receiver(report, place_of(node, name, "fallback"), receiver.fallback, receivers);
    else if (leads_back(receivers, name))
      report
          .add("E0302", place_of(node, name, "fallback"),
               "the fallbacks lead back to this receiver")
          .help = "when it cannot be reached, nobody would be told";
  }
}

// Escalations may lead back, for nobody is told twice; not at once, though.
void check_escalations(Report& report, const Node& node,
                       const std::map<std::string, Receiver>& receivers) {
  for (const auto& [name, receiver] : receivers) {
    if (receiver.escalate_to.empty()) continue;
    if (receivers.count(receiver.escalate_to) == 0)
      add_unknown_receiver(report, place_of(node, name, "escalate", "to"), receiver.escalate_to,
                           receivers);
    else if (receiver.escalate_to == name)
      report
          .add("E0302", place_of(node, name, "escalate", "to"),
               "the escalation leads to the receiver itself")
          .help = "it is told already; name another one";
  }
}

}  // namespace

std::map<std::string, Receiver> read_receivers(Report& report, const Node& node) {
  std::map<std::string, Receiver> receivers;
  for (const Entry& entry : checks::entries_of(report, "receivers", node))
    if (auto receiver = read_receiver(report, entry))
      receivers.emplace(entry.key, std::move(*receiver));
  check_fallbacks(report, node, receivers);
  check_escalations(report, node, receivers);
  return receivers;
}

}  // namespace picket::controller
