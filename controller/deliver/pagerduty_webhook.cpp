#include "controller/deliver/pagerduty_webhook.h"

#include <nlohmann/json.hpp>

#include "common/core/digest.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kSignaturesMax = 20;
constexpr std::size_t kNameBytes = 200;
constexpr std::size_t kNoteBytes = 2048;
constexpr std::string_view kVersion = "v1=";

const json& child(const json& object, const char* name) {
  static const json kNone = json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kNone;
}

std::string line_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return cut_utf8(trim_ascii(clean_line(found->get<std::string>())), kNameBytes);
}

}  // namespace

bool is_signed_by(std::string_view header, std::string_view body,
                  const std::vector<std::string>& secrets) {
  std::vector<std::string> given = split(header, ',');
  if (given.size() > kSignaturesMax) given.resize(kSignaturesMax);
  bool holds = false;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    const std::string wanted = std::string{kVersion} + to_hex(hmac_sha256(secret, body));
    for (const std::string& signature : given)
      holds = constant_time_equal(trim_ascii(signature), wanted) || holds;
  }
  return holds;
}

Result<PagerDutyEvent> parse_pagerduty_event(const std::string& body) {
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return fail(ErrorCode::corrupt, "the body is no JSON object");
  const json& event = child(document, "event");
  const json& data = child(event, "data");
  PagerDutyEvent out;
  out.id = line_of(event, "id");
  out.type = line_of(event, "event_type");
  if (out.id.empty() || out.type.empty())
    return fail(ErrorCode::corrupt, "the body has no event with an id and a type");
  // A note names its incident; other events are about the incident itself.
  const json& incident = data.contains("incident") ? child(data, "incident") : data;
  out.provider_id = line_of(incident, "id");
  out.key = DedupKey{line_of(incident, "incident_key")};
  const json& agent = child(event, "agent");
  out.by = line_of(agent, "summary");
  const std::string type = line_of(agent, "type");
  out.by_person = type == "user_reference" || type == "user";
  const auto content = data.find("content");
  if (content != data.end() && content->is_string())
    out.text = cut_utf8(clean_text(content->get<std::string>()), kNoteBytes);
  return out;
}

}  // namespace picket::controller
