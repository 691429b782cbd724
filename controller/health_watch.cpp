#include "controller/health_watch.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "common/core/log.h"
#include "controller/deliver/dead_man_beat.h"

namespace picket::controller {
namespace {

constexpr Millis kLookEvery{10'000};
constexpr Millis kLeastNap{1'000};

DeadManSummary summary_of(const DeadManVerdict& verdict) {
  DeadManSummary summary;
  summary.link = to_string(verdict.broken);
  summary.why = verdict.why;
  summary.canary = verdict.canary;
  summary.behind = verdict.behind;
  summary.newest_run = verdict.newest;
  return summary;
}

}  // namespace

HealthWatch::HealthWatch(Ports ports, HealthSettings settings, DeadManSettings dead_man)
    : ports_(ports),
      settings_(settings),
      dead_man_(std::move(dead_man)),
      lateness_(settings.schedule_late) {}

// What is known of one dead-man says nothing about another. The first beat is due at once.
void HealthWatch::reconfigure(const HealthSettings& settings, DeadManSettings dead_man) {
  settings_ = settings;
  lateness_.set_late_from(settings.schedule_late);
  if (dead_man.same_as(dead_man_)) return;
  const bool another = dead_man.receiver.secret != dead_man_.receiver.secret;
  dead_man_ = std::move(dead_man);
  next_beat_.reset();
  if (!another) return;
  failing_since_.reset();
  beat_error_.clear();
  last_success_.reset();
}

void HealthWatch::restore(const std::vector<IncidentRow>& unresolved,
                          const std::vector<OutboxRow>& beats) {
  judge_.restore(unresolved);
  for (const OutboxRow& row : beats)
    if (is_beat(row) && row.state == OutboxState::accepted) last_success_ = row.finished;
}

void HealthWatch::observe(const Event& event) {
  if (const auto* received = std::get_if<RunReceived>(&event.what)) {
    if (received->late || received->superseded) return;
    proofs_.saw(received->run, received->agent, event.at);
    if (received->run.key.kind == RunKind::scheduled)
      lateness_.add(event.at, received->run.lateness);
  } else if (const auto* missed = std::get_if<MissedReceived>(&event.what)) {
    if (missed->missed.reason == MissReason::overloaded) lateness_.add_missed(event.at);
  }
}

void HealthWatch::contact(const ServerRequest& request, std::optional<WallTime> sent) {
  if (!request.peer) return;
  if (request.peer_until) agents_until_[*request.peer] = *request.peer_until;
  if (sent) clocks_.saw(*request.peer, *sent, ports_.clock.wall_now());
}

void HealthWatch::note_beat(const DeliveryReport& report) {
  if (report.kind == DeliveryReport::Kind::accepted) {
    if (failing_since_) log::info("the dead-man takes beats again");
    last_success_ = ports_.clock.wall_now();
    failing_since_.reset();
    beat_error_.clear();
  } else if (report.kind == DeliveryReport::Kind::dead) {
    ++beats_failed_;
    beat_error_ = report.row.last_error;
    if (failing_since_) return;
    failing_since_ = report.row.due;
    log::write(log::Level::error, "the dead-man takes no beats", {{"error", beat_error_}});
  }
}

// Pages that somebody should have by now; a fallback that was made counts once it is taken.
DeliveryLag HealthWatch::delivery_lag(WallTime now) const {
  DeliveryLag lag;
  const std::vector<const OutboxRow*> owed = ports_.deliverer.owed();
  std::set<std::string_view> fallback_owed;
  for (const OutboxRow* row : owed)
    if (!row->fallback_of.empty()) fallback_owed.insert(row->fallback_of);
  for (const OutboxRow* owed_row : owed) {
    const OutboxRow& row = *owed_row;
    if (!row.fallback_of.empty() || row.action != OutboxAction::trigger || row.due > now) continue;
    ++lag.owed;
    const Millis age = now - row.due;
    if (age > lag.oldest) {
      lag.oldest = age;
      lag.receiver = row.receiver;
      lag.error = row.last_error;
    }
    const bool handed_over = row.fallback_made && fallback_owed.count(row.id) == 0;
    if (handed_over || age <= lag.nobody) continue;
    lag.nobody = age;
    lag.nobody_receiver = row.receiver;
  }
  return lag;
}

void HealthWatch::update_behind(WallTime now) {
  std::map<AgentId, WallTime> next;
  for (const AgentId& agent : ports_.dispatch.running_old()) {
    const auto known = behind_since_.find(agent);
    next[agent] = known == behind_since_.end() ? now : known->second;
  }
  behind_since_ = std::move(next);
}

void HealthWatch::read_agents(HealthSample& sample, WallTime now) const {
  const auto offsets = clocks_.offsets();
  for (const auto& [agent, row] : ports_.registry.agents()) {
    if (row.revoked) continue;
    if (const auto until = agents_until_.find(agent); until != agents_until_.end())
      sample.agents_until.insert(*until);
    const auto seen = ports_.registry.last_seen(agent);
    if (!seen || now - *seen >= kOfflineAfter) continue;  // what it was tells nothing now
    if (const auto offset = offsets.find(agent); offset != offsets.end())
      sample.clocks.insert(*offset);
    if (const auto since = behind_since_.find(agent); since != behind_since_.end())
      sample.behind[agent] = now - since->second;
  }
}

HealthSample HealthWatch::sample() const {
  const WallTime now = ports_.turn.now();
  HealthSample sample;
  sample.now = now;
  if (ports_.turn.trouble()) sample.trouble = render(*ports_.turn.trouble());
  sample.disk = disk_;
  sample.authority_until = facts.authority_until;
  sample.server_until = server_until;
  read_agents(sample, now);
  sample.lateness = lateness_.view(now);
  const WallTime clock = ports_.clock.wall_now();  // the deliverer's; the turn may be ahead
  sample.delivery = delivery_lag(clock);
  sample.events_waiting = ports_.turn.events_waiting();
  sample.events_waiting_max = ports_.turn.events_waiting_max();
  if (failing_since_) sample.beats_failing = std::max(Millis{0}, clock - *failing_since_);
  sample.beat_error = beat_error_;
  return sample;
}

DeadManChain HealthWatch::chain(const HealthSample& sample) const {
  DeadManChain chain;
  chain.now = sample.now;
  const Planner& planner = ports_.dispatch.planner();
  const Evaluator& evaluator = ports_.turn.evaluator();
  for (const auto& [name, planned] : ports_.dispatch.checks()) {
    const Check& check = *planned.check;
    if (is_paused(check, sample.now)) continue;
    std::vector<RegionName> regions = planner.assigned(name);
    if (!regions.empty())
      chain.checks.push_back({name, check.interval, run_limit(check), std::move(regions)});
  }
  for (const auto& [agent, row] : ports_.registry.agents())
    if (!row.revoked) chain.regions[agent.region] = planner.online(agent.region);
  for (const auto& [region, proof] : proofs_.newest()) {
    if (chain.regions.count(region) == 0) continue;
    chain.proofs[region] = proof;
    const auto view = evaluator.view(proof.check);
    if (!view) continue;
    for (const RegionStatus& status : view->regions)
      if (status.region == region)
        chain.evaluated[region] = std::max(status.last_run.value_or(WallTime{}),
                                           status.last_unknown.value_or(WallTime{}));
  }
  if (const auto due = evaluator.next_due(); due && *due < sample.now)
    chain.timers_overdue = sample.now - *due;
  chain.trouble = sample.trouble;
  chain.delivery = sample.delivery;
  chain.health = judge_.titles();
  return chain;
}

// The beat goes with the next commit: with the runs that prove the chain, or after them.
void HealthWatch::judge_dead_man(const HealthSample& sample) {
  if (!dead_man_.configured()) return;
  const DeadManLink before = verdict_.broken;
  verdict_ = judge_chain(chain(sample));
  if (verdict_.broken != before && verdict_.broken != DeadManLink::none)
    log::write(log::Level::error, "no beat for the dead-man",
               {{"link", to_string(verdict_.broken)}, {"why", verdict_.why}});
  if (verdict_.broken == DeadManLink::none && before != DeadManLink::none)
    log::info("beats for the dead-man go on");
  if (next_beat_ && sample.now < *next_beat_) return;
  if (ports_.deliverer.owes_beat()) return;  // the last one is still on its way
  next_beat_ = sample.now + dead_man_.every;
  if (verdict_.broken != DeadManLink::none) {
    ++beats_withheld_;
    next_beat_ = sample.now;  // the first one when the chain works again is due at once
    return;
  }
  ports_.turn.owe({make_beat(dead_man_.receiver, beat_payload(verdict_, sample.now), sample.now)});
}

async::Task<void> HealthWatch::look() {
  if (facts.disk) {
    const auto read = facts.disk;
    disk_ = co_await async::offload(ports_.pool, read);
  }
  update_behind(ports_.turn.now());
  newest_ = sample();
  if (settings_.tell)
    for (const FleetTransition& transition :
         judge_.judge(find_conditions(newest_, settings_), newest_.now))
      ports_.turn.tell(transition);
  judge_dead_man(newest_);
}

Millis HealthWatch::nap() const {
  if (!dead_man_.configured() || !next_beat_) return kLookEvery;
  return std::clamp(*next_beat_ - ports_.turn.now(), kLeastNap, kLookEvery);
}

async::Task<void> HealthWatch::run() {
  while (true) {
    co_await ports_.clock.sleep_for(nap());
    co_await look();
  }
}

std::vector<std::string> HealthWatch::warnings() const {
  std::vector<std::string> out = judge_.titles();
  if (dead_man_.configured() && verdict_.broken != DeadManLink::none)
    out.push_back("dead-man: no beat goes out: " + verdict_.why);
  return out;
}

void HealthWatch::show(StatusView& view) const {
  view.health = judge_.titles();
  if (!dead_man_.configured()) return;
  view.dead_man = summary_of(verdict_);
  view.dead_man->last_success = last_success_;
  view.dead_man->last_error = beat_error_;
}

}  // namespace picket::controller
