#include "controller/incident/change_rows.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/core/digest.h"
#include "controller/incident/keys.h"

namespace picket::controller {
namespace {

using nlohmann::json;

std::string payload_of(const Change& change) {
  const std::string team = change.team.empty() ? "" : " by " + change.team;
  json payload{{"summary", change.summary.empty() ? fmt::format("{} {} deployed{}", change.service,
                                                                change.version, team)
                                                  : change.summary},
               {"source", change.service},
               {"timestamp", render_rfc3339(change.at)},
               {"custom_details", {{"service", change.service}, {"version", change.version}}}};
  if (!change.team.empty()) payload["custom_details"]["team"] = change.team;
  if (!change.url.empty())
    payload["links"] = json::array({{{"href", change.url}, {"text", "the deployment"}}});
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::vector<OutboxRow> make_change_rows(const Change& change, const BookSettings& settings,
                                        WallTime now) {
  std::vector<OutboxRow> rows;
  for (const std::string& receiver : settings.routes.change_receivers) {
    const auto route = settings.routes.receivers.find(receiver);
    if (route == settings.routes.receivers.end()) continue;
    const std::string name =
        join_unambiguously({"change", settings.install_id, receiver, change.service, change.version,
                            std::to_string(change.at.unix_ms())});
    OutboxRow row;
    row.key = DedupKey{"picket:" + sha256_hex(name)};
    row.id = make_outbox_id(row.key, 0);
    row.incident = IncidentId{"change-" + row.id};
    row.action = OutboxAction::change;
    row.receiver = receiver;
    row.route_json = route->second;
    row.payload_json = payload_of(change);
    row.severity = Severity::info;
    row.due = now;
    row.next_attempt = now;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace picket::controller
