// The promises of paging.md, 7, that each message to PagerDuty and each half minute can break.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/support/sim/world.h"

namespace picket::sim {
namespace {

using nlohmann::json;

constexpr Millis kLookEvery{30'000};
constexpr Millis kFallbackWithin{75'000};  // 60 s since due, and a commit and a timer's tick
constexpr Millis kTellsOfNow{30'000};      // an older message says nothing of the present

bool is_under_way(controller::OutboxState state) {
  return state == controller::OutboxState::pending || state == controller::OutboxState::in_flight ||
         state == controller::OutboxState::unknown;
}

}  // namespace

// What an accepted message is about, as it stands in the outbox.
void World::judge_message(const SimPagerDuty::Event& event) {
  const auto rows = store_->outbox_of_key(DedupKey{event.dedup_key});
  if (!rows || rows->empty()) return complain("5: nobody owes the message of " + event.dedup_key);
  const controller::OutboxRow& first = rows->front();
  if (event.effect == "opened") {
    judge_one_per_alert(first);
    judge_witnesses(first);
  }
  if (event.effect == "resolved") judge_resolve(rows->back(), event);
}

// 8: one open PagerDuty incident per (install, subject, alert, route); a message that was taken
// without an answer, or late, is fenced and may overlap until then.
void World::judge_one_per_alert(const controller::OutboxRow& row) {
  if (row.alert_key.empty()) return;
  for (const auto& incident : pager_.open()) {
    if (incident.routing_key.empty() || incident.dedup_key == row.key.value) continue;
    const auto others = store_->outbox_of_key(DedupKey{incident.dedup_key});
    if (!others || others->empty() || others->front().alert_key != row.alert_key) continue;
    bool certain = true;
    for (const auto& other : *others) certain = certain && !other.ever_unknown;
    if (certain) complain("8: two open incidents of one alert: " + row.id);
  }
}

// 11: where the quorum is two or more, a `down` has two witnesses.
void World::judge_witnesses(const controller::OutboxRow& row) {
  const json payload = json::parse(row.payload_json, nullptr, false);
  if (!payload.is_object() || payload.value("class", "") != "down") return;
  const json details = payload.value("custom_details", json::object());
  if (!controller_ || !details.contains("regions_failing")) return;
  const auto view = controller_->turn().evaluator().view(CheckName{payload.value("component", "")});
  if (view && view->quorum >= 2 && details["regions_failing"].size() < 2)
    complain("11: one region opened " + row.id);
}

// 10: while no region says anything, nothing of a check that still exists is resolved.
void World::judge_resolve(const controller::OutboxRow& row, const SimPagerDuty::Event& event) {
  if (!controller_ || event.at - row.due > kTellsOfNow) return;
  const auto payload = json::parse(row.payload_json, nullptr, false);
  const std::string check = payload.is_object() ? payload.value("component", "") : "";
  const auto view = controller_->turn().evaluator().view(CheckName{check});
  if (view && view->reporting == 0) complain("10: resolved without data: " + row.id);
}

// 9: a first page that is not accepted goes to the fallback as well, within 60 s of being due.
void World::judge_due() {
  const WallTime now = timeline_.wall_now();
  if (now < next_look_) return;
  next_look_ = now + kLookEvery;
  if (!controller_ || now - controller_since_ < kFallbackWithin) return;
  // Its rows are due by its own clock.
  if (std::chrono::abs(controller_clock_->wall_now() - now) > Seconds{1}) return;
  const auto rows = store_->outbox_unfinished();
  if (!rows) return;
  for (const controller::OutboxRow& row : *rows) {
    const bool first = row.action == controller::OutboxAction::trigger && row.ordinal == 0;
    if (!first || !row.fallback_of.empty() || row.fallback_made) continue;
    if (is_under_way(row.state) && row.due + kFallbackWithin < now)
      complain("9: neither accepted nor handed to the fallback: " + row.id);
  }
}

}  // namespace picket::sim
