#include "controller/api/incident_labels.h"

#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kValueBytes = 64;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return cut_utf8(found->get<std::string>(), kValueBytes);
}

}  // namespace

GaugeText::Labels incident_labels(const IncidentRow& incident) {
  std::string scope;
  std::string dimension;
  std::string value;
  const json detail = json::parse(incident.detail_json, nullptr, false);
  const json attribution =
      detail.is_object() ? detail.value("attribution", json::object()) : json::object();
  if (attribution.is_object()) {
    scope = text_of(attribution, "scope");
    for (const json& trait : attribution.value("shared", json::array())) {
      if (!trait.is_object() || trait.value("proven", false) == false) continue;
      dimension = text_of(trait, "dimension");
      value = text_of(trait, "value");
      break;
    }
  }
  return {{"incident", incident.id.value},
          {"subject", incident.subject},
          {"alert", incident.alert_id},
          {"severity", std::string{to_string(incident.severity)}},
          {"scope", scope},
          {"dimension", dimension},
          {"value", value}};
}

}  // namespace picket::controller
