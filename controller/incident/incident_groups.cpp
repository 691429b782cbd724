// Incidents that belong together: those of one cause, and storms of pages.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/incident/book_parts.h"
#include "controller/incident/causes.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

constexpr Millis kJoinWithin{300'000};
constexpr std::size_t kTitlesShown = 40;
constexpr std::string_view kCritical = "critical";
constexpr std::string_view kOther = "other";

}  // namespace

const IncidentBook::Kept* IncidentBook::find_by_id(const IncidentId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &kept_.at(found->second);
}

void IncidentBook::index(const Kept& kept) {
  const Slot slot{kept.row.subject, kept.row.alert_id};
  by_id_[kept.row.id] = slot;
  if (!kept.row.parent.empty()) members_[kept.row.parent].insert(slot);
  if (!still_fails(kept.row) || !kept.row.parent.empty()) return;
  for (const std::string& cause : split_causes(kept.row.cause)) by_cause_[cause].insert(slot);
}

void IncidentBook::unindex(const Kept& kept) {
  const Slot slot{kept.row.subject, kept.row.alert_id};
  const auto drop = [&](auto& index, const auto& key) {
    const auto found = index.find(key);
    if (found == index.end()) return;
    found->second.erase(slot);
    if (found->second.empty()) index.erase(found);
  };
  by_id_.erase(kept.row.id);
  drop(members_, kept.row.parent);
  for (const std::string& cause : split_causes(kept.row.cause)) drop(by_cause_, cause);
}

// The oldest open incident of the same cause and condition, at least as severe, that opened within
// the last minutes and is no member itself.
void IncidentBook::join_parent(Kept& kept, WallTime now, BookRows& rows) {
  if (!kept.row.parent.empty() || !kept.pages.empty()) return;
  Kept* parent = nullptr;
  for (const std::string& cause : split_causes(kept.row.cause)) {
    const auto known = by_cause_.find(cause);
    if (known == by_cause_.end()) continue;
    for (const Slot& slot : known->second) {
      Kept& other = kept_.at(slot);
      const IncidentRow& row = other.row;
      const bool fits = &other != &kept && row.verdict == kept.row.verdict &&
                        row.severity <= kept.row.severity && now - row.opened <= kJoinWithin;
      if (fits && (parent == nullptr || row.opened < parent->row.opened)) parent = &other;
    }
  }
  if (parent == nullptr) return;
  kept.row.parent = parent->row.id;
  const std::string cause = shared_cause(parent->row.cause, kept.row.cause);
  note(rows, kept.row, now, "joined", fmt::format("{}: {}", parent->row.id.value, cause));
  note(rows, parent->row, now, "member",
       fmt::format("{} ({}): {}", kept.row.id.value, kept.row.subject, cause));
}

// Who relied on its pages waits for the word of its own regions, which is on its way.
void IncidentBook::note_end_for_kin(const Kept& ended, WallTime at) {
  const auto kin = members_.find(ended.row.parent.empty() ? ended.row.id : ended.row.parent);
  if (kin == members_.end()) return;
  for (const Page& told : ended.pages) {
    if (!told.told()) continue;
    for (const Slot& slot : kin->second)
      for (Page& page : kept_.at(slot).pages)
        if (page.receiver == told.receiver && !page.first_told)
          page.relied_on = Ended{ended.row.id, at};
  }
}

// So do checks that its `down` explained: all of them recover with it, each in its own minute.
void IncidentBook::note_end_for_dependents(const Kept& ended, WallTime at) {
  const IncidentRow& row = ended.row;
  if (row.verdict != "down" || !still_fails(row) || !suppressions_.is_depended_on(row.check))
    return;
  for (const Slot& slot : waiting_) {
    Kept& kept = kept_.at(slot);
    const auto names = suppressions_.dependencies(kept.row.check);
    if (std::find(names.begin(), names.end(), row.check) == names.end()) continue;
    for (Page& page : kept.pages)
      if (!page.first_told) page.relied_on = Ended{row.id, at};
  }
}

IncidentBook::Slot IncidentBook::storm_slot(const Kept& kept, const std::string& receiver) {
  const bool critical = kept.row.severity == Severity::critical;
  return {std::string{kStormSubject} + receiver, std::string{critical ? kCritical : kOther}};
}

// A page too many becomes a line of the storm's page.
std::optional<Suppression> IncidentBook::fold(const Kept& kept, const std::string& receiver,
                                              WallTime now) {
  if (is_storm(kept.row)) return std::nullopt;
  if (!storm_watch_.is_too_many(receiver, kept.row.severity, now)) return std::nullopt;
  const Slot slot = storm_slot(kept, receiver);
  const auto [storm, begun] = storms_.try_emplace(slot, Storm{now, now, true});
  storm->second.next_look = now + kStormCalm;
  storm->second.news = true;
  return Suppression{"one of many, in the page of " + slot.first, std::nullopt, true};
}

std::vector<std::pair<IncidentBook::Kept*, IncidentBook::Page*>> IncidentBook::folded_into(
    const Slot& slot) {
  std::vector<std::pair<Kept*, Page*>> out;
  const std::string receiver = slot.first.substr(kStormSubject.size());
  for (auto& [other, kept] : kept_) {
    const bool critical = kept.row.severity == Severity::critical;
    if (!is_open(kept.row) || critical != (slot.second == kCritical)) continue;
    for (Page& page : kept.pages)
      if (page.receiver == receiver && page.kept_back && page.kept_back->folded)
        out.emplace_back(&kept, &page);
  }
  return out;
}

// What a start finds folded stays so until its storm is over, which is known from the rows alone.
void IncidentBook::restore_storms(const std::vector<OutboxRow>& pages) {
  for (const OutboxRow& row : pages) {
    const auto known = by_id_.find(row.incident);
    const bool folded = row.state == OutboxState::coalesced && row.action == OutboxAction::trigger;
    if (!folded || known == by_id_.end()) continue;
    Kept& kept = kept_.at(known->second);
    for (Page& page : kept.pages) {
      if (page.key != row.key || page.last_trigger != row.due) continue;  // told since
      page.kept_back = Suppression{row.last_error, std::nullopt, true};
      const Slot slot = storm_slot(kept, page.receiver);
      Storm& storm = storms_.try_emplace(slot, Storm{row.due, row.due, true}).first->second;
      storm.next_look = std::max(storm.next_look, row.due + kStormCalm);
      const auto of_storm = kept_.find(slot);
      if (of_storm == kept_.end() || of_storm->second.pages.empty()) continue;
      const WallTime told = of_storm->second.pages.front().last_trigger;
      storm.next_update = told + kStormUpdate;
      storm.news = storm.news || row.due > told;
    }
    reindex(kept);
  }
}

void IncidentBook::advance_storms(WallTime now, BookRows& rows) {
  for (auto it = storms_.begin(); it != storms_.end();) {
    const Slot slot = it->first;
    if (it->second.news && now >= it->second.next_update) tell_storm(slot, now, rows);
    const bool over = now >= it->second.next_look && end_storm(slot, now, rows);
    if (!over && now >= it->second.next_look) it->second.next_look = now + kStormCalm;
    it = over ? storms_.erase(it) : std::next(it);
  }
}

void IncidentBook::tell_storm(const Slot& slot, WallTime now, BookRows& rows) {
  Storm& storm = storms_.at(slot);
  storm.news = false;
  storm.next_update = now + kStormUpdate;
  const auto members = folded_into(slot);
  const auto known = kept_.find(slot);
  if (members.empty() && known == kept_.end()) return;
  News news{.episode = {slot.first, slot.second,
                        known == kept_.end() ? now : known->second.row.opening_round}};
  const std::string receiver = slot.first.substr(kStormSubject.size());
  news.condition = "storm";
  news.severity = slot.second == kCritical ? Severity::critical : Severity::error;
  news.at = now;
  news.title = fmt::format("{} more {} incidents for {} than can be paged one by one",
                           members.size(), slot.second, receiver);
  news.reason = fmt::format("more than {} pages in a minute", kStormPages);
  news.receivers = {receiver};
  nlohmann::json titles = nlohmann::json::array();
  for (const auto& [kept, page] : members) {
    if (titles.size() == kTitlesShown) break;
    titles.push_back(cut_utf8(kept->row.title, 200));
  }
  news.detail_json = nlohmann::json{{"incidents", titles}, {"count", members.size()}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  news.payload_json = storm_payload(news.title, news.detail_json, news.severity, now, settings_,
                                    make_incident_id(settings_.install_id, news.episode));
  BookRows told;
  if (known == kept_.end()) {
    told = take(news);
  } else {
    Kept& kept = known->second;
    kept.row.title = news.title;
    kept.row.detail_json = news.detail_json;
    told.incidents.push_back(kept.row);
    for (Page& page : kept.pages) {
      page.payload_json = with_escalation_note_of(news.payload_json, page.payload_json);
      if (page.told()) tell_again(kept, page, now, told, ", more of them");
    }
    reindex(kept);
  }
  rows.append(std::move(told));
}

// When few enough are left they get their own pages, and then the storm's ends: never neither.
bool IncidentBook::end_storm(const Slot& slot, WallTime now, BookRows& rows) {
  const auto members = folded_into(slot);
  if (members.size() > kStormPages) return false;
  for (const auto& [kept, page] : members) {
    page->kept_back = suppression_of(*kept, *page, now);
    rows.outbox.push_back(make_row(*kept, *page, OutboxAction::trigger, now));
    if (kept->row.state == IncidentState::acknowledged && page->told())
      rows.outbox.push_back(make_row(*kept, *page, OutboxAction::acknowledge, now));
    note(rows, kept->row, now, page->kept_back ? "suppressed" : "paged",
         page->receiver + (page->kept_back ? ": " + page->kept_back->why : ", the storm is over"));
    reindex(*kept);
  }
  const auto known = kept_.find(slot);
  if (known == kept_.end()) return true;
  News news{.episode = {slot.first, slot.second, known->second.row.opening_round}};
  news.phase = AlertPhase::clears;
  news.at = now;
  news.reason = members.empty() ? "all of them are resolved"
                                : fmt::format("{} are left and paged one by one", members.size());
  resolve(slot, news, rows);
  return true;
}

}  // namespace picket::controller
