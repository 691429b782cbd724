#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/evaluate/fleet_sight.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

json write(const std::optional<WallTime>& at) { return at ? json(at->unix_ms()) : json(nullptr); }

std::optional<WallTime> read_time(const json& in) {
  if (in.is_null()) return std::nullopt;
  return WallTime::from_unix_ms(in.get<std::int64_t>());
}

json write(const FleetSight::Region& region) {
  json silent = json::array();
  for (const CheckName& check : region.silent) silent.push_back(check.value);
  return {{"online", region.online},
          {"blind", region.blind},
          {"offline_since", write(region.offline_since)},
          {"blind_since", write(region.blind_since)},
          {"back_since", write(region.back_since)},
          {"drains_until_ms", region.drains_until.unix_ms()},
          {"silent", std::move(silent)}};
}

FleetSight::Region read_region(const json& in) {
  FleetSight::Region region{in.at("online"), in.at("blind")};
  region.offline_since = read_time(in.at("offline_since"));
  region.blind_since = read_time(in.at("blind_since"));
  region.back_since = read_time(in.at("back_since"));
  // Earlier versions kept none.
  region.drains_until = WallTime::from_unix_ms(in.value("drains_until_ms", std::int64_t{0}));
  for (const json& check : in.at("silent")) region.silent.emplace(check.get<std::string>());
  return region;
}

json write(const FleetSight::Seen& seen) {
  return {seen.at.unix_ms(), seen.failed, seen.silent, seen.target};
}

FleetSight::Seen read_seen(const json& in) {
  return {WallTime::from_unix_ms(in.at(0).get<std::int64_t>()), in.at(1), in.at(2), in.at(3)};
}

}  // namespace

std::string FleetSight::snapshot() const {
  json regions = json::object();
  for (const auto& [name, region] : regions_) regions[name.value] = write(region);
  json checks = json::object();
  for (const auto& [name, host] : host_) {
    json seen = json::object();
    if (const auto found = seen_.find(name); found != seen_.end())
      for (const auto& [region, last] : found->second) seen[region.value] = write(last);
    checks[name.value] = {
        {"host", host}, {"fresh_ms", fresh_for_.at(name).count()}, {"seen", std::move(seen)}};
  }
  std::string bytes;
  json::to_msgpack({{"kind", "fleet"},
                    {"version", kVersion},
                    {"regions", std::move(regions)},
                    {"checks", std::move(checks)},
                    {"agents", agents_.snapshot()}},
                   bytes);
  return bytes;
}

Status FleetSight::restore(const std::string& blob) {
  const json document = json::from_msgpack(blob, true, false);
  if (!document.is_object() || document.value("kind", "") != "fleet" ||
      document.value("version", 0) != kVersion)
    return fail(ErrorCode::corrupt, "not a snapshot of the fleet, or of an unknown version");
  FleetSight next;
  try {
    for (const auto& [name, region] : document.at("regions").items())
      next.regions_.emplace(name, read_region(region));
    for (const auto& [name, check] : document.at("checks").items()) {
      const CheckName id{name};
      next.host_[id] = check.at("host").get<std::string>();
      next.fresh_for_[id] = Millis{check.at("fresh_ms").get<std::int64_t>()};
      for (const auto& [region, seen] : check.at("seen").items())
        next.seen_[id].emplace(region, read_seen(seen));
    }
    if (document.contains("agents")) next.agents_.restore(document.at("agents"));
  } catch (const json::exception& error) {
    return fail(ErrorCode::corrupt, std::string{"snapshot of the fleet: "} + error.what());
  }
  *this = std::move(next);
  return {};
}

}  // namespace picket::controller
