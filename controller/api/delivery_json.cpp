#include "controller/api/delivery_json.h"

#include <nlohmann/json.hpp>

#include "controller/api/json_parts.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

Json attempt_json(const DeliveryLogRow& row) {
  return {{"at", time_json(row.at)},
          {"attempt", row.attempt},
          {"outcome", row.outcome},
          {"http_status", row.http_status},
          {"latency_ms", row.latency.count()},
          {"provider_id", row.provider_id},
          {"error", row.error}};
}

}  // namespace

Json delivery_json(const OutboxRow& row) {
  return {{"id", row.id},
          {"incident", row.incident.value},
          {"action", std::string{to_string(row.action)}},
          {"receiver", row.receiver},
          {"dedup_key", row.key.value},
          {"ordinal", row.ordinal},
          {"state", std::string{to_string(row.state)}},
          {"due", time_json(row.due)},
          {"attempts", row.attempts},
          {"fallback_of", row.fallback_of},
          {"last_error", row.last_error},
          {"provider_id", row.provider_id},
          {"finished", time_json(row.finished)}};
}

std::string render_deliveries(const std::vector<OutboxRow>& rows,
                              const std::map<std::string, std::vector<DeliveryLogRow>>& attempts,
                              bool settled) {
  Json json{{"schema_version", 1}, {"settled", settled}, {"deliveries", Json::array()}};
  for (const OutboxRow& row : rows) {
    Json one = delivery_json(row);
    const auto found = attempts.find(row.id);
    if (found != attempts.end()) {
      one["log"] = Json::array();
      for (const DeliveryLogRow& attempt : found->second)
        one["log"].push_back(attempt_json(attempt));
    }
    json["deliveries"].push_back(std::move(one));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace picket::controller
