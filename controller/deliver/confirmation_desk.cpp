#include "controller/deliver/confirmation_desk.h"

#include <algorithm>
#include <utility>

namespace picket::controller {
namespace {

constexpr Millis kLooks[] = {Seconds{3},  Seconds{8},   Seconds{20}, Seconds{40},
                             Seconds{70}, Seconds{100}, Seconds{120}};
constexpr Millis kLastLooks = Seconds{10};
constexpr Millis kFirstRetry = Seconds{5};
constexpr Millis kRetryMax = minutes{5};
constexpr int kAbsencesToBelieve = 2;
constexpr std::string_view kAccepted = "accepted by PagerDuty, but ";

Millis retry_of(int failures) {
  Millis span = kFirstRetry;
  for (int i = 1; i < failures && span < kRetryMax; ++i) span *= 2;
  return std::min(span, kRetryMax);
}

}  // namespace

std::string unconfirmed_text(OutboxAction action) {
  return std::string{kAccepted} +
         (action == OutboxAction::trigger
              ? "no incident exists: maintenance window or event rule?"
              : "the incident is still open: resolve it there, or look at its event rules");
}

bool is_unconfirmed(const OutboxRow& row) { return row.last_error.starts_with(kAccepted); }

void ConfirmationDesk::add(OutboxRow row, WallTime now) {
  if (waiting_.count(row.id) != 0) return;
  if (waiting_.size() >= options_.waiting_max) {
    ++counters_.unanswered;
    return;
  }
  Waiting waiting;
  waiting.accepted = row.finished.value_or(now);
  waiting.next = std::max(now, waiting.accepted + kLooks[0]);
  const std::string id = row.id;
  waiting.row = std::move(row);
  waiting_[id] = std::move(waiting);
}

std::optional<OutboxRow> ConfirmationDesk::start(WallTime now) {
  const auto due = next_due();
  if (!due || *due > now) return std::nullopt;
  const auto first =
      std::min_element(waiting_.begin(), waiting_.end(),
                       [](const auto& a, const auto& b) { return a.second.next < b.second.next; });
  under_way_ = first->first;
  last_ = now;
  ++counters_.lookups;
  return first->second.row;
}

void ConfirmationDesk::clock_stepped(Millis by) {
  for (auto& [id, waiting] : waiting_) {
    waiting.accepted = waiting.accepted + by;
    waiting.next = waiting.next + by;
  }
  last_ = last_ + by;
}

std::optional<WallTime> ConfirmationDesk::next_due() const {
  if (!under_way_.empty() || waiting_.empty()) return std::nullopt;
  std::optional<WallTime> due;
  for (const auto& [id, waiting] : waiting_)
    due = due ? std::min(*due, waiting.next) : waiting.next;
  return std::max(*due, last_ + options_.spacing);
}

WallTime ConfirmationDesk::look_after(const Waiting& waiting, WallTime now) {
  for (const Millis look : kLooks)
    if (waiting.accepted + look > now) return waiting.accepted + look;
  return now + kLastLooks;
}

ConfirmationDesk::Outcome ConfirmationDesk::leave(std::map<std::string, Waiting>::iterator found,
                                                  const Lookup& lookup) {
  Outcome outcome;
  OutboxRow row = std::move(found->second.row);
  waiting_.erase(found);
  switch (lookup.kind) {
    case Lookup::Kind::found:
      ++counters_.confirmed;
      row.state = OutboxState::confirmed;
      if (!lookup.provider_id.empty()) row.provider_id = lookup.provider_id;
      outcome.shown = lookup.shown;
      outcome.confirmed = std::move(row);
      break;
    case Lookup::Kind::absent:
      ++counters_.unconfirmed;
      row.last_error = unconfirmed_text(row.action);
      outcome.unconfirmed = std::move(row);
      break;
    case Lookup::Kind::failed:
    case Lookup::Kind::refused:
      ++counters_.unanswered;
      outcome.given_up = true;
      break;
  }
  return outcome;
}

ConfirmationDesk::Outcome ConfirmationDesk::finish(const std::string& id, const Lookup& lookup,
                                                   WallTime now) {
  if (under_way_ == id) under_way_.clear();
  const bool answered = lookup.kind == Lookup::Kind::found || lookup.kind == Lookup::Kind::absent;
  if (!answered) ++counters_.failed;
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return {};  // a webhook was faster
  Waiting& waiting = found->second;
  if (lookup.kind == Lookup::Kind::found) return leave(found, lookup);
  if (!answered) {
    if (now >= waiting.accepted + options_.give_up_after) return leave(found, lookup);
    waiting.next = now + lookup.retry_after.value_or(retry_of(++waiting.failures));
    return {};
  }
  ++waiting.absences;
  const bool late = now >= waiting.accepted + options_.unconfirmed_after;
  if (late && waiting.absences >= kAbsencesToBelieve) return leave(found, lookup);
  waiting.next = look_after(waiting, now);
  return {};
}

std::optional<OutboxRow> ConfirmationDesk::confirm(const DedupKey& key,
                                                   const std::string& provider_id) {
  for (auto item = waiting_.begin(); item != waiting_.end(); ++item) {
    if (item->second.row.key != key || item->second.row.action != OutboxAction::trigger) continue;
    Lookup lookup;
    lookup.kind = Lookup::Kind::found;
    lookup.provider_id = provider_id;
    return leave(item, lookup).confirmed;
  }
  return std::nullopt;
}

}  // namespace picket::controller
