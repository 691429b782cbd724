#include "tests/sim/detection_run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/sim/detection_fault.h"
#include "tests/support/sim/world.h"

namespace picket::sim {
namespace {

// Between faults: what a check may spend in an hour on second looks is whole again.
constexpr Millis kQuietLeast = minutes{62};
constexpr Millis kQuietMost = minutes{72};
// A run that began during a fault may be told of after it.
constexpr Millis kAftermath = minutes{1};
constexpr Millis kSlowAfter{2000};
const char* const kPagerHost = "events.pager.test";

struct Told {
  DetectionFault fault;
  WallTime from;
  WallTime until;
  FaultOutcome outcome;
};

Expectation quick_enough() {
  Expectation quick;
  quick.subject = Subject::duration;
  quick.warn = true;
  Matcher matcher;
  matcher.op = MatchOp::lt;
  matcher.operand = std::int64_t{kSlowAfter.count()};
  quick.matchers.push_back(matcher);
  return quick;
}

Check make_check(bool naive) {
  Check check = make_world_check("shop", minutes{5});
  check.steps.front().expect.push_back(quick_enough());
  Alert slow = check.alerts.front();
  slow.id = "degraded";
  slow.condition = AlertCondition::degraded;
  slow.severity = Severity::warning;
  check.alerts.push_back(slow);
  if (!naive) return check;
  check.quorum.kind = Quorum::Kind::any;
  check.retries = 0;
  check.confirm_regions = 0;
  return check;
}

PagerFault lose(Random& random, double loss) {
  PagerFault fault;
  if (random.chance(loss))
    fault.kind = PagerFault::Kind::hang;
  else if (random.chance(loss))
    fault.kind = PagerFault::Kind::accept_then_hang;
  return fault;
}

class Detection {
 public:
  Detection(const DetectionOptions& options, std::size_t first_kind)
      : options_(options),
        random_(options.seed),
        pager_random_(random_.fork("pager")),
        world_({options.seed, 12, {make_check(options.naive)}}),
        next_kind_(first_kind) {}

  DetectionResult run();

 private:
  void weather();
  void tell();
  void happen_beside(const DetectionFault& fault);
  void judge();
  void judge_page(const SimPagerDuty::Incident& page);
  bool is_of_lost_agents(const SimPagerDuty::Incident& page) const;
  bool accounts_for(const Told& told, const SimPagerDuty::Incident& page) const;
  void read_payloads();
  void blame(const std::string& why, const SimPagerDuty::Incident& page);

  DetectionOptions options_;
  Random random_;
  Random pager_random_;
  World world_;
  std::size_t next_kind_;
  const DetectionFault* now_{nullptr};
  std::vector<Told> told_;
  std::map<std::string, nlohmann::json> payloads_;  // of the first trigger, by dedup key
  DetectionResult result_;
};

void Detection::weather() {
  LinkWeather links;
  links.loss = options_.loss;
  world_.set_weather(links);
  SimSite& site = world_.site();
  site.loss = options_.loss;
  site.twist = [this](const RegionName& region, const http::Request&, http::Exchange& exchange) {
    if (now_ != nullptr && now_->regions.count(region) != 0) spoil(*now_, exchange);
  };
  world_.pager().weather = [this](const std::string&) {
    return lose(pager_random_, options_.loss);
  };
}

// Begins what happens beside the fault, at its time; agents come back in tell().
void Detection::happen_beside(const DetectionFault& fault) {
  const FaultBeside beside = fault_kinds()[fault.kind].beside;
  if (beside == FaultBeside::controller_restarts) {
    world_.kill_controller();
    world_.run_for(fault.beside_for);
    world_.start_controller();
  }
  if (beside == FaultBeside::agents_lost)
    for (const std::size_t index : fault.lost) world_.kill_agent(index, false);
}

void Detection::tell() {
  Told told;
  told.fault = draw_fault(next_kind_++ % fault_kinds().size(), world_.regions(), random_);
  told.outcome.kind = told.fault.kind;
  const DetectionFault& fault = told.fault;
  const bool beside = fault_kinds()[fault.kind].beside != FaultBeside::nothing;
  Timeline& timeline = world_.timeline();
  const MonoTime start = timeline.now() + Millis{40'000};
  const MonoTime end = start + fault.length;
  // As events, so that they come in the middle of what happens beside.
  timeline.at(start, [this, &fault] { now_ = &fault; });
  timeline.at(end, [this] { now_ = nullptr; });
  told.from = timeline.wall_now() + Millis{40'000};
  told.until = told.from + fault.length;
  if (beside) {
    world_.run_for(Millis{40'000} + fault.beside_at);
    happen_beside(fault);
  }
  world_.run_for(end - timeline.now());
  for (const std::size_t index : fault.lost) world_.start_agent(index);
  world_.run_for(random_.between(kQuietLeast, kQuietMost));
  told_.push_back(told);
}

// Which alert a page is of and which regions it names stands in its payload.
void Detection::read_payloads() {
  const auto incidents = world_.store().incidents({.limit = 100'000});
  if (!incidents) return;
  for (const controller::IncidentRow& incident : *incidents) {
    const auto rows = world_.store().outbox_of_incident(incident.id);
    for (const auto& row : *rows)
      if (row.action == controller::OutboxAction::trigger && row.fallback_of.empty())
        payloads_.emplace(row.key.value, nlohmann::json::parse(row.payload_json, nullptr, false));
  }
}

// The page came while the fault lasted (or in its aftermath), with its verdict, and names one of
// its regions, if it names any.
bool Detection::accounts_for(const Told& told, const SimPagerDuty::Incident& page) const {
  if (page.opened < told.from || page.opened > told.until + kAftermath) return false;
  const auto payload = payloads_.find(page.dedup_key);
  if (payload == payloads_.end() || !payload->second.is_object()) return false;
  const std::string_view wanted = fault_kinds()[told.fault.kind].verdict;
  const std::string verdict = payload->second.value("class", "");
  // With a third region whose requests the network loses, two that fail are a quorum.
  const bool regional_as_down = wanted == "regional" && verdict == "down";
  if (verdict != wanted && !regional_as_down) return false;
  const auto details = payload->second.value("custom_details", nlohmann::json{});
  if (!details.is_object() || !details.contains("regions_failing")) return true;
  for (const RegionName& region : told.fault.regions)
    if (details["regions_failing"].contains(region.value)) return true;
  return false;
}

void Detection::blame(const std::string& why, const SimPagerDuty::Incident& page) {
  std::size_t kind = 0;
  for (const Told& told : told_)
    if (told.from <= page.opened) kind = told.fault.kind;
  result_.false_pages.push_back({kind, page.opened, why, page.summary, options_.seed});
}

// That an agent is lost is told, too, and is no fault of the site.
bool Detection::is_of_lost_agents(const SimPagerDuty::Incident& page) const {
  for (const Told& told : told_) {
    if (page.opened < told.from - minutes{1} || page.opened > told.until + kAftermath) continue;
    for (const std::size_t index : told.fault.lost)
      if (page.summary.find("region " + world_.regions()[index].value + " is offline") == 0)
        return page.resolved.has_value();
  }
  return false;
}

void Detection::judge_page(const SimPagerDuty::Incident& page) {
  for (Told& told : told_) {
    if (!accounts_for(told, page)) continue;
    if (told.outcome.detected) return blame("again", page);
    told.outcome.detected = page.opened - told.from;
    if (!page.resolved) return blame("never resolved", page);
    if (*page.resolved < told.until) return blame("resolved early", page);
    told.outcome.recovered = *page.resolved - told.until;
    return;
  }
  if (!is_of_lost_agents(page)) blame("no fault", page);
}

void Detection::judge() {
  read_payloads();
  for (const auto& page : world_.pager().incidents())
    if (page.host == kPagerHost) judge_page(page);
  for (const Told& told : told_) result_.faults.push_back(told.outcome);
}

DetectionResult Detection::run() {
  weather();
  world_.run_for(minutes{20});
  for (int i = 0; i < options_.faults; ++i) tell();
  world_.heal();
  world_.run_for(minutes{15});
  world_.judge_end();
  judge();
  result_.violations = world_.violations();
  result_.simulated = std::chrono::floor<Millis>(world_.timeline().now().since_boot);
  return result_;
}

}  // namespace

DetectionResult run_detection(const DetectionOptions& options, std::size_t first_kind) {
  Detection detection{options, first_kind};
  return detection.run();
}

}  // namespace picket::sim
