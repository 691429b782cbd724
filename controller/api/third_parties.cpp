#include "controller/api/third_parties.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "common/model/value.h"
#include "controller/api/json_parts.h"
#include "controller/api/origin_facts.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIntervalsShown = 3;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

// What one check saw of a host, over its regions.
struct ThirdPartyBook::Share {
  std::size_t failing{0};
  std::size_t seen{0};
  Sighting slowest;
  RegionName region;  // of the slowest
  WallTime at;
};

struct ThirdPartyBook::Host {
  std::map<CheckName, Share> checks;
  std::vector<double> durations_ms;

  void add(const CheckName& check, const RegionName& region, WallTime at, const Sighting& one) {
    durations_ms.push_back(one.duration_ms);
    Share& share = checks[check];
    if (share.seen++ == 0 || one.duration_ms > share.slowest.duration_ms) {
      share.slowest = one;
      share.region = region;
      share.at = at;
    }
    if (!one.ok) ++share.failing;
  }

  std::size_t failing() const {
    std::size_t sum = 0;
    for (const auto& [check, share] : checks) sum += share.failing;
    return sum;
  }

  Json json(const std::string& name) const {
    using Row = std::pair<const CheckName*, const Share*>;
    std::vector<Row> rows;
    for (const auto& [check, share] : checks) rows.emplace_back(&check, &share);
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::tuple{a.second->failing, a.second->slowest.duration_ms} >
             std::tuple{b.second->failing, b.second->slowest.duration_ms};
    });
    Json out{{"host", name},
             {"slowest_ms", *std::max_element(durations_ms.begin(), durations_ms.end())},
             {"median_ms", median_of(durations_ms)},
             {"failing", failing()},
             {"seen", durations_ms.size()},
             {"checks", Json::array()}};
    for (const auto& [check, share] : rows)
      out["checks"].push_back({{"check", check->value},
                               {"failing", share->failing},
                               {"seen", share->seen},
                               {"slowest_ms", share->slowest.duration_ms},
                               {"region", share->region.value},
                               {"at", time_json(share->at)},
                               {"transfer_bytes", share->slowest.transfer_bytes},
                               {"requests", share->slowest.requests}});
    return out;
  }
};

std::vector<ThirdPartyBook::Sighting> ThirdPartyBook::read(const RunResult& run) {
  std::map<std::string, Sighting, std::less<>> hosts;
  if (run.attempts.empty()) return {};
  for (const StepResult& step : run.attempts.back().steps)
    for (const NamedFact& fact : step.facts) {
      const auto origin = parse_origin_fact(fact.name);
      const auto number = gauge_of(fact.value);
      if (!origin || !number) continue;
      Sighting& one = hosts[std::string{origin->host}];
      if (origin->what == "duration") one.duration_ms = *number;
      if (origin->what == "transfer") one.transfer_bytes = *number;
      if (origin->what == "requests") one.requests = *number;
      if (origin->what == "ok") one.ok = *number != 0;
    }
  std::vector<Sighting> out;
  for (auto& [host, one] : hosts) {
    one.host = host;
    out.push_back(std::move(one));
  }
  return out;
}

void ThirdPartyBook::observe(const RunResult& run) {
  const std::pair key{run.key.check, run.key.region};
  const auto known = pages_.find(key);
  if (known != pages_.end() && run.started < known->second.at) return;
  std::vector<Sighting> hosts = read(run);
  if (!hosts.empty())
    pages_.insert_or_assign(key, Page{run.started, std::move(hosts)});
  else if (known != pages_.end())
    pages_.erase(known);
}

void ThirdPartyBook::remove(const CheckName& check) {
  std::erase_if(pages_, [&](const auto& entry) { return entry.first.first == check; });
}

std::set<CheckName> ThirdPartyBook::checks() const {
  std::set<CheckName> names;
  for (const auto& [key, page] : pages_) names.insert(key.first);
  return names;
}

std::string ThirdPartyBook::render(const std::map<CheckName, Millis>& intervals,
                                   WallTime now) const {
  std::map<std::string, Host> hosts;
  for (const auto& [key, page] : pages_) {
    const auto interval = intervals.find(key.first);
    if (interval == intervals.end() || now - page.at > interval->second * kIntervalsShown) continue;
    for (const Sighting& one : page.hosts) hosts[one.host].add(key.first, key.second, page.at, one);
  }
  std::vector<Json> rows;
  for (const auto& [name, host] : hosts) rows.push_back(host.json(name));
  std::stable_sort(rows.begin(), rows.end(), [](const Json& a, const Json& b) {
    return std::tuple{a["failing"].get<std::size_t>(), a["slowest_ms"].get<double>()} >
           std::tuple{b["failing"].get<std::size_t>(), b["slowest_ms"].get<double>()};
  });
  const Json document{{"schema_version", 1}, {"third_parties", rows}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace picket::controller
