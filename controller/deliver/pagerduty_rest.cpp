#include "controller/deliver/pagerduty_rest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/core/text.h"
#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr Millis kClockSlack = Seconds{60};  // between PagerDuty's clock and ours
constexpr std::size_t kAnswerBytes = 512 * 1024;

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? clean_line(found->get<std::string>())
                                                     : std::string{};
}

bool is_open(const json& incident) { return text_of(incident, "status") != "resolved"; }

// An incident that grouped alerts has no key of its own.
bool is_of(const json& incident, const OutboxRow& row) {
  const std::string key = text_of(incident, "incident_key");
  return incident.is_object() && !text_of(incident, "id").empty() &&
         (key.empty() || key == row.key.value);
}

// Closed before this trigger: it should have opened another one.
bool is_older(const json& incident, const OutboxRow& row) {
  const auto changed = parse_rfc3339(text_of(incident, "last_status_change_at"));
  return changed && *changed + kClockSlack < row.due;
}

std::string shown(const json& incident) {
  const auto number = incident.find("incident_number");
  const std::string name = number != incident.end() && number->is_number_integer()
                               ? fmt::format("#{}", number->get<std::int64_t>())
                               : text_of(incident, "id");
  const std::string url = text_of(incident, "html_url");
  return cut_utf8(url.empty() ? name : name + " " + url, 300);
}

Lookup judge_incidents(const json& incidents, const OutboxRow& row) {
  const bool wants_open = row.action == OutboxAction::trigger;
  const json* open = nullptr;
  const json* closed = nullptr;
  for (const json& incident : incidents) {
    if (!is_of(incident, row)) continue;
    if (is_open(incident))
      open = &incident;
    else if (!wants_open || !is_older(incident, row))
      closed = &incident;
  }
  Lookup lookup;
  const json* chosen = open != nullptr ? open : closed;
  lookup.kind = Lookup::Kind::absent;
  if (wants_open ? chosen != nullptr : open == nullptr) lookup.kind = Lookup::Kind::found;
  if (chosen != nullptr) lookup.provider_id = text_of(*chosen, "id");
  if (chosen != nullptr) lookup.shown = shown(*chosen);
  return lookup;
}

}  // namespace

http::Request make_lookup_request(const OutboxRow& row, const Receiver& receiver) {
  http::Request request = channel_request(receiver);
  request.method = "GET";
  request.body_bytes_max = kAnswerBytes;
  request.url = fmt::format(
      "{}/incidents?incident_key={}&statuses%5B%5D=triggered&statuses%5B%5D=acknowledged"
      "&statuses%5B%5D=resolved&date_range=all&limit=25",
      receiver.rest_url, percent_encode(row.key.value));
  request.headers = {{"Authorization", "Token token=" + receiver.rest_key},
                     {"Accept", "application/vnd.pagerduty+json;version=2"}};
  return request;
}

Lookup judge_lookup(const http::Exchange& exchange, const OutboxRow& row,
                    const Receiver& receiver) {
  Lookup lookup;
  if (const auto failed = classify_failure(exchange, receiver.rest_key)) {
    const bool refused =
        exchange.status >= 300 && exchange.status < 500 && failed->kind != SendClass::transient;
    lookup.kind = refused ? Lookup::Kind::refused : Lookup::Kind::failed;
    lookup.retry_after = failed->retry_after;
    lookup.error = failed->error;
    return lookup;
  }
  const json answer = json::parse(exchange.body, nullptr, false);
  if (exchange.status == 200 && answer.is_object() && answer.contains("incidents") &&
      answer["incidents"].is_array())
    return judge_incidents(answer["incidents"], row);
  lookup.error = fmt::format("HTTP {}, but not the answer of PagerDuty: {}", exchange.status,
                             answer_text(exchange.body, receiver.rest_key));
  return lookup;
}

}  // namespace picket::controller
