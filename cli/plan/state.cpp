#include "cli/plan/state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/render/json_text.h"
#include "controller/incident/routes_json.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

bool matches(const std::map<std::string, std::string>& labels,
             const std::map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

Status fetch_incidents(const ApiClient& client, ControllerState& state) {
  for (const char* kind : {"open", "acknowledged"}) {
    const auto list = client.get(std::string{"/api/v1/incidents?limit=1000&state="} + kind);
    if (!list) return fail(list.error());
    for (const Json& item : list->value("incidents", Json::array()))
      state.incidents.push_back({text_of(item, "id"), CheckName{text_of(item, "check")},
                                 text_of(item, "alert"), text_of(item, "title")});
  }
  return {};
}

}  // namespace

Result<ControllerState> fetch_state(const ApiClient& client) {
  const auto document = client.get("/api/v1/definitions");
  if (!document) return fail(document.error());
  ControllerState state;
  state.digest = text_of(*document, "state");
  for (const Json& item : document->value("checks", Json::array())) {
    auto definition = read_definition(item);
    if (!definition) return fail(std::move(definition.error()));
    state.checks.push_back(std::move(*definition));
  }
  for (const Json& item : document->value("regions", Json::array())) {
    FleetRegion region{RegionName{text_of(item, "region")}, {}, item.value("online", false)};
    const Json labels = item.value("labels", Json::object());
    for (const auto& [name, value] : labels.items())
      if (value.is_string()) region.labels[name] = value.get<std::string>();
    state.regions.push_back(std::move(region));
  }
  const auto routes = controller::read_routes(document->value("routes", Json::object()));
  if (!routes) return fail(routes.error());
  for (const auto& [name, route] : routes->receivers) state.receivers.insert(name);
  if (Status done = fetch_incidents(client, state); !done) return fail(std::move(done.error()));
  return state;
}

std::vector<RegionName> select_regions(const RegionSelector& selector,
                                       const std::vector<FleetRegion>& fleet) {
  std::set<RegionName> chosen{selector.names.begin(), selector.names.end()};
  for (const FleetRegion& region : fleet)
    if (selector.all || (!selector.labels.empty() && matches(region.labels, selector.labels)))
      chosen.insert(region.name);
  return {chosen.begin(), chosen.end()};
}

}  // namespace picket::cli
