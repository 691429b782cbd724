#include "controller/deliver/pagerduty_change.h"

#include <fmt/format.h>

#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kBodyBytes = 16 * 1024;
constexpr std::string_view kPages = "/v2/enqueue";

std::string change_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with(kPages)) url.resize(url.size() - kPages.size());
  return url + "/v2/change/enqueue";
}

json change_event(const PageContent& content, const std::string& routing_key) {
  json payload{
      {"summary", content.summary}, {"source", content.source}, {"timestamp", content.timestamp}};
  if (!content.details.empty()) payload["custom_details"] = content.details;
  json event{{"routing_key", routing_key}, {"payload", std::move(payload)}};
  if (!content.links.empty()) event["links"] = content.links;
  return event;
}

}  // namespace

http::Request make_change_request(const OutboxRow& row, const Receiver& receiver) {
  http::Request request = channel_request(receiver);
  request.url = change_url(receiver.url);
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  PageContent content = read_content(row);
  shrink(content, kBodyBytes,
         [&](const PageContent& c) { return dump(change_event(c, receiver.secret)).size(); });
  request.body = dump(change_event(content, receiver.secret));
  return request;
}

SendResult classify_change(const http::Exchange& exchange, const Receiver& receiver) {
  if (auto failed = classify_failure(exchange, receiver.secret)) return std::move(*failed);
  SendResult result;
  const json answer = json::parse(exchange.body, nullptr, false);
  const bool taken =
      exchange.status == 202 && answer.is_object() && answer.value("status", json{}) == "success";
  result.kind = taken ? SendClass::accepted : SendClass::suspect;
  if (!taken)
    result.error = fmt::format("HTTP {}, but not the answer of PagerDuty: {}", exchange.status,
                               answer_text(exchange.body, receiver.secret));
  return result;
}

}  // namespace picket::controller
