// Who is told of an incident, by which row of the outbox, and what keeps that back.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/incident/book_parts.h"
#include "controller/incident/causes.h"
#include "controller/incident/route_rules.h"

namespace picket::controller {
namespace {

constexpr Millis kDependencyPatience{60'000};
constexpr Millis kOwnWordPatience{120'000};  // a recheck and the second pass after it

// Two routes to one recipient: the credential is a digest of the secret that names it.
bool is_same_recipient(const std::string& a, const std::string& b) {
  const auto one = nlohmann::json::parse(a, nullptr, false);
  const auto other = nlohmann::json::parse(b, nullptr, false);
  if (!one.is_object() || !other.is_object() || one.value("credential", "").empty()) return false;
  const auto same = [&](const char* key) { return one.value(key, "") == other.value(key, ""); };
  return same("credential") && same("kind") && same("url");
}

}  // namespace

std::optional<std::string> IncidentBook::find_route(const std::string& receiver) const {
  const auto found = settings_.routes.receivers.find(receiver);
  if (found == settings_.routes.receivers.end()) return std::nullopt;
  return found->second;
}

// The receiver of a page as it is called now, where it was told under a name that is gone.
std::string IncidentBook::present_name(const Page& page) const {
  const auto& receivers = settings_.routes.receivers;
  if (!page.told() || receivers.count(page.receiver) != 0) return page.receiver;
  const auto same = std::find_if(receivers.begin(), receivers.end(), [&](const auto& receiver) {
    return is_same_recipient(receiver.second, page.route_json);
  });
  return same == receivers.end() ? page.receiver : same->first;
}

// What nobody was told of goes by the settings in force; by the default receiver where its own is
// gone. A line of a storm's page stays one.
void IncidentBook::renew_untold(Kept& kept) const {
  for (Page& page : kept.pages) {
    const bool folded = page.kept_back && page.kept_back->folded;
    if (page.first_told || folded || page.route_json.empty()) continue;
    if (const auto route = find_route(page.receiver))
      page.route_json = *route;
    else if (find_route(settings_.routes.default_receiver))
      page.route_json.clear();
  }
}

// Who is told: what is configured as it stands, what is not by the default receiver, and if there
// is none the name itself, so that the page that nobody gets is on record.
std::vector<std::string> IncidentBook::receivers_for(Kept& kept, const News& news,
                                                     BookRows& rows) const {
  const std::string& fallback = settings_.routes.default_receiver;
  std::vector<std::string> wanted = news.receivers;
  if (!kept.row.check.empty() && !is_storm(kept.row)) {
    const IncidentLabels labels = labels_of(kept.row, suppressions_.find(kept.row.check));
    wanted = receivers_by_rules(settings_.routes.rules, labels, std::move(wanted));
  }
  if (wanted.empty()) wanted.push_back(fallback);
  std::vector<std::string> out;
  for (std::string& name : wanted) {
    if (!find_route(name)) {
      const bool replaced = find_route(fallback).has_value();
      const bool known = std::any_of(kept.pages.begin(), kept.pages.end(), [&](const Page& page) {
        return page.receiver == (replaced ? fallback : name);
      });
      if (!known) {
        ++rows.receivers_missing;
        note(rows, kept.row, news.at, "receiver_missing",
             fmt::format("receiver \"{}\" is not configured; {}", name,
                         replaced ? "told " + fallback : "nobody is told"));
      }
      if (replaced) name = fallback;
    }
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

void IncidentBook::trigger_new(Kept& kept, const News& news, BookRows& rows) {
  for (const std::string& receiver : receivers_for(kept, news, rows)) {
    const bool paged = std::any_of(kept.pages.begin(), kept.pages.end(), [&](const Page& page) {
      return present_name(page) == receiver;
    });
    if (paged) continue;
    Page page{receiver, find_route(receiver).value_or(std::string{}), news.payload_json,
              key_for(kept, receiver)};
    page.kept_back = suppression_of(kept, receiver, news.at);
    tell(kept, page, news.at, rows);
    kept.pages.push_back(std::move(page));
  }
}

// The first trigger that goes out, or the record that it is kept back and by what.
void IncidentBook::tell(Kept& kept, Page& page, WallTime at, BookRows& rows,
                        const std::string& remark) {
  if (!page.kept_back && !page.route_json.empty()) page.kept_back = fold(kept, page.receiver, at);
  rows.outbox.push_back(make_row(kept, page, OutboxAction::trigger, at));
  if (page.kept_back)
    note(rows, kept.row, at, page.kept_back->folded ? "coalesced" : "suppressed",
         page.receiver + ": " + page.kept_back->why);
  if (page.kept_back && !page.kept_back->by.empty())
    if (const Kept* other = find_by_id(page.kept_back->by))
      note(rows, other->row, at, "explains",
           fmt::format("no page to {} for {} (incident {})", page.receiver, kept.row.subject,
                       kept.row.id.value));
  if (page.told()) note(rows, kept.row, at, "paged", page.receiver + remark);
  // Somebody is on it already: the channel should know.
  if (kept.row.state == IncidentState::acknowledged && page.told())
    rows.outbox.push_back(make_row(kept, page, OutboxAction::acknowledge, at));
}

// A trigger of what the receiver has been told of before.
void IncidentBook::tell_again(Kept& kept, Page& page, WallTime at, BookRows& rows,
                              const std::string& remark) {
  rows.outbox.push_back(make_row(kept, page, OutboxAction::trigger, at));
  note(rows, kept.row, at, "paged", page.receiver + remark);
}

std::optional<Suppression> IncidentBook::suppression_of(const Kept& kept,
                                                        const std::string& receiver,
                                                        WallTime now) const {
  if (is_storm(kept.row)) return std::nullopt;  // its members were not kept back
  if (auto found = suppressions_.judge(kept.row, now)) return found;
  if (auto found = dependency_of(kept, now)) return found;
  return parent_of(kept, receiver);
}

// What holds for the receiver, and what for a page that nobody was sent yet.
std::optional<Suppression> IncidentBook::suppression_of(const Kept& kept, const Page& page,
                                                        WallTime now) const {
  if (auto found = suppression_of(kept, page.receiver, now)) return found;
  if (!page.relied_on || page.first_told) return std::nullopt;
  const auto& [incident, at] = *page.relied_on;
  const WallTime until = at + kOwnWordPatience;
  if (now >= until) return std::nullopt;
  const std::string of = incident.empty() ? "what explained it" : "incident " + incident.value;
  return Suppression{"waits whether it ends as " + of + " did", until};
}

// A check that it depends on and that is down. One that is only suspected is waited for, a minute
// at most.
std::optional<Suppression> IncidentBook::dependency_of(const Kept& kept, WallTime now) const {
  for (const CheckName& name : suppressions_.dependencies(kept.row.check)) {
    const std::string subject = "check:" + name.value;
    for (auto it = kept_.lower_bound({subject, {}}); it != kept_.end(); ++it) {
      const IncidentRow& other = it->second.row;
      if (other.subject != subject) break;
      if (other.verdict != "down") continue;
      if (still_fails(other))
        return Suppression{fmt::format("{}{}, which is down (incident {})", kDependsOn, name.value,
                                       other.id.value),
                           {},
                           false,
                           other.id};
      const WallTime patience = kept.row.opened + kDependencyPatience;
      if (other.state == IncidentState::suspected && now < patience)
        return Suppression{fmt::format("waits whether {} is down", name.value), patience};
    }
  }
  return std::nullopt;
}

// The incident of the same cause that this receiver was told of before.
std::optional<Suppression> IncidentBook::parent_of(const Kept& kept,
                                                   const std::string& receiver) const {
  const Kept* parent = kept.row.parent.empty() ? nullptr : find_by_id(kept.row.parent);
  if (parent == nullptr || !still_fails(parent->row)) return std::nullopt;
  const auto told = [&](const Kept& other) {
    return std::any_of(other.pages.begin(), other.pages.end(),
                       [&](const Page& page) { return page.receiver == receiver && page.told(); });
  };
  bool known = told(*parent);
  const auto members = members_.find(kept.row.parent);
  if (members != members_.end())
    for (auto slot = members->second.begin(); slot != members->second.end() && !known; ++slot) {
      const Kept& other = kept_.at(*slot);
      known = other.row.id != kept.row.id && still_fails(other.row) && told(other);
    }
  if (!known) return std::nullopt;
  return Suppression{fmt::format("same cause as incident {}: {}", parent->row.id.value,
                                 shared_cause(kept.row.cause, parent->row.cause)),
                     {}};
}

OutboxRow IncidentBook::make_row(const Kept& kept, Page& page, OutboxAction action,
                                 WallTime at) const {
  OutboxRow row;
  row.incident = kept.row.id;
  row.action = action;
  row.receiver = page.receiver;
  row.route_json = page.route_json;
  row.payload_json = page.payload_json;
  row.key = page.key;
  row.alert_key = join_unambiguously({page.receiver, kept.row.subject, kept.row.alert_id});
  row.ordinal = page.next_ordinal++;
  row.id = make_outbox_id(row.key, row.ordinal);
  row.severity = kept.row.severity;
  row.due = at;
  row.next_attempt = at;
  if (action == OutboxAction::trigger) {
    page.last_trigger = at;
    page.next_trigger = reminder_due(kept.row, at, at);
    if (page.told() && !page.first_told) page.first_told = at;
  }
  if (page.kept_back) {
    row.state = page.kept_back->folded ? OutboxState::coalesced : OutboxState::suppressed;
    row.finished = at;
    row.last_error = action == OutboxAction::trigger ? page.kept_back->why
                                                     : "nothing was sent: " + page.kept_back->why;
  } else if (page.route_json.empty()) {
    row.state = OutboxState::dead;
    row.finished = at;
    row.last_error = fmt::format("receiver \"{}\" is not configured", page.receiver);
  }
  return row;
}

// When what was told at `told` is told again, after `now`: hours are counted from the page, so that
// a restart between does not move them. The page of an action item is told once.
WallTime IncidentBook::reminder_due(const IncidentRow& row, WallTime told, WallTime now) const {
  if (row.subject.starts_with(kActionSubject)) return WallTime::from_unix_ms(INT64_MAX);
  const Millis every = settings_.retrigger_every;
  return told + every * (std::max<std::int64_t>(0, (now - told) / every) + 1);
}

// Where a page that nobody got can go now: to its receiver, else to the default one unless that
// has its own page already.
std::optional<std::string> IncidentBook::way_for(const Kept& kept, const Page& page) const {
  if (!page.route_json.empty()) return std::nullopt;
  if (find_route(page.receiver)) return page.receiver;
  const std::string& fallback = settings_.routes.default_receiver;
  const bool told = std::any_of(kept.pages.begin(), kept.pages.end(),
                                [&](const Page& other) { return other.receiver == fallback; });
  if (told || !find_route(fallback)) return std::nullopt;
  return fallback;
}

// The record of a page that the default receiver takes over ends there, so that a start does not
// find it open.
void IncidentBook::trigger_configured(Kept& kept, WallTime now, BookRows& rows) {
  for (Page& page : kept.pages) {
    const auto way = way_for(kept, page);
    if (!way) continue;
    if (*way != page.receiver) {
      rows.outbox.push_back(make_row(kept, page, OutboxAction::resolve, now));
      rows.outbox.back().last_error += ", told " + *way;
      page = Page{*way, {}, page.payload_json, key_for(kept, *way)};
    }
    page.route_json = *find_route(*way);
    page.kept_back = suppression_of(kept, page, now);
    tell(kept, page, now, rows);
  }
}

}  // namespace picket::controller
