#include "controller/incident/incident_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/core/text.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

void note(BookRows& rows, const IncidentRow& row, WallTime at, std::string kind,
          std::string text) {
  rows.timeline.push_back({row.id, at, std::move(kind), cut_utf8(clean_line(text), 1024)});
}

bool is_open(const IncidentRow& row) {
  return row.state == IncidentState::open || row.state == IncidentState::acknowledged;
}

std::vector<std::string> wanted_receivers(const AlertTransition& t) {
  return t.alert.notify.empty() ? t.check->notify : t.alert.notify;
}

}  // namespace

IncidentBook::IncidentBook(BookSettings settings) : settings_(std::move(settings)) {}

void IncidentBook::restore(std::vector<IncidentRow> open, const std::vector<OutboxRow>& pages) {
  std::map<IncidentId, Kept*> by_id;
  for (IncidentRow& row : open) {
    if (row.state == IncidentState::resolved) continue;
    const IncidentId id = row.id;
    Kept& kept = kept_[{row.subject, row.alert_id}];
    kept = Kept{std::move(row), {}};
    by_id[id] = &kept;
  }
  for (const OutboxRow& row : pages) {
    const auto found = by_id.find(row.incident);
    if (found == by_id.end() || !row.fallback_of.empty()) continue;
    auto& known = found->second->pages;
    auto page = std::find_if(known.begin(), known.end(),
                             [&](const Page& p) { return p.key == row.key; });
    if (page == known.end())
      page = known.insert(known.end(),
                          Page{row.receiver, row.route_json, row.payload_json, row.key});
    page->next_ordinal = std::max(page->next_ordinal, row.ordinal + 1);
    if (row.action != OutboxAction::trigger || row.due < page->last_trigger) continue;
    page->last_trigger = row.due;
    page->payload_json = row.payload_json;
    page->route_json = row.route_json;
  }
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
  if (news.phase == AlertPhase::fires) open(kept, news, rows);
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
  if (news.first_bad_run) note(rows, row, *news.first_bad_run, "first_bad_run", news.title);
  if (news.phase == AlertPhase::suspected) note(rows, row, news.at, "suspected", news.reason);
  return kept;
}

void IncidentBook::open(Kept& kept, const News& news, BookRows& rows) {
  IncidentRow& row = kept.row;
  if (!is_open(row)) {
    row.state = IncidentState::open;
    row.opened = news.at;
    note(rows, row, news.at, row.verdict == "down" ? "quorum_reached" : "opened", news.reason);
  }
  row.title = news.title;
  row.severity = news.severity;
  row.detail_json = news.detail_json;
  trigger_new(kept, news, rows);
}

void IncidentBook::change(Kept& kept, const News& news, BookRows& rows) {
  if (kept.row.opening_round != news.episode.opening_round || !is_open(kept.row)) return;
  kept.row.title = news.title;
  kept.row.detail_json = news.detail_json;
  note(rows, kept.row, news.at, "changed", news.reason + ": " + news.title);
  trigger_new(kept, news, rows);
  for (Page& page : kept.pages) page.payload_json = news.payload_json;
  rows.incidents.push_back(kept.row);
}

void IncidentBook::resolve(const Slot& slot, const News& news, BookRows& rows) {
  const auto found = kept_.find(slot);
  if (found == kept_.end()) return;
  Kept kept = std::move(found->second);
  kept_.erase(found);
  const bool paged = is_open(kept.row);
  kept.row.state = IncidentState::resolved;
  kept.row.resolved = news.at;
  note(rows, kept.row, news.at, paged ? "resolved" : "refuted", news.reason);
  for (Page& page : kept.pages)
    rows.outbox.push_back(make_row(kept, page, OutboxAction::resolve, news.at));
  rows.incidents.push_back(std::move(kept.row));
}

std::optional<std::string> IncidentBook::find_route(const std::string& receiver) const {
  const auto found = settings_.routes.receivers.find(receiver);
  if (found == settings_.routes.receivers.end()) return std::nullopt;
  return found->second;
}

// Who is told: what is configured as it stands, what is not by the default receiver, and if there
// is none the name itself, so that the page that nobody gets is on record.
std::vector<std::string> IncidentBook::receivers_for(Kept& kept, const News& news,
                                                     BookRows& rows) const {
  const std::string& fallback = settings_.routes.default_receiver;
  std::vector<std::string> wanted = news.receivers;
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
    const bool paged = std::any_of(kept.pages.begin(), kept.pages.end(),
                                   [&](const Page& page) { return page.receiver == receiver; });
    if (paged) continue;
    Page page{receiver, find_route(receiver).value_or(std::string{}), news.payload_json,
              make_dedup_key(settings_.install_id, receiver, news.episode)};
    rows.outbox.push_back(make_row(kept, page, OutboxAction::trigger, news.at));
    if (!page.route_json.empty()) note(rows, kept.row, news.at, "paged", receiver);
    kept.pages.push_back(std::move(page));
  }
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
  if (action == OutboxAction::trigger) page.last_trigger = at;
  if (page.route_json.empty()) {
    row.state = OutboxState::dead;
    row.finished = at;
    row.last_error = fmt::format("receiver \"{}\" is not configured", page.receiver);
  }
  return row;
}

Result<BookRows> IncidentBook::acknowledge(const IncidentId& id, const std::string& by,
                                           WallTime at) {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& entry) {
    return entry.second.row.id == id;
  });
  if (found == kept_.end())
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
    rows.outbox.push_back(make_row(kept, page, OutboxAction::acknowledge, at));
  rows.incidents.push_back(kept.row);
  return rows;
}

void IncidentBook::set_routes(Routes routes) { settings_.routes = std::move(routes); }

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

void IncidentBook::trigger_configured(Kept& kept, WallTime now, BookRows& rows) {
  for (Page& page : kept.pages) {
    const auto way = way_for(kept, page);
    if (!way) continue;
    const EpisodeName episode{kept.row.subject, kept.row.alert_id, kept.row.opening_round};
    if (*way != page.receiver)
      page = Page{*way, {}, page.payload_json,
                  make_dedup_key(settings_.install_id, *way, episode)};
    page.route_json = *find_route(*way);
    rows.outbox.push_back(make_row(kept, page, OutboxAction::trigger, now));
    note(rows, kept.row, now, "paged", page.receiver);
  }
}

BookRows IncidentBook::advance(WallTime now) {
  BookRows rows;
  for (auto& [slot, kept] : kept_) {
    if (!is_open(kept.row)) continue;
    trigger_configured(kept, now, rows);
    for (Page& page : kept.pages) {
      if (page.route_json.empty() || now < page.last_trigger + settings_.retrigger_every) continue;
      rows.outbox.push_back(make_row(kept, page, OutboxAction::trigger, now));
      note(rows, kept.row, now, "paged", page.receiver + ", still open");
    }
  }
  return rows;
}

std::optional<WallTime> IncidentBook::next_due() const {
  std::optional<WallTime> next;
  for (const auto& [slot, kept] : kept_) {
    if (!is_open(kept.row)) continue;
    for (const Page& page : kept.pages) {
      if (page.route_json.empty() && !way_for(kept, page)) continue;
      const WallTime at =
          page.route_json.empty() ? WallTime{} : page.last_trigger + settings_.retrigger_every;
      next = next ? std::min(*next, at) : at;
    }
  }
  return next;
}

std::vector<IncidentRow> IncidentBook::unresolved() const {
  std::vector<IncidentRow> rows;
  for (const auto& [slot, kept] : kept_) rows.push_back(kept.row);
  std::sort(rows.begin(), rows.end(), [](const IncidentRow& a, const IncidentRow& b) {
    return std::tie(a.opened, a.id) < std::tie(b.opened, b.id);
  });
  return rows;
}

}  // namespace picket::controller
