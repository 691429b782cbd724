#include "controller/deliver/webhook.h"

#include <fmt/format.h>

#include "common/core/digest.h"
#include "common/core/hex.h"
#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kBodyBytes = 64 * 1024;
constexpr std::string_view kPrefix = "whsec_";

std::string_view event_type(OutboxAction action) {
  constexpr std::string_view kTypes[] = {"incident.triggered", "incident.acknowledged",
                                         "incident.resolved", "change"};
  return kTypes[static_cast<std::size_t>(action)];
}

json body_of(const OutboxRow& row, const PageContent& content) {
  json data{{"incident", row.incident.value}, {"dedup_key", row.key.value},
            {"ordinal", row.ordinal},         {"receiver", row.receiver},
            {"severity", content.severity},   {"summary", content.summary},
            {"source", content.source},       {"at", content.timestamp}};
  if (!content.component.empty()) data["component"] = content.component;
  if (!content.group.empty()) data["group"] = content.group;
  if (!content.event_class.empty()) data["class"] = content.event_class;
  if (!content.details.empty()) data["details"] = content.details;
  if (!content.links.empty()) data["links"] = content.links;
  return {{"type", event_type(row.action)},
          {"timestamp", render_rfc3339(row.due)},
          {"data", std::move(data)}};
}

}  // namespace

Result<std::string> decode_webhook_secret(std::string_view secret) {
  constexpr std::string_view kExample = "make one: whsec_ and base64 of 24 to 64 random bytes";
  if (secret.substr(0, kPrefix.size()) != kPrefix)
    return fail(ErrorCode::invalid_config, "a webhook secret starts with whsec_",
                std::string{kExample});
  auto key = from_base64(secret.substr(kPrefix.size()));
  if (!key)
    return fail(ErrorCode::invalid_config, "a webhook secret is base64 after whsec_",
                std::string{kExample});
  if (key->size() < 24 || key->size() > 64)
    return fail(ErrorCode::invalid_config,
                fmt::format("a webhook secret has 24 to 64 bytes, this one {}", key->size()),
                std::string{kExample});
  return std::move(*key);
}

std::string sign_webhook(std::string_view key, std::string_view id, std::int64_t timestamp,
                         std::string_view body) {
  return "v1," + to_base64(hmac_sha256(key, fmt::format("{}.{}.{}", id, timestamp, body)));
}

std::string webhook_id(const OutboxRow& row) { return "msg_" + sha256_hex(row.id).substr(0, 32); }

Result<http::Request> make_webhook_request(const OutboxRow& row, const Receiver& receiver,
                                           WallTime now) {
  const auto key = decode_webhook_secret(receiver.secret);
  if (!key) return fail(key.error());
  PageContent content = read_content(row);
  shrink(content, kBodyBytes, [&](const PageContent& c) { return dump(body_of(row, c)).size(); });
  const std::string id = webhook_id(row);
  const std::int64_t timestamp = now.unix_ms() / 1000;
  http::Request request = channel_request(receiver);
  request.url = receiver.url;
  request.body = dump(body_of(row, content));
  request.headers = {{"Content-Type", "application/json"},
                     {"webhook-id", id},
                     {"webhook-timestamp", std::to_string(timestamp)},
                     {"webhook-signature", sign_webhook(*key, id, timestamp, request.body)}};
  return request;
}

SendResult classify_webhook(const http::Exchange& exchange, const Receiver& receiver) {
  if (auto failed = classify_failure(exchange, receiver.secret)) return std::move(*failed);
  SendResult result;
  result.kind = is_html(exchange) ? SendClass::suspect : SendClass::accepted;
  if (result.kind == SendClass::suspect)
    result.error = fmt::format("HTTP {} with a page of HTML: {}", exchange.status,
                               answer_text(exchange.body, receiver.secret));
  return result;
}

}  // namespace picket::controller
