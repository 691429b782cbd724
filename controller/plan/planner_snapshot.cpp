#include <nlohmann/json.hpp>
#include <utility>

#include "controller/plan/planner.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

json write(const std::optional<WallTime>& at) { return at ? json(at->unix_ms()) : json(nullptr); }

std::optional<WallTime> read_time(const json& in) {
  if (in.is_null()) return std::nullopt;
  return WallTime::from_unix_ms(in.get<std::int64_t>());
}

}  // namespace

std::string Planner::snapshot() const {
  json agents = json::array();
  for (const auto& [region, by_name] : agents_)
    for (const auto& [name, agent] : by_name)
      agents.push_back(
          {region.value, name, agent.online, write(agent.back_since), write(agent.drains_since)});
  json told = json::object();
  for (const auto& [region, is_online] : told_) told[region.value] = is_online;
  std::string bytes;
  json::to_msgpack({{"kind", "plan"},
                    {"version", kVersion},
                    {"generation", generation_},
                    {"agents", std::move(agents)},
                    {"told", std::move(told)}},
                   bytes);
  return bytes;
}

Status Planner::restore(const std::string& blob, WallTime now) {
  const json document = json::from_msgpack(blob, true, false);
  if (!document.is_object() || document.value("kind", "") != "plan" ||
      document.value("version", 0) != kVersion)
    return fail(ErrorCode::corrupt, "not a snapshot of the plan, or of an unknown version");
  std::map<RegionName, Agents> agents;
  std::map<RegionName, bool> told;
  std::uint64_t generation = 0;
  try {
    generation = document.at("generation").get<std::uint64_t>();
    for (const json& row : document.at("agents")) {
      Agent agent{now, row.at(2).get<bool>()};
      agent.back_since = read_time(row.at(3));
      if (row.size() > 4) agent.drains_since = read_time(row.at(4));
      const RegionName region{row.at(0).get<std::string>()};
      agents[region].insert_or_assign(row.at(1).get<std::string>(), agent);
    }
    for (const auto& [region, is_online] : document.at("told").items())
      told.emplace(RegionName{region}, is_online.get<bool>());
  } catch (const json::exception& error) {
    return fail(ErrorCode::corrupt, std::string{"snapshot of the plan: "} + error.what());
  }
  for (const auto& [region, by_name] : agents) regions_.try_emplace(region);
  agents_ = std::move(agents);
  told_ = std::move(told);
  drains_told_.clear();
  generation_ = generation;
  dirty_ = true;
  return {};
}

void Planner::set_told(const std::set<RegionName>& offline, WallTime now) {
  for (const auto& [region, labels] : regions_) {
    const bool told = !offline.contains(region);
    told_[region] = told;
    const auto agents = agents_.find(region);
    if (agents == agents_.end() || online(region) == told) continue;
    for (auto& [name, agent] : agents->second) {
      agent = Agent{now, told};
      if (told) agent.back_since = now;  // its phases stand still, as after any return
    }
  }
  dirty_ = true;
}

}  // namespace picket::controller
