#include "controller/api/people_json.h"

#include <nlohmann/json.hpp>

#include "controller/api/json_parts.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json seconds_json(const std::optional<Millis>& span) {
  if (!span) return nullptr;
  return static_cast<double>(span->count()) / 1000.0;
}

Json median_json(const MedianTime& median) {
  return {{"median_seconds", seconds_json(median.median)}, {"incidents", median.count}};
}

Json performance_json(const DeliveryPerformance& one) {
  Json json{{"service", one.service},
            {"team", one.team},
            {"deployments", one.deployments},
            {"deployment_frequency_per_day", one.per_day},
            {"change_failures", one.failures}};
  json["change_failure_rate"] = one.failure_rate ? Json(*one.failure_rate) : Json(nullptr);
  json["incidents"] = one.incidents;
  json["time_to_detect"] = median_json(one.detect);
  json["time_to_acknowledge"] = median_json(one.acknowledge);
  json["time_to_restore"] = median_json(one.restore);
  return json;
}

}  // namespace

Json action_item_json(const ActionItemRow& row, const std::optional<WallTime>& now) {
  Json json{{"id", row.id},
            {"incident", row.incident.value},
            {"check", row.check.value},
            {"owner", row.owner},
            {"text", row.text},
            {"due", time_json(row.due)},
            {"state", std::string{to_string(row.state)}},
            {"created", time_json(row.created)},
            {"created_by", row.created_by},
            {"closed", time_json(row.closed)}};
  if (now) json["overdue"] = row.state == ActionState::open && *now >= row.due;
  json["closed_by"] = row.closed_by.empty() ? Json{} : Json(row.closed_by);
  json["reason"] = row.reason.empty() ? Json{} : Json(row.reason);
  json["escalated"] = time_json(row.escalated);
  return json;
}

Json deployment_json(const DeploymentRow& row) {
  return {{"id", row.id},          {"service", row.service},  {"version", row.version},
          {"team", row.team},      {"at", time_json(row.at)}, {"recorded", time_json(row.recorded)},
          {"recorded_by", row.by}, {"url", row.url}};
}

std::string render_action_items(const std::vector<ActionItemRow>& rows, WallTime now) {
  Json json{{"schema_version", 1}, {"action_items", Json::array()}};
  for (const ActionItemRow& row : rows) json["action_items"].push_back(action_item_json(row, now));
  return dump(json);
}

std::string render_action_item(const ActionItemRow& row, WallTime now) {
  Json json{{"schema_version", 1}};
  json["action_item"] = action_item_json(row, now);
  return dump(json);
}

std::string render_deployments(const std::vector<DeploymentRow>& rows) {
  Json json{{"schema_version", 1}, {"deployments", Json::array()}};
  for (const DeploymentRow& row : rows) json["deployments"].push_back(deployment_json(row));
  return dump(json);
}

std::string render_deployment(const DeploymentRow& row) {
  Json json{{"schema_version", 1}};
  json["deployment"] = deployment_json(row);
  return dump(json);
}

std::string render_delivery_performance(const std::vector<DeliveryPerformance>& all, WallTime from,
                                        WallTime until) {
  Json json{{"schema_version", 1},
            {"window", render_duration(until - from)},
            {"from", time_json(from)},
            {"until", time_json(until)},
            {"delivery_performance", Json::array()}};
  for (const DeliveryPerformance& one : all)
    json["delivery_performance"].push_back(performance_json(one));
  return dump(json);
}

}  // namespace picket::controller
