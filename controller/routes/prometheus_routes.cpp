#include "controller/routes/prometheus_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAddressMax = 300;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_address(std::string_view text) {
  constexpr std::string_view kMarks = ".-_:[]";
  const auto fits = [&](char c) { return is_plain(c) || kMarks.find(c) != std::string_view::npos; };
  return !text.empty() && text.size() <= kAddressMax && std::all_of(text.begin(), text.end(), fits);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string address_of(const std::string& pattern, const AgentId& agent) {
  return replaced(replaced(pattern, "{agent}", agent.name), "{region}", agent.region.value);
}

Error no_address(std::string_view text) {
  return {ErrorCode::invalid_argument,
          fmt::format("`{}` is no address", clean_line(cut_utf8(text, 60))),
          "HOST:PORT; of agents with {agent} and {region} in it: {agent}.example.com:9100"};
}

Json agent_group(const DiscoveredAgent& agent, const Discovery& found) {
  Json labels{{"__meta_picket_role", "agent"},
              {"__meta_picket_agent", agent.id.name},
              {"__meta_picket_region", agent.id.region.value},
              {"__meta_picket_up", agent.up ? "true" : "false"}};
  if (const auto region = found.regions.find(agent.id.region); region != found.regions.end())
    for (const auto& [name, value] : region->second) {
      std::string safe = "__meta_picket_region_label_";
      for (const char c : name) safe += is_plain(c) ? c : '_';
      labels[safe] = value;
    }
  return {{"targets", Json::array({address_of(found.pattern, agent.id)})},
          {"labels", std::move(labels)}};
}

}  // namespace

Result<std::string> render_targets(const Discovery& found) {
  if (!is_address(found.address)) return fail(no_address(found.address));
  if (!found.pattern.empty() && !is_address(address_of(found.pattern, {RegionName{"r"}, "a"})))
    return fail(no_address(found.pattern));
  Json groups = Json::array();
  groups.push_back(
      {{"targets", Json::array({found.address})},
       {"labels",
        {{"__meta_picket_role", "controller"}, {"__meta_picket_version", found.version}}}});
  if (!found.pattern.empty())
    for (const DiscoveredAgent& agent : found.agents) groups.push_back(agent_group(agent, found));
  return groups.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<OfferedRoute> PrometheusRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = PrometheusRoutes;
  return {
      {"GET", "/api/v1/prometheus/targets", false, 200, to(&R::targets)},
  };
}

async::Task<Result<std::string>> PrometheusRoutes::targets(ServerRequest request, std::string) {
  Discovery found;
  found.version = version_;
  found.regions = regions_;
  found.pattern = request.query_value("agents").value_or("");
  found.address = request.query_value("controller").value_or(request.header("host").value_or(""));
  const WallTime now = ports_.clock.wall_now();
  for (const auto& [id, row] : ports_.registry.agents()) {
    if (row.revoked) continue;
    const auto seen = ports_.registry.last_seen(id);
    found.agents.push_back({id, seen && now - *seen < kOfflineAfter});
  }
  co_return render_targets(found);
}

}  // namespace picket::controller
