#include "controller/health/dead_man.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace picket::controller {
namespace {

constexpr Millis kOnTheWay{30'000};  // from the end of a run to the commit
constexpr Millis kTimersOverdue{60'000};
constexpr Millis kPageOwed = minutes{5};  // to nobody: the fallback had its 60 s long ago
constexpr std::size_t kBehindMost = 20;

bool is_online(const DeadManChain& chain, const RegionName& region) {
  const auto found = chain.regions.find(region);
  return found != chain.regions.end() && found->second;
}

// The check with the shortest interval that some agent should be running now.
const WatchedCheck* canary_of(const DeadManChain& chain) {
  const WatchedCheck* best = nullptr;
  for (const WatchedCheck& check : chain.checks) {
    const bool runs = std::any_of(check.regions.begin(), check.regions.end(),
                                  [&](const RegionName& name) { return is_online(chain, name); });
    if (runs && (best == nullptr || check.interval < best->interval)) best = &check;
  }
  return best;
}

bool knows_a_fresh_run(const DeadManChain& chain, Millis fresh_for) {
  return std::any_of(chain.proofs.begin(), chain.proofs.end(), [&](const auto& item) {
    const auto known = chain.evaluated.find(item.first);
    return chain.now - item.second.started <= fresh_for && known != chain.evaluated.end() &&
           known->second >= item.second.started;
  });
}

DeadManVerdict broken(DeadManVerdict verdict, DeadManLink link, std::string why) {
  verdict.broken = link;
  verdict.why = std::move(why);
  return verdict;
}

void find_behind(const DeadManChain& chain, DeadManVerdict& verdict) {
  for (const auto& [region, online] : chain.regions) {
    const auto proof = chain.proofs.find(region);
    const bool fresh =
        proof != chain.proofs.end() && chain.now - proof->second.started <= verdict.fresh_for;
    const bool wanted = std::any_of(chain.checks.begin(), chain.checks.end(), [&](const auto& one) {
      return one.interval * 2 + one.timeout + kOnTheWay <= verdict.fresh_for &&
             std::count(one.regions.begin(), one.regions.end(), region) != 0;
    });
    if (!online)
      verdict.behind.push_back(fmt::format("region {}: no agent is online", region.value));
    else if (!fresh && wanted)
      verdict.behind.push_back(fmt::format("region {}: no scheduled run for {}", region.value,
                                           render_duration(verdict.fresh_for)));
  }
  verdict.behind.insert(verdict.behind.end(), chain.health.begin(), chain.health.end());
  if (verdict.behind.size() > kBehindMost) verdict.behind.resize(kBehindMost);
}

}  // namespace

void ProofBook::saw(const RunResult& run, const std::string& agent, WallTime received) {
  if (run.key.kind != RunKind::scheduled) return;
  const WallTime started = std::min(run.started, received);
  Proof& proof = newest_[run.key.region];
  if (!proof.check.empty() && proof.started > started) return;
  proof = {run.key.check, run.key.region, agent, started};
}

std::string_view to_string(DeadManLink link) {
  constexpr std::string_view kNames[] = {"none",       "checks", "agents", "results",
                                         "evaluation", "store",  "outbox"};
  return kNames[static_cast<std::size_t>(link)];
}

DeadManVerdict judge_chain(const DeadManChain& chain) {
  DeadManVerdict verdict;
  if (chain.checks.empty())
    return broken(verdict, DeadManLink::checks, "no check is assigned to a region: nobody watches");
  const WatchedCheck* canary = canary_of(chain);
  if (canary == nullptr)
    return broken(verdict, DeadManLink::agents, "no agent that should run a check is online");
  verdict.canary = canary->name.value;
  verdict.fresh_for = canary->interval * 2 + canary->timeout + kOnTheWay;
  const auto newest = std::max_element(
      chain.proofs.begin(), chain.proofs.end(),
      [](const auto& a, const auto& b) { return a.second.started < b.second.started; });
  if (newest != chain.proofs.end()) verdict.newest = newest->second.started;
  if (!verdict.newest || chain.now - *verdict.newest > verdict.fresh_for)
    return broken(
        verdict, DeadManLink::results,
        fmt::format("no scheduled run came in for {}", render_duration(verdict.fresh_for)));
  if (!knows_a_fresh_run(chain, verdict.fresh_for))
    return broken(verdict, DeadManLink::evaluation,
                  fmt::format("the evaluator does not know the newest run of {}",
                              newest->second.check.value));
  if (chain.timers_overdue > kTimersOverdue)
    return broken(verdict, DeadManLink::evaluation,
                  fmt::format("the evaluator is {} late", render_elapsed(chain.timers_overdue)));
  if (chain.trouble) return broken(verdict, DeadManLink::store, "commits fail: " + *chain.trouble);
  if (chain.delivery.nobody > kPageOwed)
    return broken(
        verdict, DeadManLink::outbox,
        fmt::format("a page to {} is owed for {} and nobody has it", chain.delivery.nobody_receiver,
                    render_elapsed(chain.delivery.nobody)));
  find_behind(chain, verdict);
  return verdict;
}

std::string beat_payload(const DeadManVerdict& verdict, WallTime now) {
  nlohmann::ordered_json body{{"service", "picket"},
                              {"status", verdict.behind.empty() ? "ok" : "behind"},
                              {"at", render_rfc3339(now)},
                              {"canary", verdict.canary}};
  if (verdict.newest) body["newest_run"] = render_rfc3339(*verdict.newest);
  body["behind"] = verdict.behind;
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace picket::controller
