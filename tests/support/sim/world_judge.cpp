// The promises of paging.md, 7, as far as a world can see them from outside.
#include <fmt/format.h>

#include <algorithm>

#include "common/model/schedule.h"
#include "common/wire/wire.h"
#include "controller/store/compression.h"
#include "picket/v1/event.pb.h"
#include "tests/support/sim/world.h"

namespace picket::sim {

void World::complain(const std::string& what) {
  if (!complained_.insert(what).second) return;
  violations_.push_back(fmt::format("{} {}", render_rfc3339(timeline_.wall_now()), what));
}

void World::at_rest() {
  judge_pages();
  judge_due();
  for (const std::string& what : pager_.violations()) complain("contract: " + what);
}

// 6: per key a trigger comes first, and nothing but fences follows a resolve.
// 8: at most one open incident per key.
void World::judge_pages() {
  const auto& events = pager_.events();
  if (events_judged_ == events.size()) return;
  for (; events_judged_ < events.size(); ++events_judged_) {
    const auto& event = events[events_judged_];
    if (!event.taken || event.routing_key.empty()) continue;
    std::string& last = last_action_[event.dedup_key];
    if (last.empty() && event.action != "trigger")
      complain("6: the first message of a key is " + event.action);
    if (last == "resolve" && event.action != "resolve")
      complain("6: " + event.action + " after the resolve of " + event.dedup_key);
    last = event.action;
    judge_message(event);
  }
  std::map<std::string, int> open;
  for (const auto& incident : pager_.open())
    if (!incident.routing_key.empty() && ++open[incident.dedup_key] > 1)
      complain("8: two open incidents for " + incident.dedup_key);
}

void World::judge_end() {
  judge_ledger();
  judge_results();
  judge_open_set();
}

// 1: each slot of a closed round is in exactly one state.
void World::judge_ledger() {
  if (!controller_) return;
  // Behind its log the controller's time goes slower.
  const WallTime now = std::min(timeline_.wall_now(), controller_->turn().now());
  for (const Check& check : options_.checks) {
    const WallTime first = round_start(timeline_.start() + check.interval, check.interval);
    for (WallTime round = first;
         round_close(round, check.interval, run_limit(check)) + Seconds{5} < now;
         round = round + check.interval)
      if (!was_absent(check, round)) judge_slots(check, round);
  }
}

void World::judge_slots(const Check& check, WallTime round) {
  for (const RegionName& region : regions_) {
    const auto state =
        controller_->turn().ledger().state({check.name, region, round}, check.interval);
    if (state == controller::LedgerCode::open)
      complain(fmt::format("1: slot {}/{}/{} is in no state", check.name.value, region.value,
                           render_rfc3339(round)));
  }
}

// Owed by nobody: the round was not closed when the check was deleted, or not begun when it was
// seen again.
bool World::was_absent(const Check& check, WallTime round) const {
  const auto absent = absent_.find(check.name);
  if (absent == absent_.end()) return false;
  if (round_close(round, check.interval, run_limit(check)) <= absent->second.from) return false;
  return !absent->second.until || round < *absent->second.until + Seconds{2};
}

// 2: what was acknowledged is stored, and no slot counts twice.
void World::judge_results() {
  std::map<std::string, int> counted;
  std::set<std::string> stored;
  const auto each = [&](const controller::EventBatchRow& row) -> Status {
    v1::EventBatch batch;
    const auto bytes = controller::decompress(row.blob);
    if (!bytes || !batch.ParseFromString(*bytes)) complain("2: a stored batch is damaged");
    for (const auto& event : batch.events()) {
      if (!event.has_run()) continue;
      const auto run = wire::decode(event.run().run(), RegionName{event.run().region()});
      if (!run) continue;
      stored.insert(render(run->key));
      if (run->key.kind == RunKind::scheduled && !event.run().superseded())
        ++counted[render(run->key)];
    }
    return {};
  };
  (void)store_->for_each_event_batch(0, each);
  for (const std::string& key : acknowledged_)
    if (stored.count(key) == 0) complain("2: acknowledged and lost: " + key);
  for (const auto& [key, count] : counted)
    if (count > 1) complain(fmt::format("2: counted {} times: {}", count, key));
}

// 7: at rest, the open set at PagerDuty is ours. 16: nothing is owed any more.
void World::judge_open_set() {
  std::set<std::string> ours;
  const auto incidents = store_->open_incidents();
  for (const auto& incident : *incidents) {
    if (incident.state == IncidentState::suspected) continue;
    const auto rows = store_->outbox_of_incident(incident.id);
    for (const auto& row : *rows)
      if (row.fallback_of.empty() && row.receiver == "pagerduty/main") ours.insert(row.key.value);
  }
  std::set<std::string> theirs;
  for (const auto& incident : pager_.open())
    if (!incident.routing_key.empty()) theirs.insert(incident.dedup_key);
  if (ours != theirs)
    complain(
        fmt::format("7: {} incidents are open here, {} at PagerDuty", ours.size(), theirs.size()));
  const auto unfinished = store_->outbox_unfinished();
  for (const auto& row : *unfinished)
    if (row.fences_left == 0 && row.due < timeline_.wall_now())
      complain("16: still owed: " + row.id + " " + row.last_error);
}

}  // namespace picket::sim
