#include "controller/deliver/pagerduty.h"

#include <fmt/format.h>

#include "common/core/text.h"
#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kBodyBytes = 16 * 1024;
constexpr std::string_view kPath = "/v2/enqueue";

std::string enqueue_url(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  const bool complete = url.size() >= kPath.size() &&
                        url.compare(url.size() - kPath.size(), kPath.size(), kPath) == 0;
  if (!complete) url += kPath;
  return url;
}

void put(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

json trigger_event(const PageContent& content, json event) {
  json payload{{"summary", content.summary},
               {"source", content.source},
               {"severity", content.severity},
               {"timestamp", content.timestamp}};
  put(payload, "component", content.component);
  put(payload, "group", content.group);
  put(payload, "class", content.event_class);
  if (!content.details.empty()) payload["custom_details"] = content.details;
  event["payload"] = std::move(payload);
  if (!content.links.empty()) event["links"] = content.links;
  if (!content.images.empty()) event["images"] = content.images;
  put(event, "client", content.client);
  put(event, "client_url", content.client_url);
  return event;
}

std::string event_body(const OutboxRow& row, const std::string& routing_key) {
  const json event{{"routing_key", routing_key},
                   {"event_action", to_string(row.action)},
                   {"dedup_key", row.key.value}};
  if (row.action != OutboxAction::trigger) return dump(event);
  PageContent content = read_content(row);
  shrink(content, kBodyBytes,
         [&](const PageContent& c) { return dump(trigger_event(c, event)).size(); });
  return dump(trigger_event(content, event));
}

// It says 400 also of the key: "Length of 'routing_key' is incorrect", "Invalid routing key". No
// smaller body mends that.
bool blames_the_key(const http::Exchange& exchange) {
  if (exchange.status != 400 || is_html(exchange)) return false;
  const std::string text = to_lower_ascii(exchange.body);
  return text.find("routing_key") != std::string::npos ||
         text.find("routing key") != std::string::npos;
}

}  // namespace

http::Request make_pagerduty_request(const OutboxRow& row, const Receiver& receiver) {
  http::Request request = channel_request(receiver);
  request.url = enqueue_url(receiver.url);
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = event_body(row, receiver.secret);
  return request;
}

SendResult classify_pagerduty(const http::Exchange& exchange, const OutboxRow& row,
                              const Receiver& receiver) {
  if (auto failed = classify_failure(exchange, receiver.secret)) {
    if (blames_the_key(exchange)) failed->kind = SendClass::misconfigured;
    return std::move(*failed);
  }
  SendResult result;
  result.kind = SendClass::suspect;
  const json answer = json::parse(exchange.body, nullptr, false);
  const std::string text = answer_text(exchange.body, receiver.secret);
  if (exchange.status != 202) {
    result.error = fmt::format("HTTP {} instead of 202: {}", exchange.status, text);
  } else if (!answer.is_object() || answer.value("status", json{}) != "success") {
    result.error = "HTTP 202, but not the answer of PagerDuty: " + text;
  } else if (answer.value("dedup_key", json{}) != row.key.value) {
    result.error = "HTTP 202 for another dedup key: " + text;
  } else {
    result.kind = SendClass::accepted;
    result.provider_id = row.key.value;
  }
  return result;
}

}  // namespace picket::controller
