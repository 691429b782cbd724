#include "controller/deliver/slack.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "common/core/text.h"
#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kDetailLines = 20;

// What Slack says of a message that will never do, and of one that will do later. Everything else
// is about the hook itself: no_service, channel_is_archived, invalid_auth, ..
constexpr std::string_view kRejected[] = {"invalid_payload",     "msg_too_long", "no_text",
                                          "invalid_blocks",      "invalid_json", "json_not_object",
                                          "too_many_attachments"};
constexpr std::string_view kTransient[] = {
    "ratelimited",    "rate_limited",    "fatal_error", "service_unavailable",
    "internal_error", "request_timeout", "rollup_error"};

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// The address of a link ends at these.
std::string escape_address(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (c == '|')
      out += "%7C";
    else if (c == '<')
      out += "%3C";
    else if (c == '>')
      out += "%3E";
    else
      out += c == ' ' ? std::string{"%20"} : std::string{c};
  }
  return escape_slack(out);
}

std::string links_of(const PageContent& content) {
  std::string out;
  for (const json& link : content.links) {
    const auto address = link.at("href").get<std::string>();
    if (!out.empty()) out += " · ";
    out += fmt::format("<{}|{}>", escape_address(address),
                       escape_slack(link.value("text", std::string{"link"})));
  }
  return out;
}

std::string text_of(const OutboxRow& row, const PageContent& content) {
  std::string text = fmt::format("*{}* [{}] {}\n", headline_of(row.action), content.severity,
                                 escape_slack(content.summary));
  if (row.action == OutboxAction::trigger)
    for (const std::string& line : detail_lines(content, kDetailLines))
      text += escape_slack(line) + "\n";
  if (const std::string links = links_of(content); !links.empty()) text += links + "\n";
  return text + fmt::format("_incident {}, message {}_", escape_slack(row.incident.value),
                            row.ordinal + 1);
}

SendResult judge_refusal(const std::string& error, const http::Exchange& exchange) {
  SendResult result;
  result.kind = SendClass::misconfigured;
  if (is_one_of(kRejected, error)) result.kind = SendClass::rejected;
  if (is_one_of(kTransient, error)) {
    result.kind = SendClass::transient;
    result.retry_after = retry_after_of(exchange.headers);
  }
  return result;
}

}  // namespace

std::string escape_slack(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

http::Request make_slack_request(const OutboxRow& row, const Receiver& receiver) {
  http::Request request = channel_request(receiver);
  request.url = receiver.secret;
  request.headers = {{"Content-Type", "application/json"}};
  // Slack fetches no page for a preview, whatever address a target's text holds.
  request.body = dump({{"text", text_of(row, read_content(row))},
                       {"unfurl_links", false},
                       {"unfurl_media", false}});
  return request;
}

SendResult classify_slack(const http::Exchange& exchange, const Receiver& receiver) {
  if (auto failed = classify_failure(exchange, receiver.secret)) return std::move(*failed);
  SendResult result;
  const json answer = json::parse(exchange.body, nullptr, false);
  const bool from_api = answer.is_object() && answer.value("ok", json{}).is_boolean();
  const bool good = from_api ? answer["ok"].get<bool>() : trim_ascii(exchange.body) == "ok";
  const std::string text = answer_text(exchange.body, receiver.secret);
  if (exchange.status == 200 && good) {
    result.kind = SendClass::accepted;
    const json ts = from_api ? answer.value("ts", json{}) : json{};  // the Web API names it
    if (ts.is_string()) result.provider_id = cut_utf8(clean_line(ts.get<std::string>()), 64);
  } else if (from_api && !good) {
    const json error = answer.value("error", json{});
    result = judge_refusal(error.is_string() ? error.get<std::string>() : "", exchange);
    result.error = fmt::format("HTTP {}, but refused: {}", exchange.status, text);
  } else {
    result.kind = SendClass::suspect;
    result.error = fmt::format("HTTP {}, but not the answer of Slack: {}", exchange.status, text);
  }
  return result;
}

}  // namespace picket::controller
