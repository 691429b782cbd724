#include <algorithm>

#include "common/core/digest.h"
#include "controller/deliver/outbox_machine.h"
#include "controller/deliver/page_content.h"

namespace picket::controller {
namespace {

DedupKey fallback_key(const DedupKey& key, const std::string& receiver) {
  return DedupKey{"picket:" + sha256_hex("fallback\n" + key.value + "\n" + receiver)};
}

}  // namespace

// Who stood in for triggers, in an earlier life.
void OutboxMachine::learn_fallbacks(const std::vector<OutboxRow>& rows) {
  std::map<std::string, std::string> stood_in;  // by the id of the row
  for (const OutboxRow& row : rows)
    if (!row.fallback_of.empty()) stood_in[row.fallback_of] = row.receiver;
  for (const OutboxRow& row : rows) {
    const auto found = stood_in.find(row.id);
    if (row.action == OutboxAction::trigger && found != stood_in.end())
      episodes_[row.key.value].fallback = found->second;
  }
}

bool OutboxMachine::channel_down(const Episode& episode, const Entry& entry, WallTime now) const {
  const auto channel = channels_.find(channel_of(route_of(episode, entry), entry.row));
  return channel != channels_.end() && channel->second.down(now);
}

// Not once the fallback knows of the end: what came before it would open the incident again.
bool OutboxMachine::may_hand_over(const Episode& episode, const Entry& entry) const {
  const bool ended = std::any_of(episode.queue.begin(), episode.queue.end(), [](const auto& item) {
    return item.second.row.action == OutboxAction::resolve && item.second.row.fallback_made;
  });
  const bool stands_alone = is_test(entry.row) || entry.row.action == OutboxAction::change;
  return !ended && !stands_alone && !entry.row.fallback_made && !is_fence(entry.row) &&
         fallback_for(episode, entry) != nullptr;
}

bool OutboxMachine::needs_fallback(const Episode& episode, const Entry& entry, WallTime now) const {
  const OutboxRow& row = entry.row;
  if (row.due > now || !may_hand_over(episode, entry)) return false;
  return now >= row.due + options_.fallback_after ||
         failures_of(row, entry.sending) >= options_.fallback_failures ||
         channel_down(episode, entry, now);
}

// The receiver that stands in for an entry's; nullptr when there is none. A fallback has none. Who
// stood in for the trigger does so for the rest, whatever the configuration says since.
const Receiver* OutboxMachine::fallback_for(const Episode& episode, const Entry& entry) const {
  const OutboxRow& row = entry.row;
  if (!row.fallback_of.empty()) return nullptr;
  if (const Receiver* told = directory_.find_known(episode.fallback)) return told;
  const Receiver* primary = directory_.find(row.receiver);
  const std::string& name = primary != nullptr ? primary->fallback : entry.snapshot.fallback;
  return name == row.receiver ? nullptr : directory_.find_known(name);
}

// Makes the row that stands in, if there is a receiver to tell and none was made yet.
void OutboxMachine::hand_over(Episode& episode, Entry& entry, WallTime now, OutboxStep& step) {
  OutboxRow& row = entry.row;
  if (!may_hand_over(episode, entry)) return;
  const Receiver* receiver = fallback_for(episode, entry);
  OutboxRow made;
  made.id = row.id + ":fallback";
  made.incident = row.incident;
  made.action = row.action;
  made.receiver = receiver->name;
  made.route_json = render_route(*receiver);
  made.payload_json = with_fallback_note(row.payload_json, row.receiver);
  made.key = fallback_key(row.key, receiver->name);
  made.ordinal = row.ordinal;
  made.severity = row.severity;
  made.due = now;
  made.next_attempt = now;
  made.fallback_of = row.id;
  row.fallback_made = true;
  if (row.action == OutboxAction::trigger) {
    episode.fallback_triggered = true;
    episode.fallback = receiver->name;
  }
  step.changed.push_back(row);
  step.changed.push_back(made);
  step.reports.push_back({DeliveryReport::Kind::fallback, made});
  insert(std::move(made));
  hand_rest_over(episode, now, step);
}

// Where the fallback was told of the trigger, it is told of the end too.
void OutboxMachine::hand_rest_over(Episode& episode, WallTime now, OutboxStep& step) {
  if (!episode.fallback_triggered) return;
  for (auto& [position, entry] : episode.queue)
    if (entry.row.action != OutboxAction::trigger) hand_over(episode, entry, now, step);
}

// A trigger that the channel will never take need not hold up the end of its episode.
void OutboxMachine::drop_refused(Episode& episode, WallTime now, OutboxStep& step) {
  if (episode.queue.size() < 2) return;
  Entry& first = episode.queue.begin()->second;
  const Entry& last = std::prev(episode.queue.end())->second;
  if (first.refused && !first.sending && !first.row.finished && !first.row.ever_unknown &&
      last.row.action == OutboxAction::resolve) {
    settle(episode, first, OutboxState::dead, now, step);
  }
}

OutboxStep OutboxMachine::hand_over_unconfirmed(OutboxRow row, WallTime now) {
  OutboxStep step;
  step.changed.push_back(row);
  step.reports.push_back({DeliveryReport::Kind::unconfirmed, row});
  const auto episode = episodes_.find(row.key.value);
  const bool wanted = row.action == OutboxAction::trigger && episode != episodes_.end() &&
                      !episode->second.fallback_triggered;
  if (!wanted) return step;
  Entry entry;
  const auto route = parse_route(row.route_json);
  entry.snapshot = route ? *route : Route{row.receiver, ReceiverKind::pagerduty, {}, {}, {}};
  entry.row = std::move(row);
  hand_over(episode->second, entry, now, step);
  return step;
}

// A test tells soon whether its channel works; what it may have opened is closed all the same.
bool OutboxMachine::give_up_tests(Episode& episode, WallTime now, OutboxStep& step) {
  bool changed = false;
  bool trigger_waits = false;
  for (auto& [position, entry] : episode.queue) {
    const OutboxRow& row = entry.row;
    if (!is_test(row) || row.finished) continue;
    const bool opened = episode.trigger_accepted || episode.trigger_unknown || trigger_waits;
    const bool closes = row.action == OutboxAction::resolve && opened;
    const bool over = (row.action == OutboxAction::resolve && !opened) ||
                      now >= row.due + (closes ? options_.test_resolve_max : options_.test_max);
    if (!over || entry.sending) {
      trigger_waits = true;
      continue;
    }
    settle(episode, entry, is_fence(row) ? OutboxState::accepted : OutboxState::dead, now, step);
    changed = true;
  }
  return changed;
}

bool OutboxMachine::give_up(Episode& episode, WallTime now, OutboxStep& step) {
  const bool test_over = give_up_tests(episode, now, step);
  const bool over = std::any_of(episode.queue.begin(), episode.queue.end(), [&](const auto& item) {
    const OutboxRow& row = item.second.row;
    const bool last = row.action == OutboxAction::resolve || row.action == OutboxAction::change;
    return last && now >= row.due + options_.give_up_after;
  });
  if (!over) return test_over;
  for (auto& [position, entry] : episode.queue)
    if (!entry.sending && !entry.row.finished)
      settle(episode, entry, is_fence(entry.row) ? OutboxState::accepted : OutboxState::dead, now,
             step);
  return true;
}

void OutboxMachine::wake(const std::string& channel, WallTime now) {
  for (auto& [key, episode] : episodes_)
    for (auto& [position, entry] : episode.queue)
      if (entry.channel == channel && !entry.sending && !entry.held && !entry.refused &&
          !is_fence(entry.row))
        entry.row.next_attempt = std::min(entry.row.next_attempt, now);
}

// Who refuses a page has not taken it, whatever became of earlier attempts: from now on it goes by
// what is in force. True when that is another secret or address: whole and at once, for what was
// refused says nothing about the body.
bool OutboxMachine::try_in_force(Episode& episode, Entry& entry, WallTime now) const {
  if (episode.trigger_accepted || directory_.find(entry.row.receiver) == nullptr) return false;
  episode.credential.clear();
  const auto tried = parse_route(entry.row.route_json);
  if (!tried || channel_of(*tried) == channel_of(route_of(episode, entry))) return false;
  entry.row.degrade_level = 0;
  entry.row.next_attempt = now;
  return true;
}

void OutboxMachine::retry_all(WallTime now) {
  for (auto& [key, episode] : episodes_) {
    for (auto& [position, entry] : episode.queue) {
      if (entry.sending || is_fence(entry.row)) continue;
      entry.row.degrade_level = 0;  // another receiver may take all of it
      entry.refused = false;
      entry.reported = false;
      if (!entry.held) entry.row.next_attempt = std::min(entry.row.next_attempt, now);
    }
  }
}

}  // namespace picket::controller
