#include "controller/routes/channel_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"
#include "common/model/action.h"
#include "controller/api/delivery_json.h"
#include "controller/api/json_parts.h"
#include "controller/deliver/confirmation_desk.h"
#include "controller/deliver/route.h"
#include "controller/incident/route_rules.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRowsWithLog = 50;
constexpr std::size_t kOwedMax = 1000;
constexpr Millis kLook{300};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<OutboxFilter> filter_of(const ServerRequest& request) {
  OutboxFilter filter;
  filter.id = request.query_value("id").value_or("");
  filter.provider_id = request.query_value("provider_id").value_or("");
  filter.incident = request.query_value("incident").value_or("");
  filter.receiver = request.query_value("receiver").value_or("");
  if (const auto since = request.query_value("since")) {
    const auto at = parse_rfc3339(*since);
    if (!at) return fail(at.error());
    filter.since = *at;
  }
  const std::string state = request.query_value("state").value_or("");
  for (int i = 0; i <= static_cast<int>(OutboxState::coalesced); ++i)
    if (to_string(static_cast<OutboxState>(i)) == state) filter.state = static_cast<OutboxState>(i);
  if (!state.empty() && !filter.state && state != "all" && state != "owed")
    return fail(ErrorCode::invalid_argument, "no such state: " + clean_line(state),
                "owed, all, pending, in_flight, unknown, accepted, confirmed, dead, suppressed or "
                "coalesced");
  const bool filtered = !filter.id.empty() || !filter.provider_id.empty() ||
                        !filter.incident.empty() || !filter.receiver.empty() || filter.since ||
                        !state.empty();
  filter.unfinished = !filtered || state == "owed";
  filter.limit = limit_of(request, filter.unfinished ? kOwedMax : 100);
  return filter;
}

using Attempts = std::map<std::string, std::vector<DeliveryLogRow>>;

Result<Attempts> read_attempts(Store& store, const OutboxFilter& filter,
                               const std::vector<OutboxRow>& rows) {
  Attempts attempts;
  const bool few = !filter.id.empty() || !filter.provider_id.empty() || !filter.incident.empty();
  if (!few || rows.size() > kRowsWithLog) return attempts;
  for (const OutboxRow& row : rows) {
    auto log = store.delivery_attempts(row.id);
    if (!log) return fail(log.error());
    attempts[row.id] = std::move(*log);
  }
  return attempts;
}

Millis wait_of(const ServerRequest& request) {
  const std::string text = request.query_value("wait").value_or("0");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return Seconds{std::clamp(seconds, 0, 20)};
}

std::string_view name_of(ReceiverKind kind) {
  constexpr std::string_view kKinds[] = {"pagerduty", "webhook", "slack", "alertmanager", "email"};
  return kKinds[static_cast<std::size_t>(kind)];
}

Json rule_json(const RouteRule& rule) {
  Json match = Json::array();
  for (const SilenceMatcher& matcher : rule.match) match.push_back(render(matcher));
  return {{"match", std::move(match)}, {"to", rule.to}, {"continue", rule.go_on}};
}

// Where it leads, for anybody who may read: login, path and query are secrets of some services.
std::string shown_address(const std::string& url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string::npos ? url : url.substr(0, scheme + 3) + authority_of(url);
}

Json receiver_json(const Receiver& receiver) {
  Json json{{"name", receiver.name},
            {"kind", std::string{name_of(receiver.kind)}},
            {"url", shown_address(receiver.url)},
            {"fallback", receiver.fallback},
            {"confirms", !receiver.rest_key.empty()},
            {"webhooks", !receiver.webhook_secrets.empty()},
            {"change_events", receiver.change_events}};
  json["escalate"] = nullptr;
  if (!receiver.escalate_to.empty())
    json["escalate"] = {{"after", render_duration(receiver.escalate_after)},
                        {"to", receiver.escalate_to}};
  return json;
}

}  // namespace

// Finished, and seen at PagerDuty or not by whoever looks there.
bool ChannelRoutes::settled(const std::vector<OutboxRow>& rows) const {
  return !rows.empty() && std::all_of(rows.begin(), rows.end(), [&](const OutboxRow& row) {
    const Receiver* receiver = ports_.tests.find(row.receiver);
    const bool looks = receiver != nullptr && !receiver->rest_key.empty() &&
                       row.action == OutboxAction::trigger && row.state == OutboxState::accepted;
    return row.finished && (!looks || is_unconfirmed(row));
  });
}

async::Task<Result<std::string>> ChannelRoutes::deliveries(ServerRequest request) {
  const auto filter = filter_of(request);
  if (!filter) co_return fail(filter.error());
  const Deadline until = Deadline::after(ports_.clock.now(), wait_of(request));
  const auto read = [this, &filter] { return ports_.store.outbox_search(*filter); };
  while (true) {
    const auto rows = co_await async::offload(ports_.pool, read);
    if (!rows) co_return fail(rows.error());
    const bool over = settled(*rows);
    if (!over && !until.passed(ports_.clock.now())) {
      co_await ports_.clock.sleep_for(kLook);
      continue;
    }
    const auto log = [this, &filter, &rows] { return read_attempts(ports_.store, *filter, *rows); };
    const auto attempts = co_await async::offload(ports_.pool, log);
    if (!attempts) co_return fail(attempts.error());
    co_return render_deliveries(*rows, *attempts, over);
  }
}

async::Task<Result<std::string>> ChannelRoutes::retry(std::string id) {
  OutboxFilter filter;
  filter.id = id;
  using Found = std::pair<std::vector<OutboxRow>, std::optional<IncidentRow>>;
  const auto read = [this, &filter]() -> Result<Found> {
    const auto rows = ports_.store.outbox_search(filter);
    if (!rows) return fail(rows.error());
    if (rows->empty()) return Found{};
    const auto incident = ports_.store.incident(rows->front().incident);
    if (!incident) return fail(incident.error());
    return Found{*rows, *incident};
  };
  const auto found = co_await async::offload(ports_.pool, read);
  if (!found) co_return fail(found.error());
  if (found->first.empty())
    co_return fail(ErrorCode::not_found, "no message " + clean_line(id),
                   "`picket deliveries --dead` lists what was given up");
  OutboxRow row = found->first.front();
  if (row.state != OutboxState::dead)
    co_return fail(ErrorCode::conflict,
                   fmt::format("the message is {}, not dead", to_string(row.state)),
                   "only what was given up is tried again by hand");
  const auto& incident = found->second;
  if (row.action == OutboxAction::trigger &&
      (!incident || incident->state == IncidentState::resolved))
    co_return fail(ErrorCode::conflict,
                   "the incident is over: a trigger now would open what nothing closes",
                   "`picket routes test RECEIVER` shows whether the channel works");
  const Receiver* receiver = ports_.tests.find(row.receiver);
  if (receiver == nullptr)
    co_return fail(ErrorCode::conflict, "receiver " + row.receiver + " is not configured",
                   "add it to `receivers` and send SIGHUP to the controller");
  row.route_json = render_route(*receiver);
  row.state = row.ever_unknown ? OutboxState::unknown : OutboxState::pending;
  row.finished.reset();
  row.due = row.next_attempt = ports_.turn.now();
  row.degrade_level = 0;
  ports_.turn.owe({row});
  co_return render_deliveries({row}, {}, false);
}

Result<std::string> ChannelRoutes::list() const {
  const Routes& routes = ports_.turn.book().settings().routes;
  Json json{{"schema_version", 1}, {"receivers", Json::array()}, {"rules", Json::array()}};
  for (const Receiver& receiver : ports_.receivers) {
    Json one = receiver_json(receiver);
    const auto& all = ports_.tests.health().all();
    const auto known = all.find(receiver.name);
    const ReceiverHealth health = known == all.end() ? ReceiverHealth{} : known->second;
    one["last_success"] = time_json(health.last_success);
    one["last_failure"] = time_json(health.last_failure);
    one["last_error"] = health.last_error;
    one["test"] = {{"next", time_json(ports_.tests.next_of(receiver.name))},
                   {"last", time_json(health.last_test)},
                   {"ok", health.test_ok ? Json(*health.test_ok) : Json(nullptr)}};
    json["receivers"].push_back(std::move(one));
  }
  for (const RouteRule& rule : routes.rules) json["rules"].push_back(rule_json(rule));
  json["default_receiver"] = routes.default_receiver;
  json["fleet_receivers"] = routes.fleet;
  return dump(json);
}

Result<std::string> ChannelRoutes::test(const ServerRequest& request) {
  const auto body = parse_body(request);
  const std::string by = text_of(body, "by");
  if (by.empty())
    return fail(ErrorCode::invalid_argument, "who asks for the test?",
                "{\"receiver\": \"pagerduty/payments\", \"by\": \"anna\"}");
  const auto incident = ports_.tests.start(text_of(body, "receiver"), by);
  if (!incident) return fail(incident.error());
  return dump(Json{{"schema_version", 1}, {"test", incident->value}});
}

Result<std::string> ChannelRoutes::explain(const ServerRequest& request) const {
  const std::string name = request.query_value("check").value_or("");
  const Check* check = ports_.turn.book().check_of(CheckName{name});
  if (check == nullptr)
    return fail(ErrorCode::not_found, fmt::format("no check `{}`", cut_utf8(clean_line(name), 60)),
                "`picket status` lists them");
  const std::string wanted = request.query_value("severity").value_or("critical");
  const auto severity = parse_severity(wanted);
  if (!severity)
    return fail(ErrorCode::invalid_argument, "no such severity: " + clean_line(wanted),
                "critical, error, warning or info");
  IncidentRow row;
  row.check = check->name;
  row.subject = "check:" + name;
  row.severity = *severity;
  row.alert_id = request.query_value("alert").value_or("");
  row.verdict = row.alert_id;
  std::vector<std::string> notify = check->notify;
  for (const Alert& alert : check->alerts)
    if (alert.id == row.alert_id) {
      if (!alert.notify.empty()) notify = alert.notify;
      row.verdict = to_string(alert.condition);
    }
  const BookSettings& settings = ports_.turn.book().settings();
  const IncidentLabels labels = labels_of(row, check);
  Json json{{"schema_version", 1}, {"check", name}, {"severity", to_string(*severity)}};
  json["rules"] = Json::array();
  for (const RouteRule& rule : settings.routes.rules) {
    if (!matches(rule, labels)) continue;
    json["rules"].push_back(rule_json(rule));
    if (!rule.go_on) break;
  }
  json["notify"] = notify;
  auto told = receivers_by_rules(settings.routes.rules, labels, notify);
  if (told.empty()) told.push_back(settings.routes.default_receiver);
  json["told"] = Json::array();
  for (const std::string& receiver : told) {
    const Receiver* known = ports_.tests.find(receiver);
    if (known != nullptr) json["told"].push_back(receiver_json(*known));
    if (known == nullptr)
      json["told"].push_back(
          {{"name", receiver}, {"missing", true}, {"instead", settings.routes.default_receiver}});
  }
  const auto kept = ports_.turn.book().would_keep_back(row, ports_.turn.now());
  json["kept_back"] = kept ? Json(*kept) : Json(nullptr);
  return dump(json);
}

}  // namespace picket::controller
