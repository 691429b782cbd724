#include "controller/deliver/page_content.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kSummaryUnits = 1024;  // PagerDuty's limit, in UTF-16 units
constexpr std::size_t kFieldBytes = 255;
constexpr std::size_t kDetailBytes = 2048;
constexpr int kDetailDepth = 6;
constexpr std::size_t kLinksMax = 10;
constexpr std::size_t kLineBytes = 300;

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string line_of(const json& object, const char* name, std::size_t bytes = kFieldBytes) {
  return cut_utf8(trim_ascii(clean_line(text_of(object, name))), bytes);
}

json clean_detail(const json& value, int depth) {
  if (value.is_string()) return cut_utf8(clean_text(value.get<std::string>()), kDetailBytes);
  if (!value.is_structured()) return value;
  if (depth == 0) return "...";
  json out = value.is_object() ? json::object() : json::array();
  for (const auto& item : value.items()) {
    json cleaned = clean_detail(item.value(), depth - 1);
    if (value.is_object())
      out[cut_utf8(clean_line(item.key()), kFieldBytes)] = std::move(cleaned);
    else
      out.push_back(std::move(cleaned));
  }
  return out;
}

// Items of `name` whose `address` is an https URL, with the given text fields.
json attachments(const json& payload, const char* name, const char* address,
                 std::initializer_list<const char*> texts) {
  json out = json::array();
  const auto found = payload.find(name);
  if (found == payload.end() || !found->is_array()) return out;
  for (const json& item : *found) {
    if (!item.is_object() || out.size() >= kLinksMax) continue;
    const std::string url = line_of(item, address, 2048);
    if (url.substr(0, 8) != "https://") continue;
    json kept{{address, url}};
    for (const char* text : texts)
      if (const std::string value = line_of(item, text); !value.empty()) kept[text] = value;
    out.push_back(std::move(kept));
  }
  return out;
}

std::string ascii_only(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c >= ' ' && c <= '~') out += c;
  return out;
}

std::string summary_of(const json& payload, const OutboxRow& row) {
  std::string summary{trim_ascii(clean_line(text_of(payload, "summary")))};
  if (summary.empty()) summary = "Picket incident " + clean_line(row.incident.value);
  switch (row.degrade_level) {
    case 0: return cut_utf16(summary, kSummaryUnits);
    case 1: return cut_utf8(summary, 1000);
    case 2: return cut_utf8(summary, kFieldBytes);
    default: break;
  }
  const std::string plain = ascii_only(summary).substr(0, 80);
  return plain.empty() ? "Picket incident" : plain;
}

json parse_payload(const std::string& text) {
  json payload = json::parse(clean_text(text), nullptr, false);
  return payload.is_object() ? payload : json::object();
}

void add_lines(const std::string& name, const json& value, std::size_t lines_max,
               std::vector<std::string>& lines) {
  if (lines.size() >= lines_max) return;
  if (!value.is_structured()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    lines.push_back(cut_utf8(name + ": " + clean_line(text), kLineBytes));
    return;
  }
  for (const auto& item : value.items()) {
    const bool named = value.is_object();
    add_lines(named ? name + ", " + item.key() : name, item.value(), lines_max, lines);
  }
}

}  // namespace

std::vector<std::string> detail_lines(const PageContent& content, std::size_t lines_max) {
  std::vector<std::string> lines;
  for (const auto& item : content.details.items())
    add_lines(item.key(), item.value(), lines_max, lines);
  return lines;
}

std::string_view headline_of(OutboxAction action) {
  constexpr std::string_view kHeadlines[] = {"Triggered", "Acknowledged", "Resolved", "Changed"};
  return kHeadlines[static_cast<std::size_t>(action)];
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

PageContent read_content(const OutboxRow& row) {
  const json payload = parse_payload(row.payload_json);
  PageContent content;
  content.summary = summary_of(payload, row);
  content.source = line_of(payload, "source");
  if (row.degrade_level >= kDegradeLevelMax) content.source = ascii_only(content.source);
  if (content.source.empty()) content.source = "picket";
  const auto severity = parse_severity(text_of(payload, "severity"));
  content.severity = to_string(severity.value_or(row.severity));
  const auto time = parse_rfc3339(text_of(payload, "timestamp"));
  content.timestamp = render_rfc3339(time ? *time : row.due);
  if (row.degrade_level >= kDegradeLevelMax) return content;
  content.component = line_of(payload, "component");
  content.group = line_of(payload, "group");
  content.event_class = line_of(payload, "class");
  content.client = line_of(payload, "client");
  content.client_url = line_of(payload, "client_url", 2048);
  if (row.degrade_level >= 2) return content;
  const auto details = payload.find("custom_details");
  if (details != payload.end() && details->is_object())
    content.details = clean_detail(*details, kDetailDepth);
  content.links = attachments(payload, "links", "href", {"text"});
  content.images = attachments(payload, "images", "src", {"href", "alt"});
  return content;
}

std::string with_fallback_note(const std::string& payload_json, std::string_view receiver) {
  json payload = parse_payload(payload_json);
  if (!payload["custom_details"].is_object()) payload["custom_details"] = json::object();
  payload["custom_details"]["fallback_for"] = receiver;
  return dump(payload);
}

}  // namespace picket::controller
