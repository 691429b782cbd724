#include "controller/turn/dispatch.h"

#include <algorithm>
#include <utility>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/model/schedule.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

constexpr Millis kHoldMost{50'000};
constexpr Millis kLongestNap{30'000};

// A new check, or a region's first agent, is looked at now and not in the next round; at most so
// many at once, the rest waits for its round.
constexpr std::size_t kFirstLooksMax = 200;
constexpr std::uint32_t kFirstLookOrdinal = 1'000'000;  // apart from the evaluator's rechecks

}  // namespace

Dispatch::Dispatch(Ports ports, std::map<RegionName, RegionLabels> regions)
    : ports_(std::move(ports)), changed_(ports_.executor) {
  for (auto& [region, labels] : regions) planner_.set_region(region, std::move(labels));
}

Status Dispatch::restore(const std::string& plan, const std::vector<AgentId>& agents) {
  const WallTime now = ports_.turn.now();
  if (!plan.empty())
    if (Status status = planner_.restore(plan, now); !status) return status;
  planner_.keep_agents({agents.begin(), agents.end()});
  for (const AgentId& agent : agents) planner_.add_agent(agent, now);
  planner_.recall_regions(ports_.turn.fleet().regions());
  planner_.set_told(ports_.turn.fleet().offline_regions(), now);
  return {};
}

void Dispatch::set_checks(std::vector<PlannedCheck> checks) {
  std::map<CheckName, PlannedCheck> next;
  for (const PlannedCheck& planned : checks) next[planned.check->name] = planned;
  const auto before = std::exchange(checks_, std::move(next));
  planner_.set_checks(std::move(checks));
  for (auto& [region, wishes] : evidence_)
    std::erase_if(wishes, [this](const auto& wish) { return !checks_.contains(wish.first); });
  update();
  for (const auto& [name, planned] : before)
    if (checks_.count(name) == 0) ports_.turn.record(CheckRemoved{name});
  for (const auto& [name, planned] : checks_) {
    const auto old = before.find(name);
    if (old == before.end() || old->second.revision != planned.revision) record_defined(name);
  }
  order_first_looks();
}

void Dispatch::record_defined(const CheckName& name) {
  const auto it = checks_.find(name);
  if (it == checks_.end()) return;
  CheckDefined defined{*it->second.check, it->second.revision, planner_.assigned(name), {}};
  const auto note = [&](auto& labels, const RegionName& region, const char* label) {
    std::string value = planner_.label_of(region, label);
    if (!value.empty()) labels.emplace(region, std::move(value));
  };
  for (const RegionName& region : defined.regions) {
    note(defined.continents, region, "continent");
    note(defined.providers, region, "provider");
    note(defined.providers, region, "cloud");  // where it has no label `provider`
    note(defined.networks, region, "network");
  }
  ports_.turn.record(std::move(defined));
}

void Dispatch::add_agent(const AgentId& agent) {
  planner_.add_agent(agent, ports_.turn.now());
  update();
  if (on_agents_changed) on_agents_changed();
}

void Dispatch::remove_agent(const AgentId& agent) {
  pollers_.erase(agent);
  drained_.erase(agent);
  planner_.remove_agent(agent);
  update();
}

void Dispatch::seen(const AgentId& agent) {
  planner_.seen(agent, ports_.turn.now());
  update();
}

void Dispatch::time_jumped(Millis by) {
  planner_.time_jumped(by);
  for (auto& [agent, poller] : pollers_) poller.last = poller.last + by;
}

void Dispatch::update() {
  const FleetSight& fleet = ports_.turn.fleet();
  planner_.set_sight(fleet.blind_regions(), fleet.blind_agents());
  const PlanChange change = planner_.update(ports_.turn.now());
  for (const auto& [region, online] : change.liveness)
    ports_.turn.record(RegionLiveness{region, online});
  for (const auto& [region, until] : change.drains)
    ports_.turn.record(RegionLiveness{region, planner_.online(region), until});
  for (const auto& [agent, online, removed, drains_until] : change.agent_liveness)
    ports_.turn.record(AgentLiveness{agent.region, agent.name, online, removed, drains_until});
  for (const CheckName& name : change.reassigned) record_defined(name);
  for (const RegionName& region : change.removed)
    ports_.turn.record(RegionLiveness{region, true, {}, true});
  if (change.new_generation || !change.liveness.empty() || !change.agent_liveness.empty() ||
      !change.removed.empty())
    ports_.turn.staged().checkpoints.push_back({"plan", planner_.snapshot()});
  for (const AgentId& agent : change.agents) desired_.erase(agent);
  if (change.agents.empty()) return;
  order_first_looks();
  changed_.notify_all();
}

void Dispatch::order_first_looks() {
  const WallTime now = ports_.turn.now();
  std::vector<RunRequest> requests;
  for (const auto& [name, planned] : checks_) {
    if (is_paused(*planned.check, now)) continue;
    const auto view = ports_.turn.evaluator().view(name);
    if (!view) continue;
    for (const RegionStatus& region : view->regions) {
      const auto placement = planner_.placement(name, region.region);
      if (!placement || placement->agent.empty() || requests.size() >= kFirstLooksMax) continue;
      if (!looked_.emplace(name, region.region).second || region.last_run) continue;
      evidence_[region.region][name] = {};
      RunRequest request;
      request.check = name;
      request.revision = planned.revision;
      request.region = region.region;
      request.kind = RunKind::recheck;
      request.round = round_start(now, planned.check->interval);
      request.ordinal = kFirstLookOrdinal;
      request.reason = "first look";
      request.expires = now + planned.check->interval;
      requests.push_back(std::move(request));
    }
  }
  order(requests);
}

const v1::DesiredState& Dispatch::desired(const AgentId& agent) {
  auto& kept = desired_[agent];
  if (!kept) kept = std::make_shared<const v1::DesiredState>(planner_.desired(agent));
  return *kept;
}

void Dispatch::order(const std::vector<RunRequest>& requests) {
  for (const RunRequest& request : requests) {
    const auto placement = planner_.placement(request.check, request.region);
    if (!placement || placement->agent.empty()) {
      ++unplaced_;
      continue;
    }
    Order made;
    made.check = request.check;
    made.revision = request.revision;
    made.kind = request.kind;
    made.round = request.round;
    made.ordinal = request.ordinal;
    made.expires = request.expires;
    desk_.add(AgentId{request.region, placement->agent}, std::move(made));
  }
  if (!requests.empty()) changed_.notify_all();
}

void Dispatch::want_evidence(const std::vector<CheckName>& checks) {
  for (const CheckName& check : checks)
    for (const RegionName& region : planner_.assigned(check)) evidence_[region][check] = {};
}

void Dispatch::keeps_evidence(const CheckName& check, const RegionName& region) {
  if (const auto wishes = evidence_.find(region); wishes != evidence_.end())
    wishes->second.erase(check);
}

// Returns true when a wish is news to the agent.
bool Dispatch::tell_wishes(const AgentId& agent, v1::PollResponse& response) {
  bool news = false;
  response.clear_evidence_for();
  for (auto& [check, told] : evidence_[agent.region]) {
    const auto placement = planner_.placement(check, agent.region);
    if (!placement || placement->agent != agent.name) continue;
    response.add_evidence_for(check.value);
    news = news || told != agent.name;
    told = agent.name;
  }
  return news;
}

v1::RunOrder Dispatch::encode(const Order& order, const AgentId& agent) const {
  v1::RunOrder message;
  message.set_number(order.number);
  message.set_check(order.check.value);
  message.set_revision(order.revision.value);
  message.set_kind(std::string{to_string(order.kind)});
  message.set_round_unix_ms(order.round.unix_ms());
  message.set_ordinal(order.ordinal);
  message.set_expires_unix_ms(order.expires.unix_ms());
  const auto placement = planner_.placement(order.check, agent.region);
  const auto check = checks_.find(order.check);
  if (check != checks_.end() && (!placement || placement->agent != agent.name)) {
    *message.mutable_definition() = wire::encode(*check->second.check);
    message.set_revision(check->second.revision.value);  // what it is now, not when it was ordered
  }
  return message;
}

v1::TestOrder Dispatch::encode_test(const Order& order) {
  v1::TestOrder message;
  message.set_number(order.number);
  message.set_test(order.test->id);
  *message.mutable_definition() = wire::encode(*order.test->check);
  message.set_revision(order.revision.value);
  message.set_expires_unix_ms(order.expires.unix_ms());
  return message;
}

TestPlacement Dispatch::order_test(const RegionName& region, const OrderedTest& test,
                                   WallTime expires) {
  const WallTime now = ports_.turn.now();
  TestPlacement placement = TestPlacement::no_agent;
  for (const auto& [agent, poller] : pollers_) {
    if (agent.region != region || now - poller.last > Planner::kOfflineAfter) continue;
    placement = TestPlacement::not_taken;
    if (!poller.tests) continue;
    Order order;
    order.check = test.check->name;
    order.revision = wire::revision_of(*test.check);
    order.kind = RunKind::manual;
    order.round = now;
    order.expires = expires;
    order.test = test;
    desk_.add(agent, std::move(order));
    changed_.notify_all();
    return TestPlacement::ordered;
  }
  return placement;
}

// True when there is something to say.
bool Dispatch::fill(const AgentId& agent, const PollRequest& request, v1::PollResponse& response) {
  const v1::DesiredState& state = desired(agent);
  const bool behind = state.digest() != request.have;
  if (behind) *response.mutable_desired() = state;
  const WallTime now = ports_.turn.now();
  for (const Order& order : desk_.take(agent, request.session, request.orders_seen, now)) {
    if (!order.test)
      *response.add_orders() = encode(order, agent);
    else if (request.tests)
      *response.add_tests() = encode_test(order);
  }
  const bool wishes = tell_wishes(agent, response);
  return behind || wishes || response.orders_size() != 0 || response.tests_size() != 0;
}

std::vector<AgentId> Dispatch::running_old() {
  std::vector<AgentId> out;
  for (const auto& [agent, poller] : pollers_)
    if (desired(agent).digest() != poller.have) out.push_back(agent);
  return out;
}

async::Task<bool> Dispatch::news() {
  co_await changed_.wait();
  co_return true;
}

// A poll that was under way when its session said that it drains, or a late one, changes nothing.
void Dispatch::note_drain(const AgentId& agent, const PollRequest& request) {
  const bool drains = planner_.drains(agent);
  if (request.drains) {
    pollers_.erase(agent);
    drained_[agent] = request.session;
    planner_.drain(agent, ports_.turn.now());
  } else if (drains && drained_[agent] != request.session) {
    drained_.erase(agent);
    planner_.end_drain(agent);
  }
  if (planner_.drains(agent) == drains) return;
  log::info(drains ? "agent is back" : "agent drains", {{"agent", render(agent)}});
  ports_.turn.staged().checkpoints.push_back({"plan", planner_.snapshot()});
  if (on_agents_changed) on_agents_changed();
}

async::Task<v1::PollResponse> Dispatch::poll(AgentId agent, PollRequest request) {
  note_drain(agent, request);
  seen(agent);
  v1::PollResponse response;
  response.set_controller_unix_ms(ports_.turn.now().unix_ms());
  if (planner_.drains(agent)) co_return response;
  pollers_[agent] = {ports_.turn.now(), request.tests, request.have};
  const Deadline until = Deadline::after(ports_.clock.now(), std::min(request.hold, kHoldMost));
  while (!fill(agent, request, response) && !stopping_ && !until.passed(ports_.clock.now())) {
    async::Task<bool> waiting = news();
    co_await async::with_deadline(ports_.clock, until, std::move(waiting));
  }
  if (pollers_.contains(agent)) seen(agent);  // else it was revoked, or has gone, meanwhile
  if (const auto targets = control_targets_.find(agent.region); targets != control_targets_.end())
    for (const std::string& target : targets->second) response.add_control_targets(target);
  response.set_controller_unix_ms(ports_.turn.now().unix_ms());
  co_return response;
}

async::Task<void> Dispatch::run() {
  while (true) {
    update();
    const auto due = planner_.next_due();
    const WallTime now = ports_.turn.now();
    const Millis nap = due ? std::clamp(*due - now, Millis{10}, kLongestNap) : kLongestNap;
    co_await ports_.clock.sleep_for(nap);
  }
}

void Dispatch::stop() {
  stopping_ = true;
  changed_.notify_all();
}

}  // namespace picket::controller
