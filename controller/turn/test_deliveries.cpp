#include "controller/turn/test_deliveries.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "common/calendar/calendar.h"
#include "common/core/digest.h"
#include "common/core/log.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "controller/deliver/route.h"
#include "controller/incident/keys.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr Millis kDay = hours{24};
constexpr Millis kAgain = hours{1};  // after a daily test that failed
constexpr Millis kNapMax = minutes{1};
constexpr const char* kTested = "test_delivery:";  // meta: when the last daily test was sent
constexpr const char* kAlarm = "test_alarm:";  // meta: since when it fails, and the next ordinal
constexpr const char* kDaily = "test-daily-";
constexpr std::string_view kKeyPrefix = "picket:";

const Receiver* find_in(const std::vector<Receiver>& receivers, const std::string& name) {
  const auto found = std::find_if(receivers.begin(), receivers.end(),
                                  [&](const Receiver& one) { return one.name == name; });
  return found == receivers.end() ? nullptr : &*found;
}

// Those of `some` whose names are not among `others`.
std::vector<Receiver> without(const std::vector<Receiver>& some,
                              const std::vector<Receiver>& others) {
  std::vector<Receiver> out;
  for (const Receiver& one : some)
    if (find_in(others, one.name) == nullptr) out.push_back(one);
  return out;
}

bool opens_something(ReceiverKind kind) {
  return kind == ReceiverKind::pagerduty || kind == ReceiverKind::webhook ||
         kind == ReceiverKind::alertmanager;
}

std::string payload_of(const std::string& summary, const std::string& by, Severity severity,
                       WallTime now) {
  const json payload{{"summary", summary},
                     {"source", "picket"},
                     {"severity", to_string(severity)},
                     {"timestamp", render_rfc3339(now)},
                     {"class", "test_delivery"},
                     {"custom_details", {{"asked_for_by", by}}},
                     {"client", "Picket"}};
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

OutboxRow make_message(const Receiver& receiver, const IncidentId& incident, const DedupKey& key,
                       OutboxAction action, std::uint32_t ordinal, WallTime now) {
  OutboxRow row;
  row.id = make_outbox_id(key, ordinal);
  row.incident = incident;
  row.action = action;
  row.receiver = receiver.name;
  row.route_json = render_route(receiver);
  row.key = key;
  row.ordinal = ordinal;
  row.severity = Severity::info;
  row.due = now;
  row.next_attempt = now;
  return row;
}

}  // namespace

WallTime next_test(const DailyTest& daily, WallTime after) {
  std::optional<WallTime> next;
  for (int day = -1; day <= 2; ++day) {
    const std::string date = render_rfc3339(after + day * kDay).substr(0, 10);
    const std::string text =
        fmt::format("{} {:02}:{:02}", date, daily.minute / 60, daily.minute % 60);
    const auto at = calendar::parse_local(text, daily.timezone);
    if (at && *at > after && (!next || *at < *next)) next = at;
  }
  return next.value_or(after + kDay);
}

std::vector<OutboxRow> make_test_rows(const Receiver& receiver, const IncidentId& incident,
                                      const std::string& by, bool daily, WallTime now) {
  const DedupKey key{"picket:" + sha256_hex(join_unambiguously({incident.value, receiver.name}))};
  const bool change = daily && receiver.kind == ReceiverKind::pagerduty;
  const auto first = change ? OutboxAction::change : OutboxAction::trigger;
  const std::string summary =
      fmt::format("Test of {} by Picket, asked for by {}: nothing is wrong", receiver.name, by);
  std::vector<OutboxRow> rows;
  rows.push_back(make_message(receiver, incident, key, first, 0, now));
  if (!change && opens_something(receiver.kind))
    rows.push_back(make_message(receiver, incident, key, OutboxAction::resolve, 1, now));
  for (OutboxRow& row : rows) row.payload_json = payload_of(summary, by, Severity::info, now);
  return rows;
}

Status TestDeliveries::restore(Store& store) {
  const WallTime now = ports_.turn.now();
  const auto accepted = store.last_accepted();
  if (!accepted) return fail(accepted.error());
  health_.restore(*accepted);
  if (auto restored = restore_alarms(store); !restored) return restored;
  for (const Receiver& receiver : ports_.receivers) {
    const auto tested = store.meta(kTested + receiver.name);
    if (!tested) return fail(tested.error());
    if (!receiver.test_delivery) continue;
    // A new receiver waits for its hour; a test that was due while nobody ran is due now.
    const WallTime last = *tested ? WallTime::from_unix_ms(std::stoll(**tested)) : now;
    due_[receiver.name] = next_test(*receiver.test_delivery, last);
    if (alarms_.count(receiver.name) != 0)
      due_[receiver.name] = std::min(due_[receiver.name], now + kAgain);
    if (!*tested)
      ports_.turn.staged().meta.emplace_back(kTested + receiver.name,
                                             std::to_string(now.unix_ms()));
  }
  return {};
}

Status TestDeliveries::restore_alarms(Store& store) {
  const auto alarms = store.metas(kAlarm);
  if (!alarms) return fail(alarms.error());
  for (const auto& [receiver, value] : *alarms) {
    const json kept = json::parse(value, nullptr, false);
    if (!kept.is_array() || kept.size() != 2) continue;  // over
    alarms_[receiver] = {WallTime::from_unix_ms(kept[0].get<std::int64_t>()),
                         kept[1].get<std::uint32_t>()};
    if (auto ended = end_stale(store, receiver); !ended) return ended;
  }
  return {};
}

// The configuration may have changed since: it ends for whoever was told and would not be now.
Status TestDeliveries::end_stale(Store& store, const std::string& receiver) {
  const Receiver* failing = find(receiver);
  const bool goes_on = failing != nullptr && failing->test_delivery;
  const Routes& routes = ports_.turn.book().settings().routes;
  const auto after =
      goes_on ? told_of(receiver, ports_.receivers, routes) : std::vector<Receiver>{};
  std::vector<Receiver> leaving;
  for (const Receiver& other : without(ports_.receivers, after)) {
    const auto rows = store.outbox_of_key(key_of(receiver, other.name));
    if (!rows) return fail(rows.error());
    if (!rows->empty() && rows->back().action != OutboxAction::resolve) leaving.push_back(other);
  }
  end_for(receiver, leaving, goes_on);
  return {};
}

const Receiver* TestDeliveries::find(const std::string& name) const {
  return find_in(ports_.receivers, name);
}

std::optional<WallTime> TestDeliveries::next_of(const std::string& receiver) const {
  const auto found = due_.find(receiver);
  return found == due_.end() ? std::nullopt : std::optional{found->second};
}

Result<IncidentId> TestDeliveries::start(const std::string& name, const std::string& by) {
  const Receiver* receiver = find(name);
  if (receiver == nullptr) {
    std::vector<std::string> names;
    for (const Receiver& one : ports_.receivers) names.push_back(one.name);
    const std::string near = did_you_mean(name, names);
    return fail(
        ErrorCode::not_found, fmt::format("no receiver `{}`", cut_utf8(clean_line(name), 60)),
        near.empty() ? "`picket routes list` lists them" : fmt::format("did you mean `{}`?", near));
  }
  const IncidentId incident{std::string{kTestPrefix} + secure_random_hex(8)};
  const std::string who = cut_utf8(clean_line(by), 100);
  ports_.turn.owe(make_test_rows(*receiver, incident, who, false, ports_.turn.now()));
  return incident;
}

void TestDeliveries::send_daily(const Receiver& receiver, WallTime now) {
  const IncidentId incident{kDaily + secure_random_hex(8)};
  ports_.turn.owe(make_test_rows(receiver, incident, "the daily test", true, now));
  ports_.turn.staged().meta.emplace_back(kTested + receiver.name, std::to_string(now.unix_ms()));
  due_[receiver.name] = next_test(*receiver.test_delivery, now);
}

async::Task<void> TestDeliveries::run() {
  while (true) {
    const WallTime now = ports_.turn.now();
    WallTime next = now + kNapMax;
    for (const Receiver& receiver : ports_.receivers) {
      const auto due = due_.find(receiver.name);
      if (due == due_.end()) continue;
      if (due->second <= now) send_daily(receiver, now);
      next = std::min(next, due->second);
    }
    co_await ports_.clock.sleep_for(std::max<Nanos>(next - now, Seconds{1}));
  }
}

void TestDeliveries::observe(const DeliveryReport& report) {
  using Kind = DeliveryReport::Kind;
  health_.observe(report, ports_.turn.now());
  const OutboxRow& row = report.row;
  const bool daily = row.incident.value.starts_with(kDaily) && row.action != OutboxAction::resolve;
  if (is_test(row) && report.kind == Kind::accepted && alarms_.count(row.receiver) != 0)
    clear(row.receiver);
  if (daily && report.kind == Kind::dead) raise(row.receiver, row.last_error);
}

// The fallback and the fleet's receivers, but not the one that fails.
std::vector<Receiver> TestDeliveries::told_of(const std::string& receiver,
                                              const std::vector<Receiver>& receivers,
                                              const Routes& routes) const {
  std::set<std::string> names{routes.fleet.begin(), routes.fleet.end()};
  if (names.empty()) names.insert(routes.default_receiver);
  if (const Receiver* failing = find_in(receivers, receiver)) names.insert(failing->fallback);
  names.erase(receiver);
  std::vector<Receiver> told;
  for (const std::string& name : names)
    if (const Receiver* one = find_in(receivers, name)) told.push_back(*one);
  return told;
}

void TestDeliveries::reconfigure(const std::vector<Receiver>& next, const Routes& routes) {
  for (const Receiver& receiver : next) reschedule(receiver);
  const auto alarms = alarms_;  // some end here
  for (const auto& [receiver, alarm] : alarms) retell(receiver, next, routes);
  for (const Receiver& gone : without(ports_.receivers, next)) {
    due_.erase(gone.name);
    health_.forget(gone.name);
  }
}

void TestDeliveries::reschedule(const Receiver& next) {
  const Receiver* old = find(next.name);
  if (!next.test_delivery) {
    due_.erase(next.name);
    return;
  }
  if (old != nullptr && old->test_delivery == next.test_delivery) return;
  const WallTime now = ports_.turn.now();
  due_[next.name] = next_test(*next.test_delivery, now);
  if (old == nullptr)
    ports_.turn.staged().meta.emplace_back(kTested + next.name, std::to_string(now.unix_ms()));
}

// Who hears of a failing test only now, and who does not any more: it ends for them.
void TestDeliveries::retell(const std::string& receiver, const std::vector<Receiver>& next,
                            const Routes& routes) {
  const Receiver* failing = find_in(next, receiver);
  const bool goes_on = failing != nullptr && failing->test_delivery;
  const auto before = told_of(receiver, ports_.receivers, ports_.turn.book().settings().routes);
  const auto after = goes_on ? told_of(receiver, next, routes) : std::vector<Receiver>{};
  end_for(receiver, without(before, after), goes_on);
  if (const auto joining = without(after, before); !joining.empty())
    tell(receiver, OutboxAction::trigger, receiver + " did not take its daily test", joining);
}

void TestDeliveries::end_for(const std::string& receiver, const std::vector<Receiver>& leaving,
                             bool goes_on) {
  if (!leaving.empty())
    tell(receiver, OutboxAction::resolve,
         receiver + (goes_on ? " is told of to others" : " is not tested any more"), leaving);
  if (goes_on) return;
  alarms_.erase(receiver);
  keep(receiver);
}

void TestDeliveries::raise(const std::string& receiver, const std::string& error) {
  const WallTime now = ports_.turn.now();
  alarms_.try_emplace(receiver, Alarm{now, 0});
  if (due_.count(receiver) != 0) due_[receiver] = std::min(due_[receiver], now + kAgain);
  log::write(log::Level::error, "a test delivery failed",
             {{"receiver", receiver}, {"error", error}});
  tell(receiver, OutboxAction::trigger,
       fmt::format("{} did not take its daily test: {}", receiver, error));
}

void TestDeliveries::clear(const std::string& receiver) {
  tell(receiver, OutboxAction::resolve, receiver + " takes messages again");
  alarms_.erase(receiver);
  keep(receiver);
}

void TestDeliveries::tell(const std::string& receiver, OutboxAction action,
                          const std::string& summary) {
  tell(receiver, action, summary,
       told_of(receiver, ports_.receivers, ports_.turn.book().settings().routes));
}

void TestDeliveries::tell(const std::string& receiver, OutboxAction action,
                          const std::string& summary, const std::vector<Receiver>& told) {
  Alarm& alarm = alarms_[receiver];
  const WallTime now = ports_.turn.now();
  std::vector<OutboxRow> rows;
  for (const Receiver& one : told) {
    const DedupKey key = key_of(receiver, one.name);
    const IncidentId incident{"channel-" + key.value.substr(kKeyPrefix.size(), 16)};
    OutboxRow row = make_message(one, incident, key, action, alarm.ordinal, now);
    row.severity = Severity::error;
    row.payload_json = payload_of(summary, "the daily test", Severity::error, now);
    rows.push_back(std::move(row));
  }
  ++alarm.ordinal;
  ports_.turn.owe(std::move(rows));
  keep(receiver);
}

// Of the alarm that `told` has of `receiver`.
DedupKey TestDeliveries::key_of(const std::string& receiver, const std::string& told) const {
  const std::string since = std::to_string(alarms_.at(receiver).since.unix_ms());
  const std::string& install = ports_.turn.book().settings().install_id;
  return DedupKey{std::string{kKeyPrefix} +
                  sha256_hex(join_unambiguously({"test alarm", install, receiver, told, since}))};
}

void TestDeliveries::keep(const std::string& receiver) {
  const auto found = alarms_.find(receiver);
  const std::string value =
      found == alarms_.end()
          ? std::string{}
          : json::array({found->second.since.unix_ms(), found->second.ordinal}).dump();
  ports_.turn.staged().meta.emplace_back(kAlarm + receiver, value);
}

}  // namespace picket::controller
