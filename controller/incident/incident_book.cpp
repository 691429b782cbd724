#include "controller/incident/incident_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "common/core/text.h"
#include "controller/incident/book_parts.h"
#include "controller/incident/causes.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

std::vector<std::string> wanted_receivers(const AlertTransition& t) {
  return t.alert.notify.empty() ? t.check->notify : t.alert.notify;
}

// The end of a page that nobody could be sent, while its incident went on: the default receiver has
// been told.
bool is_taken_over(const IncidentRow& incident, const OutboxRow& row) {
  return row.action == OutboxAction::resolve && row.route_json.empty() &&
         (!is_held(incident) || row.due < incident.resolved);
}

}  // namespace

void BookRows::append(BookRows more) {
  const auto add = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  add(incidents, more.incidents);
  add(timeline, more.timeline);
  add(outbox, more.outbox);
  add(deployments, more.deployments);
  add(incident_deployments, more.incident_deployments);
  add(action_items, more.action_items);
  receivers_missing += more.receivers_missing;
}

IncidentBook::IncidentBook(BookSettings settings) : settings_(std::move(settings)) {}

void IncidentBook::restore(std::vector<IncidentRow> open, const std::vector<OutboxRow>& pages,
                           WallTime now) {
  std::map<IncidentId, Kept*> by_id;
  for (IncidentRow& row : open) {
    if (row.state == IncidentState::resolved && !is_held(row)) continue;
    const IncidentId id = row.id;
    Kept& kept = kept_[{row.subject, row.alert_id}];
    kept = Kept{std::move(row), {}};
    by_id[id] = &kept;
  }
  for (const OutboxRow& row : pages) {
    const auto found = by_id.find(row.incident);
    if (found == by_id.end() || !row.fallback_of.empty()) continue;
    if (!is_of_episode(*found->second, row)) continue;
    auto& known = found->second->pages;
    auto page =
        std::find_if(known.begin(), known.end(), [&](const Page& p) { return p.key == row.key; });
    if (page == known.end())
      page =
          known.insert(known.end(), Page{row.receiver, row.route_json, row.payload_json, row.key});
    if (is_taken_over(found->second->row, row)) {
      known.erase(page);
      continue;
    }
    page->next_ordinal = std::max(page->next_ordinal, row.ordinal + 1);
    if (row.action != OutboxAction::trigger) continue;
    const bool kept_back = row.state == OutboxState::suppressed;
    if (!kept_back && row.state != OutboxState::coalesced && !row.route_json.empty())
      page->first_told = std::min(page->first_told.value_or(row.due), row.due);
    if (row.due < page->last_trigger) continue;
    page->kept_back =
        kept_back ? std::optional{Suppression{row.last_error, row.due}} : std::nullopt;
    page->last_trigger = row.due;
    page->next_trigger = reminder_due(found->second->row, row.due, row.due);
    page->payload_json = row.payload_json;
    page->route_json = row.route_json;
  }
  for (auto& [slot, kept] : kept_) {
    if (slot.first.starts_with(kStormSubject))
      storms_[slot] = Storm{kept.row.opened + kStormCalm, kept.row.opened + kStormUpdate, false};
    // What explained it and ended while nobody listened: nothing that came after was heard.
    const auto is_explained = [](const Page& page) {
      return page.kept_back && page.kept_back->why.starts_with(kDependsOn);
    };
    for (Page& page : kept.pages)
      if (!page.first_told && (!kept.row.parent.empty() || is_explained(page)))
        page.relied_on = Ended{kept.row.parent, now};
    index(kept);
    reindex(kept);
  }
  restore_storms(pages);
  renew_ways();
}

BookRows IncidentBook::apply(const AlertTransition& t) {
  News news{.episode = {"check:" + t.check->name.value, t.alert.id, t.opening_round}};
  news.check = t.check->name;
  news.phase = t.phase;
  news.condition = to_string(t.alert.condition);
  news.severity = t.alert.severity;
  news.at = t.at;
  news.first_bad_run = t.first_bad_run;
  news.title = title_of(t);
  news.reason = t.reason;
  news.detail_json = detail_of(t);
  news.payload_json =
      payload_of(t, settings_, make_incident_id(settings_.install_id, news.episode));
  news.receivers = wanted_receivers(t);
  news.cause = join_causes(causes_of(t));
  add_deployments(*t.check, news);
  return take(news);
}

BookRows IncidentBook::apply(const FleetTransition& t) {
  News news{.episode = {t.subject, t.alert_id, t.opening_round}};
  news.phase = t.phase;
  news.condition = t.alert_id;
  news.severity = t.severity;
  news.at = t.at;
  news.title = t.title;
  news.reason = t.reason;
  news.detail_json = "{}";
  news.payload_json =
      payload_of(t, settings_, make_incident_id(settings_.install_id, news.episode));
  news.receivers = settings_.routes.fleet;
  return take(news);
}

BookRows IncidentBook::take(const News& news) {
  BookRows rows;
  const Slot slot{news.episode.subject, news.episode.alert_id};
  if (news.phase == AlertPhase::clears) {
    resolve(slot, news, rows);
    return rows;
  }
  if (news.phase == AlertPhase::changes) {
    const auto found = kept_.find(slot);
    if (found != kept_.end()) change(found->second, news, rows);
    return rows;
  }
  Kept& kept = keep(news, rows);
  if (news.phase == AlertPhase::fires && !is_held(kept.row)) open(kept, news, rows);
  reindex(kept);
  rows.incidents.push_back(kept.row);
  return rows;
}

IncidentBook::Kept& IncidentBook::keep(const News& news, BookRows& rows) {
  const Slot slot{news.episode.subject, news.episode.alert_id};
  if (const auto found = kept_.find(slot); found != kept_.end()) {
    if (found->second.row.opening_round == news.episode.opening_round) return found->second;
    resolve(slot, news, rows);  // never two of one alert: the older episode is over
  }
  Kept& kept = kept_[slot];
  IncidentRow& row = kept.row;
  row.id = make_incident_id(settings_.install_id, news.episode);
  row.check = news.check;
  row.subject = news.episode.subject;
  row.alert_id = news.episode.alert_id;
  row.verdict = news.condition;
  row.severity = news.severity;
  row.opening_round = news.episode.opening_round;
  row.opened = news.at;
  row.title = news.title;
  row.detail_json = news.detail_json;
  row.service = news.service;
  row.owner = news.owner;
  row.started = news.first_bad_run;
  if (news.first_bad_run) note(rows, row, *news.first_bad_run, "first_bad_run", news.title);
  by_id_[row.id] = slot;
  if (news.phase == AlertPhase::suspected) note(rows, row, news.at, "suspected", news.reason);
  return kept;
}

void IncidentBook::open(Kept& kept, const News& news, BookRows& rows) {
  IncidentRow& row = kept.row;
  if (!is_open(row)) {
    row.state = IncidentState::open;
    row.opened = news.at;
    note(rows, row, news.at, row.verdict == "down" ? "quorum_reached" : "opened", news.reason);
    for (const DeploymentRow& one : news.deployments) say_deployment(row, one, news.at, rows);
  }
  row.title = news.title;
  row.severity = news.severity;
  row.detail_json = news.detail_json;
  if (row.cause.empty()) row.cause = news.cause;
  join_parent(kept, news.at, rows);
  index(kept);
  trigger_new(kept, news, rows);
}

void IncidentBook::change(Kept& kept, const News& news, BookRows& rows) {
  if (kept.row.opening_round != news.episode.opening_round || !still_fails(kept.row)) return;
  kept.row.title = news.title;
  kept.row.detail_json = news.detail_json;
  note(rows, kept.row, news.at, "changed", news.reason + ": " + news.title);
  if (is_open(kept.row)) trigger_new(kept, news, rows);
  for (Page& page : kept.pages)
    page.payload_json = with_escalation_note_of(news.payload_json, page.payload_json);
  reindex(kept);
  rows.incidents.push_back(kept.row);
}

void IncidentBook::resolve(const Slot& slot, const News& news, BookRows& rows) {
  const auto found = kept_.find(slot);
  if (found == kept_.end()) return;
  if (found->second.due) due_.erase({*found->second.due, slot});
  waiting_.erase(slot);
  Kept kept = std::move(found->second);
  kept_.erase(found);
  unindex(kept);
  note_end_for_kin(kept, news.at);
  note_end_for_dependents(kept, news.at);
  // By its members, by the other members of its cause, by checks that depend on it.
  const bool is_waited_for = members_.count(kept.row.id) != 0 ||
                             members_.count(kept.row.parent) != 0 ||
                             suppressions_.is_depended_on(kept.row.check);
  look_again_ = look_again_ || (is_waited_for && !waiting_.empty());
  if (is_held(kept.row)) return finish_held(std::move(kept), news, rows);
  const bool paged = is_open(kept.row);
  kept.row.state = IncidentState::resolved;
  kept.row.resolved = news.at;
  note(rows, kept.row, news.at, paged ? "resolved" : "refuted", news.reason);
  for (Page& page : kept.pages)
    rows.outbox.push_back(make_row(kept, page, OutboxAction::resolve, news.at));
  rows.incidents.push_back(std::move(kept.row));
}

Result<BookRows> IncidentBook::acknowledge(const IncidentId& id, const std::string& by, WallTime at,
                                           const DedupKey& outside) {
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& entry) { return entry.second.row.id == id; });
  if (found == kept_.end() || is_held(found->second.row))
    return fail(ErrorCode::not_found, fmt::format("no open incident {}", clean_line(id.value)),
                "`picket incidents` lists them");
  BookRows rows;
  Kept& kept = found->second;
  if (kept.row.state == IncidentState::acknowledged) return rows;
  if (kept.row.state == IncidentState::suspected)
    return fail(ErrorCode::conflict, "the incident is only suspected, nobody was paged",
                "wait until it opens");
  kept.row.state = IncidentState::acknowledged;
  kept.row.acknowledged = at;
  note(rows, kept.row, at, "acknowledged", by);
  for (Page& page : kept.pages)
    if (!page.kept_back)
      rows.outbox.push_back(make_word(kept, page, OutboxAction::acknowledge, at, outside));
  reindex(kept);
  rows.incidents.push_back(kept.row);
  return rows;
}

void IncidentBook::set_routes(Routes routes) {
  settings_.routes = std::move(routes);
  renew_ways();
}

// Other receivers than when the pages were made: at a reload, or found by a start.
void IncidentBook::renew_ways() {
  for (auto& [slot, kept] : kept_) {
    renew_untold(kept);
    reindex(kept);  // escalations
  }
  look_again_ = !waiting_.empty();
}

// Does what is due of one incident. True when its row has changed.
bool IncidentBook::settle(Kept& kept, WallTime now, BookRows& rows) {
  const std::size_t before = rows.outbox.size();
  if (kept.row.page_again && now >= *kept.row.page_again) reopen(kept, now, rows);
  if (!is_open(kept.row)) return rows.outbox.size() != before;
  trigger_configured(kept, now, rows);
  escalate(kept, now, rows);
  for (Page& page : kept.pages) {
    if (page.route_json.empty()) continue;
    if (page.kept_back && page.kept_back->folded) continue;  // until its storm is over
    const auto suppression = suppression_of(kept, page, now);
    if (page.kept_back) {
      page.kept_back = suppression;
      if (!suppression) tell(kept, page, now, rows, ", nothing keeps it back any more");
    } else if (now >= page.next_trigger) {
      if (!suppression)
        tell_again(kept, page, now, rows, ", still open");
      else
        page.next_trigger =
            suppression->until.value_or(reminder_due(kept.row, page.last_trigger, now));
    }
  }
  return rows.outbox.size() != before;
}

BookRows IncidentBook::advance(WallTime now) {
  BookRows rows;
  if (std::exchange(look_again_, false)) {
    const auto waiting = waiting_;  // settling changes it
    // Who came first is told first: then the members of its cause know.
    for (const bool members : {false, true})
      for (const Slot& slot : waiting) {
        Kept& kept = kept_.at(slot);
        if (kept.row.parent.empty() == members) continue;
        settle(kept, now, rows);
        reindex(kept);
      }
  }
  while (!due_.empty() && due_.begin()->first <= now) {
    Kept* kept = &kept_.at(due_.begin()->second);
    // Due in the same moment: who came first is told first.
    const auto parent = by_id_.find(kept->row.parent);
    if (parent != by_id_.end()) {
      Kept& first = kept_.at(parent->second);
      if (first.due && *first.due <= now) kept = &first;
    }
    settle(*kept, now, rows);
    const auto was = kept->due;
    reindex(*kept);
    if (kept->due == was) break;  // nothing to gain from looking at it again now
  }
  advance_storms(now, rows);
  escalate_action_items(now, rows);
  return rows;
}

// When something is to be done for the incident if nothing comes in between.
void IncidentBook::reindex(Kept& kept) {
  const Slot slot{kept.row.subject, kept.row.alert_id};
  if (kept.due) due_.erase({*kept.due, slot});
  kept.due.reset();
  waiting_.erase(slot);
  if (kept.row.page_again) due_.emplace(*(kept.due = kept.row.page_again), slot);
  if (!is_open(kept.row)) return;
  const bool waits = std::any_of(kept.pages.begin(), kept.pages.end(),
                                 [](const Page& page) { return !page.told(); });
  if (waits) waiting_.insert(slot);
  for (const Page& page : kept.pages) {
    if (page.route_json.empty()) continue;  // set_routes() looks again
    const auto at = page.kept_back ? page.kept_back->until : std::optional{page.next_trigger};
    for (const auto& due : {at, escalation_due(kept, page)})
      if (due) kept.due = kept.due ? std::min(*kept.due, *due) : *due;
  }
  if (kept.due) due_.emplace(*kept.due, slot);
}

std::optional<WallTime> IncidentBook::next_due() const {
  if (look_again_ && !waiting_.empty()) return WallTime{};
  std::optional<WallTime> next;
  if (!due_.empty()) next = due_.begin()->first;
  if (const auto at = action_items_.next_escalation()) next = next ? std::min(*next, *at) : *at;
  for (const auto& [slot, storm] : storms_) {
    const WallTime at = storm.news ? std::min(storm.next_update, storm.next_look) : storm.next_look;
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

bool IncidentBook::has_told(const std::string& receiver) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](const auto& item) {
    const auto& pages = item.second.pages;
    return std::any_of(pages.begin(), pages.end(),
                       [&](const Page& page) { return page.receiver == receiver && page.told(); });
  });
}

std::vector<IncidentRow> IncidentBook::unresolved() const {
  std::vector<IncidentRow> rows;
  for (const auto& [slot, kept] : kept_)
    if (!is_held(kept.row)) rows.push_back(kept.row);
  std::sort(rows.begin(), rows.end(), [](const IncidentRow& a, const IncidentRow& b) {
    return std::tie(a.opened, a.id) < std::tie(b.opened, b.id);
  });
  return rows;
}

}  // namespace picket::controller
