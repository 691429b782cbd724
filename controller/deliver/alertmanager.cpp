#include "controller/deliver/alertmanager.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "common/core/hex.h"
#include "common/core/text.h"
#include "controller/deliver/answer.h"
#include "controller/deliver/channel_request.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::string_view kPath = "/api/v2/alerts";
constexpr std::size_t kDetailLines = 40;
constexpr Millis kDateTells = Seconds{2};

// "no_data" -> "PicketNoData"
std::string alert_name(std::string_view condition) {
  std::string name = "Picket";
  bool upper = true;
  for (const char c : condition) {
    const bool lower_case = c >= 'a' && c <= 'z';
    const bool other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (lower_case || other) name += upper && lower_case ? static_cast<char>(c - 'a' + 'A') : c;
    upper = !lower_case && !other;
  }
  return name;
}

void put(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

json labels_of(const OutboxRow& row, const PageContent& content) {
  json labels{{"alertname", alert_name(content.event_class)},
              {"severity", content.severity},
              {"incident", clean_line(row.incident.value)}};
  put(labels, "component", content.component);
  put(labels, "service", content.group);
  put(labels, "condition", content.event_class);
  const auto owner = content.details.find("owner");
  if (owner != content.details.end() && owner->is_string())
    put(labels, "owner", cut_utf8(clean_line(owner->get<std::string>()), 255));
  return labels;
}

json annotations_of(const OutboxRow& row, const PageContent& content) {
  json annotations{{"summary", content.summary}};
  std::string description;
  for (const std::string& line : detail_lines(content, kDetailLines)) description += line + "\n";
  put(annotations, "description", description);
  for (const json& link : content.links)
    if (link.value("text", "") == "Runbook") annotations["runbook_url"] = link.at("href");
  if (row.action == OutboxAction::acknowledge) annotations["acknowledged"] = "true";
  return annotations;
}

}  // namespace

std::vector<std::string> instances_of(const Receiver& receiver) {
  std::vector<std::string> out;
  for (std::string& url : split(receiver.url, ' ')) {
    while (url.ends_with('/')) url.pop_back();
    if (!url.empty()) out.push_back(std::move(url));
  }
  return out;
}

json make_alert(const OutboxRow& row, WallTime ends_at) {
  OutboxRow whole = row;
  whole.degrade_level = 0;
  const PageContent content = read_content(row);
  const WallTime starts_at = parse_rfc3339(content.timestamp).value_or(row.due);
  json alert{{"labels", labels_of(row, read_content(whole))},
             {"annotations", annotations_of(row, content)},
             {"startsAt", render_rfc3339(starts_at)},
             {"endsAt", render_rfc3339(std::max(starts_at, ends_at))}};
  put(alert, "generatorURL", content.client_url);
  return alert;
}

http::Request make_alertmanager_request(const std::string& instance, const Receiver& receiver,
                                        const json& alerts) {
  http::Request request = channel_request(receiver);
  request.url = instance + std::string{kPath};
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!receiver.user.empty())
    request.headers.emplace_back("Authorization",
                                 "Basic " + to_base64(receiver.user + ":" + receiver.secret));
  else if (!receiver.secret.empty())
    request.headers.emplace_back("Authorization", "Bearer " + receiver.secret);
  request.body = dump(alerts);
  return request;
}

SendResult classify_alertmanager(const http::Exchange& exchange, const Receiver& receiver) {
  if (auto failed = classify_failure(exchange, receiver.secret)) return std::move(*failed);
  SendResult result;
  result.kind = SendClass::accepted;
  if (exchange.status == 200 && !is_html(exchange)) return result;
  result.kind = SendClass::suspect;
  result.error = fmt::format("HTTP {}, but not the answer of Alertmanager: {}", exchange.status,
                             answer_text(exchange.body, receiver.secret));
  return result;
}

std::optional<Millis> skew_of(const http::Exchange& exchange, WallTime sent, WallTime received) {
  const auto date = http::find_header(exchange.headers, "date");
  const auto theirs = date ? parse_http_date(*date) : std::nullopt;
  if (!theirs) return std::nullopt;
  // Half a second: a date is cut to whole ones.
  const WallTime ours = sent + (received - sent) / 2;
  const Millis skew = *theirs + Millis{500} - ours;
  return std::chrono::abs(skew) <= kDateTells ? Millis{0} : skew;
}

}  // namespace picket::controller
