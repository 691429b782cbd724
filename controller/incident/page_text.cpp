#include "controller/incident/page_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"
#include "common/model/schedule.h"
#include "controller/incident/attribution_json.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kRegionsShown = 20;
constexpr std::size_t kLineBytes = 200;
constexpr std::size_t kDifferenceBytes = 300;
constexpr std::size_t kUrlBytes = 1024;
constexpr const char* kEscalatedFrom = "escalated_from";
constexpr const char* kNotAcknowledgedFor = "not_acknowledged_for";

std::string line(const std::string& text, std::size_t bytes = kLineBytes) {
  return cut_utf8(clean_line(text), bytes);
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void put(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

std::string describe(const FailureSummary& failure) {
  std::string out =
      failure.message.empty() ? std::string{summary_of(failure.kind)} : failure.message;
  if (failure.status != 0) out += fmt::format(" (HTTP {})", failure.status);
  if (!failure.step.empty() && failure.step != "http")
    out = fmt::format("step \"{}\": {}", failure.step, out);
  if (!failure.pop.empty()) out += ", POP " + failure.pop;
  return line(out);
}

json regions_of(const AlertTransition& t) {
  json regions = json::object();
  std::size_t left_out = 0;
  for (const RegionView& view : t.regions) {
    if (!view.failure) continue;
    if (regions.size() < kRegionsShown)
      regions[line(view.region.value)] = describe(*view.failure);
    else
      ++left_out;
  }
  if (left_out > 0) regions["..."] = fmt::format("and {} more", left_out);
  return regions;
}

json silent_of(const AlertTransition& t) {
  json names = json::array();
  for (const RegionView& view : t.regions)
    if (!view.reporting && names.size() < kRegionsShown) names.push_back(line(view.region.value));
  return names;
}

std::string expectation_of(const AlertTransition& t) {
  for (const RegionView& view : t.regions)
    if (view.failure && view.failure->at.line != 0) return line(render(view.failure->at));
  return {};
}

// Of one failing region that stands for the others: how its run differs from its last good one.
json differences_of(const AlertTransition& t) {
  for (const RegionView& view : t.regions) {
    if (view.differences.empty()) continue;
    json lines = json::array();
    for (const std::string& text : view.differences) lines.push_back(line(text, kDifferenceBytes));
    return {{"region", line(view.region.value)}, {"lines", std::move(lines)}};
  }
  return {};
}

json facts_of(const AlertTransition& t) {
  const Attribution& a = t.attribution;
  json out{{"reason", line(t.reason)},
           {"regions", fmt::format("{} of {} fail, {} report", a.failing.size(), t.regions.size(),
                                   a.reporting)}};
  if (json failing = regions_of(t); !failing.empty()) out["regions_failing"] = std::move(failing);
  if (json silent = silent_of(t); !silent.empty()) out["regions_not_reporting"] = std::move(silent);
  put(out, "step", line(a.step));
  if (a.status != 0) out["status"] = a.status;
  put(out, "pop", line(a.pop));
  put(out, "address", line(a.remote_address));
  out["attribution"] = attribution_json(a);
  if (json differences = differences_of(t); !differences.is_null())
    out["differences"] = std::move(differences);
  put(out, "expectation", expectation_of(t));
  put(out, "owner", line(t.check->owner));
  put(out, "service", line(t.check->service));
  put(out, "runbook", line(t.check->runbook, kUrlBytes));
  out["first_bad_run"] = render_rfc3339(t.first_bad_run);
  out["detected_after_seconds"] =
      static_cast<double>(std::max<std::int64_t>(0, (t.at - t.first_bad_run).count())) / 1000.0;
  return out;
}

std::string incident_url(const BookSettings& settings, const IncidentId& incident) {
  return settings.external_url.empty() ? std::string{}
                                       : settings.external_url + "/incidents/" + incident.value;
}

void add_links(json& payload, const BookSettings& settings, const IncidentId& incident,
               const std::string& runbook) {
  json links = json::array();
  if (!runbook.empty()) links.push_back({{"href", line(runbook, kUrlBytes)}, {"text", "Runbook"}});
  const std::string url = line(incident_url(settings, incident), kUrlBytes);
  if (!url.empty()) links.push_back({{"href", url}, {"text", "Incident in Picket"}});
  if (!links.empty()) payload["links"] = std::move(links);
  payload["client"] = "Picket";
  put(payload, "client_url", url);
}

CheckVerdict verdict_of(AlertCondition condition) {
  switch (condition) {
    case AlertCondition::down: return CheckVerdict::down;
    case AlertCondition::regional: return CheckVerdict::regional;
    case AlertCondition::degraded: return CheckVerdict::degraded;
    case AlertCondition::no_data: return CheckVerdict::no_data;
    case AlertCondition::burn_rate:
    case AlertCondition::threshold: break;
  }
  return CheckVerdict::down;
}

// The slot's time: the round without what made its name unique.
WallTime slot_time(const AlertTransition& t) {
  return round_start(t.opening_round, t.check->interval);
}

}  // namespace

// Of a threshold or a burn rate: what was measured, and what is alerted at.
std::string measured_title(const AlertTransition& t) {
  std::string line = t.check->name.value + ": " + t.attribution.message;
  if (t.alert.threshold) line += ", the alert is at " + render_when(t.alert);
  return t.alert.summary.empty() ? line : t.alert.summary + " (" + line + ")";
}

std::string title_of(const AlertTransition& t) {
  if (!is_verdict(t.alert.condition)) return cut_utf16(clean_line(measured_title(t)), 1024);
  const CheckVerdict verdict = verdict_of(t.alert.condition);
  std::string title = render_title(t.check->name, verdict, t.attribution, t.alert.summary);
  // No region has a failure to name: the reason is all there is to say.
  if (t.attribution.failing.empty() && !t.reason.empty())
    title += ": " + t.reason + render_whose(t.attribution);
  return cut_utf16(clean_line(title), 1024);
}

std::string detail_of(const AlertTransition& t) { return dump(facts_of(t)); }

std::string payload_of(const AlertTransition& t, const BookSettings& settings,
                       const IncidentId& incident) {
  json payload{{"summary", title_of(t)},
               {"source", line(t.check->name.value)},
               {"severity", to_string(t.alert.severity)},
               {"timestamp", render_rfc3339(slot_time(t))},
               {"component", line(t.check->name.value)},
               {"class", to_string(t.alert.condition)}};
  put(payload, "group", line(t.check->service));
  json details = facts_of(t);
  details["incident"] = incident.value;
  payload["custom_details"] = std::move(details);
  add_links(payload, settings, incident, t.check->runbook);
  std::string text = dump(payload);
  if (text.size() < kPayloadBytesMax) return text;
  payload["custom_details"].erase("differences");
  text = dump(payload);
  if (text.size() < kPayloadBytesMax) return text;
  payload["custom_details"] = {{"left_out", "the details were too large"}};
  return dump(payload);
}

std::string with_detail(const std::string& payload_json, const char* name,
                        const std::string& text) {
  json payload = json::parse(payload_json, nullptr, false);
  if (!payload.is_object()) return payload_json;
  json& details = payload["custom_details"];
  if (!details.is_object()) details = json::object();
  details[name] = line(text);
  return dump(payload);
}

std::string with_class(const std::string& payload_json, const char* name) {
  json payload = json::parse(payload_json, nullptr, false);
  if (!payload.is_object()) return payload_json;
  payload["class"] = name;
  return dump(payload);
}

bool is_escalated(const std::string& payload_json) {
  const json payload = json::parse(payload_json, nullptr, false);
  return payload.is_object() && payload.contains("custom_details") &&
         payload["custom_details"].is_object() &&
         payload["custom_details"].contains(kEscalatedFrom);
}

std::string with_escalation_note(const std::string& payload_json, const std::string& receiver,
                                 Millis after) {
  return with_detail(with_detail(payload_json, kEscalatedFrom, receiver), kNotAcknowledgedFor,
                     render_duration(after));
}

std::string with_escalation_note_of(const std::string& payload_json,
                                    const std::string& other_json) {
  if (!is_escalated(other_json)) return payload_json;
  std::string out = payload_json;
  const json details = json::parse(other_json, nullptr, false)["custom_details"];
  for (const char* name : {kEscalatedFrom, kNotAcknowledgedFor})
    if (const auto found = details.find(name); found != details.end() && found->is_string())
      out = with_detail(out, name, found->get<std::string>());
  return out;
}

std::string payload_of(const FleetTransition& t, const BookSettings& settings,
                       const IncidentId& incident) {
  json payload{{"summary", cut_utf16(clean_line(t.title), 1024)},
               {"source", t.region.empty() ? line("picket " + t.subject) : line(t.region.value)},
               {"severity", to_string(t.severity)},
               {"timestamp", render_rfc3339(t.opening_round)},
               {"component", line(t.subject)},
               {"class", line(t.alert_id)}};
  payload["custom_details"] = {{"reason", line(t.reason)}, {"incident", incident.value}};
  add_links(payload, settings, incident, {});
  return dump(payload);
}

std::string storm_payload(const std::string& title, const std::string& detail_json,
                          Severity severity, WallTime at, const BookSettings& settings,
                          const IncidentId& incident) {
  json payload{{"summary", cut_utf16(clean_line(title), 1024)},
               {"source", "picket"},
               {"severity", to_string(severity)},
               {"timestamp", render_rfc3339(at)},
               {"component", "picket"},
               {"class", "storm"}};
  payload["custom_details"] = json::parse(detail_json, nullptr, false);
  if (payload["custom_details"].is_discarded()) payload["custom_details"] = json::object();
  add_links(payload, settings, incident, {});
  const std::string text = dump(payload);
  if (text.size() < kPayloadBytesMax) return text;
  payload["custom_details"] = {{"left_out", "the details were too large"}};
  return dump(payload);
}

}  // namespace picket::controller
