#include "controller/deliver/outbox_machine.h"

#include <algorithm>
#include <tuple>

#include "common/core/digest.h"
#include "controller/deliver/dead_man_beat.h"
#include "controller/deliver/page_content.h"
#include "controller/deliver/retry_schedule.h"

namespace picket::controller {
namespace {

constexpr std::uint32_t kFences = 2;
constexpr Millis kFirstFence = Seconds{30};
constexpr Millis kSecondFence = minutes{5};
constexpr Millis kFenceRetry = Seconds{60};

bool is_owed(const OutboxRow& row) {
  return !row.finished && row.state != OutboxState::suppressed &&
         row.state != OutboxState::coalesced && row.state != OutboxState::dead;
}

bool ends_key(const OutboxRow& row) {
  return row.action == OutboxAction::resolve || row.action == OutboxAction::change;
}

}  // namespace

std::string_view to_string(DeliveryReport::Kind kind) {
  constexpr std::string_view kNames[] = {"accepted", "fallback",      "suspect",
                                         "rejected", "misconfigured", "other_credential",
                                         "dead",     "confirmed",     "unconfirmed"};
  return kNames[static_cast<std::size_t>(kind)];
}

OutboxMachine::OutboxMachine(OutboxOptions options, const ReceiverDirectory& directory,
                             Random random)
    : options_(options), directory_(directory), random_(random) {}

OutboxStep OutboxMachine::restore(std::vector<OutboxRow> rows, WallTime now) {
  OutboxStep step;
  learn_fallbacks(rows);
  for (OutboxRow& row : rows) {
    if (drop_old_beat(row, now, step)) continue;
    if (row.state == OutboxState::in_flight) {
      row.state = is_fence(row) ? OutboxState::accepted : OutboxState::unknown;
      row.ever_unknown = true;
      row.next_attempt = now;
      step.changed.push_back(row);
    }
    learn(episodes_[row.key.value], row);
    if (!is_owed(row)) continue;
    row.degrade_level = 0;  // its receiver may have changed: whole again
    owe_still(row, now);
    insert(std::move(row));
  }
  for (OutboxRow& row : rows)
    if (needs_sending_after_all(row)) {
      step.changed.push_back(row);
      insert(std::move(row));
    }
  for (auto& [key, episode] : episodes_) hand_rest_over(episode, now, step);
  return step;
}

OutboxStep OutboxMachine::add(const std::vector<OutboxRow>& rows, WallTime now) {
  OutboxStep step;
  for (const OutboxRow& given : rows) {
    OutboxRow row = given;
    if (needs_sending_after_all(row)) step.changed.push_back(row);
    if (!is_owed(row) || key_of_.count(row.id) != 0) continue;
    owe_now(row, now);
    insert(row);
    hasten_earlier(row, now);
    Episode& episode = episodes_[row.key.value];
    // A resolve sent again after a later row of its key would undo that one.
    for (auto& [position, entry] : episode.queue)
      if (is_fence(entry.row) && !entry.sending)
        settle(episode, entry, OutboxState::accepted, now, step);
    hand_rest_over(episode, now, step);
    drop_refused(episode, now, step);
    forget_finished(row.key.value);
  }
  return step;
}

// A resolve that was not to be sent, because a person ended the incident at the receiver. What is
// still owed for its key may open it there again, and a fallback knows nothing of that person: then
// it is sent, which for a key that is not open does nothing. Makes the row owed.
bool OutboxMachine::needs_sending_after_all(OutboxRow& row) {
  const bool dropped = row.action == OutboxAction::resolve && row.state == OutboxState::suppressed;
  const auto episode = episodes_.find(row.key.value);
  if (!dropped || episode == episodes_.end()) return false;
  const Episode& known = episode->second;
  if (known.queue.empty() && !known.fallback_triggered && !known.trigger_unknown) {
    episodes_.erase(episode);  // over, as by a resolve of our own
    if (const auto keys = keys_of_.find(row.alert_key); keys != keys_of_.end())
      keys->second.erase(row.key.value);
    return false;
  }
  row.state = OutboxState::pending;
  row.finished.reset();
  row.last_error.clear();
  return true;
}

OutboxMachine::Entry& OutboxMachine::insert(OutboxRow row) {
  Entry entry;
  const auto route = parse_route(row.route_json);
  entry.snapshot = route ? *route : Route{row.receiver, ReceiverKind::pagerduty, {}, {}, {}};
  key_of_[row.id] = row.key;
  if (!row.alert_key.empty()) keys_of_[row.alert_key].insert(row.key.value);
  const Position position{row.ordinal, row.id};
  auto& queue = episodes_[row.key.value].queue;
  entry.row = std::move(row);
  return queue[position] = std::move(entry);
}

// What later rows of the episode must know about a trigger.
void OutboxMachine::learn(Episode& episode, const OutboxRow& row) const {
  if (row.action != OutboxAction::trigger) return;
  const bool accepted = row.state == OutboxState::accepted || row.state == OutboxState::confirmed;
  episode.trigger_unknown = episode.trigger_unknown || row.ever_unknown;
  episode.trigger_accepted = episode.trigger_accepted || accepted;
  episode.fallback_triggered = episode.fallback_triggered || row.fallback_made;
  if (!accepted && !row.ever_unknown) return;
  if (const auto route = parse_route(row.route_json)) episode.credential = route->credential;
}

Route OutboxMachine::route_of(const Episode& episode, const Entry& entry) const {
  return directory_.choose(entry.snapshot, episode.credential);
}

// The key whose resolve this trigger waits for: else two incidents of one alert would be open.
std::optional<std::string> OutboxMachine::earlier_key(const OutboxRow& trigger) const {
  const auto keys = keys_of_.find(trigger.alert_key);
  if (keys == keys_of_.end() || trigger.action != OutboxAction::trigger) return std::nullopt;
  for (const std::string& key : keys->second) {
    const auto episode = episodes_.find(key);
    if (key == trigger.key.value || episode == episodes_.end()) continue;
    for (const auto& [position, entry] : episode->second.queue)
      if (entry.row.action == OutboxAction::resolve && !is_fence(entry.row) &&
          entry.row.fallback_of.empty() && entry.row.due <= trigger.due)
        return key;
  }
  return std::nullopt;
}

// A page waits for them now: tried at once unless the channel said when.
void OutboxMachine::hasten_earlier(const OutboxRow& row, WallTime now) {
  const auto key = earlier_key(row);
  if (!key) return;
  for (auto& [position, entry] : episodes_.at(*key).queue)
    if (!entry.sending && !entry.held && !entry.refused && !is_fence(entry.row))
      entry.row.next_attempt = std::min(entry.row.next_attempt, now);
}

WallTime OutboxMachine::ready_at(const Episode& episode, const Entry& entry, WallTime now) const {
  if (entry.row.next_attempt > now) return entry.row.next_attempt;
  const WallTime no_longer = entry.row.due + options_.fallback_after;
  if (now < no_longer && earlier_key(entry.row)) return no_longer;
  const Route route = route_of(episode, entry);
  const auto channel = channels_.find(channel_of(route, entry.row));
  if (channel == channels_.end()) return now;
  const ChannelLimits limits = limits_of(route.kind, options_.channel);
  return channel->second.free_at(entry.row.severity, now, limits);
}

bool OutboxMachine::has_room(const Entry& entry, const Route& route) const {
  if (in_flight_ >= options_.in_flight_max) return false;
  const bool primary = entry.row.fallback_of.empty();
  if (primary && primaries_in_flight_ >= options_.in_flight_primary_max) return false;
  const auto found = channels_.find(channel_of(route, entry.row));
  return found == channels_.end() ||
         found->second.in_flight() < limits_of(route.kind, options_.channel).in_flight;
}

std::vector<OutboxRow> OutboxMachine::start(WallTime now, OutboxStep& step) {
  using Rank = std::tuple<bool, Severity, bool, WallTime, std::string, std::uint32_t>;
  std::map<Rank, std::pair<Episode*, Entry*>> ready;
  for (auto& [key, episode] : episodes_) {
    for (auto& [position, entry] : episode.queue) {
      const OutboxRow& row = entry.row;
      if (!entry.sending && ready_at(episode, entry, now) <= now)
        ready[{row.fallback_of.empty(), row.severity, is_fence(row), row.due, key, row.ordinal}] = {
            &episode, &entry};
      if (!is_fence(row) || entry.sending) break;  // the rest of the key waits for this one
    }
  }
  std::vector<OutboxRow> sends;
  for (auto& [rank, found] : ready) {
    auto& [episode, entry] = found;
    if (!has_room(*entry, route_of(*episode, *entry))) continue;
    if (ready_at(*episode, *entry, now) > now) continue;  // the budget went to those before it
    begin(*episode, *entry, now, step);
    sends.push_back(entry->row);
  }
  return sends;
}

void OutboxMachine::begin(Episode& episode, Entry& entry, WallTime now, OutboxStep& step) {
  const Route route = route_of(episode, entry);
  OutboxRow& row = entry.row;
  if (!episode.credential.empty() && route.credential != episode.credential && row.attempts == 0)
    step.reports.push_back({DeliveryReport::Kind::other_credential, row});
  row.route_json = render_route(route);
  row.state = OutboxState::in_flight;
  ++row.attempts;
  entry.sending = true;
  entry.held = false;
  entry.started = now;
  entry.kind = route.kind;
  entry.channel = channel_of(route, row);
  channels_[entry.channel].started(now);
  ++in_flight_;
  if (row.fallback_of.empty()) ++primaries_in_flight_;
  step.changed.push_back(row);
}

void OutboxMachine::end(Entry& entry, const SendResult& result, WallTime now) {
  entry.sending = false;
  --in_flight_;
  if (entry.row.fallback_of.empty()) --primaries_in_flight_;
  Channel& channel = channels_[entry.channel];
  channel.ended();
  if (result.kind != SendClass::accepted && result.kind != SendClass::rejected)
    channel.failed(now);
  else if (channel.succeeded())
    wake(entry.channel, now);
}

OutboxStep OutboxMachine::finish(const std::string& id, const SendResult& result, WallTime now) {
  OutboxStep step;
  const auto key = key_of_.find(id);
  if (key == key_of_.end()) return step;
  const std::string row_key = key->second.value;
  Episode& episode = episodes_[row_key];
  const auto found = std::find_if(episode.queue.begin(), episode.queue.end(),
                                  [&](const auto& item) { return item.second.row.id == id; });
  if (found == episode.queue.end() || !found->second.sending) return step;
  Entry& entry = found->second;
  end(entry, result, now);
  entry.row.last_error = result.error;
  if (result.kind == SendClass::accepted) {
    entry.row.provider_id = result.provider_id;
    on_accepted(episode, entry, now, step);
  } else if (is_beat(entry.row)) {
    on_failed_beat(episode, entry, now, step);
  } else {
    on_failed(episode, entry, result, now, step);
  }
  forget_finished(row_key);
  return step;
}

void OutboxMachine::on_accepted(Episode& episode, Entry& entry, WallTime now, OutboxStep& step) {
  OutboxRow& row = entry.row;
  const bool first = !is_fence(row);
  const bool alone = std::prev(episode.queue.end())->second.row.id == row.id;
  if (row.action == OutboxAction::resolve) {
    if (!first)
      --row.fences_left;
    else if (episode.trigger_unknown && reopens_late(entry.kind))
      row.fences_left = kFences;
    if (!alone) row.fences_left = 0;
  }
  if (first) step.reports.push_back({DeliveryReport::Kind::accepted, row});
  if (!is_fence(row)) return settle(episode, entry, OutboxState::accepted, now, step);
  row.state = OutboxState::accepted;
  row.next_attempt = now + (first ? kFirstFence : kSecondFence - kFirstFence);
  step.changed.push_back(row);
}

void OutboxMachine::settle(Episode& episode, Entry& entry, OutboxState state, WallTime now,
                           OutboxStep& step) {
  entry.row.state = state;
  entry.row.finished = now;
  learn(episode, entry.row);
  step.changed.push_back(entry.row);
  if (state == OutboxState::dead) step.reports.push_back({DeliveryReport::Kind::dead, entry.row});
}

// True when there is a smaller body to try, at once. Only triggers have one.
bool OutboxMachine::degrade(Entry& entry, WallTime now) const {
  OutboxRow& row = entry.row;
  if (row.action != OutboxAction::trigger || row.degrade_level >= kDegradeLevelMax) return false;
  ++row.degrade_level;
  row.next_attempt = now;
  return true;
}

void OutboxMachine::on_failed(Episode& episode, Entry& entry, const SendResult& result,
                              WallTime now, OutboxStep& step) {
  OutboxRow& row = entry.row;
  const bool uncertain = result.kind == SendClass::unknown || result.kind == SendClass::suspect;
  const bool refused = result.kind == SendClass::rejected;
  const bool misled =
      result.kind == SendClass::misconfigured || result.kind == SendClass::misrouted;
  if (is_fence(row)) {
    row.state = OutboxState::accepted;
    row.next_attempt = now + result.retry_after.value_or(kFenceRetry);
    step.changed.push_back(row);
    return;
  }
  row.ever_unknown = row.ever_unknown || uncertain;
  row.state = row.ever_unknown ? OutboxState::unknown : OutboxState::pending;
  if (uncertain) learn(episode, row);
  const bool elsewhere = (refused || misled) && try_in_force(episode, entry, now);
  if (!elsewhere && (!refused || !degrade(entry, now))) {
    const FailedAttempt attempt{failures_of(row, false), row.due,          entry.started, now,
                                result.retry_after,      refused || misled};
    row.next_attempt = next_attempt(attempt, random_);
    entry.held = result.retry_after.has_value();
    entry.refused = refused;
    const auto report = [&](DeliveryReport::Kind kind) {
      if (!entry.reported) step.reports.push_back({kind, row});
      entry.reported = true;
    };
    if (refused) report(DeliveryReport::Kind::rejected);
    if (misled) report(DeliveryReport::Kind::misconfigured);
    if (result.kind == SendClass::suspect && ++entry.suspects == 3)
      report(DeliveryReport::Kind::suspect);
    if (refused || misled || needs_fallback(episode, entry, now))
      hand_over(episode, entry, now, step);
  }
  step.changed.push_back(row);
  // A change event is news, not a page: one that is refused is not worth a person's time.
  if (refused && row.action == OutboxAction::change)
    return settle(episode, entry, OutboxState::dead, now, step);
  drop_refused(episode, now, step);
}

OutboxStep OutboxMachine::advance(WallTime now) {
  OutboxStep step;
  std::vector<std::string> given_up;
  for (auto& [key, episode] : episodes_) {
    for (auto& [position, entry] : episode.queue)
      if (needs_fallback(episode, entry, now)) hand_over(episode, entry, now, step);
    const std::size_t changed = step.changed.size();
    drop_late_beat(episode, now, step);
    if (give_up(episode, now, step) || step.changed.size() != changed) given_up.push_back(key);
  }
  for (const std::string& key : given_up) forget_finished(key);
  return step;
}

std::optional<WallTime> OutboxMachine::next_due(WallTime now) const {
  std::optional<WallTime> due;
  const auto at = [&](WallTime time) { due = due ? std::min(*due, time) : time; };
  for (const auto& [key, episode] : episodes_) {
    bool blocked = false;
    for (const auto& [position, entry] : episode.queue) {
      const OutboxRow& row = entry.row;
      if (may_hand_over(episode, entry)) at(std::max(row.due + options_.fallback_after, now));
      // Without room the end of another attempt comes first, and is told of.
      if (!blocked && !entry.sending && has_room(entry, route_of(episode, entry)))
        at(ready_at(episode, entry, now));
      blocked = blocked || !is_fence(row) || entry.sending;
    }
  }
  return due;
}

std::vector<const OutboxRow*> OutboxMachine::owed() const {
  std::vector<const OutboxRow*> rows;
  for (const auto& [key, episode] : episodes_)
    for (const auto& [position, entry] : episode.queue)
      if (!is_beat(entry.row)) rows.push_back(&entry.row);
  return rows;
}

// Finished rows leave the queue; an episode whose resolve has left it is over.
void OutboxMachine::forget_finished(const std::string& key) {
  const auto episode = episodes_.find(key);
  if (episode == episodes_.end()) return;
  auto& queue = episode->second.queue;
  bool over = false;
  std::string alert_key;
  for (auto item = queue.begin(); item != queue.end();) {
    const OutboxRow& row = item->second.row;
    const bool finished = row.finished.has_value();
    over = over || (finished && ends_key(row));
    if (finished) key_of_.erase(row.id);
    if (finished) alert_key = row.alert_key;
    item = finished ? queue.erase(item) : std::next(item);
  }
  if (!over || !queue.empty()) return;
  episodes_.erase(episode);
  const auto keys = keys_of_.find(alert_key);
  if (keys == keys_of_.end()) return;
  keys->second.erase(key);
  if (keys->second.empty()) keys_of_.erase(keys);
}

}  // namespace picket::controller
