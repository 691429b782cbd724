// Incidents that a person ended while their checks still fail.
//   open, acknowledged  resolve          held: page_again or hold   resolves go out
//   held: page_again    resolve, hold    held: hold
//   held: page_again    the grace ends   open                       triggers under new keys
//   held                the check is up  over                       nothing: all are resolved
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/incident/book_parts.h"
#include "controller/incident/incident_book.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

constexpr Millis kCloseAgain = minutes{5};

// Until when it stays quiet, for the timeline.
std::string outlook(const IncidentRow& row) {
  if (row.after_resolve == AfterResolve::hold) return "held until the check recovers";
  return "paged again at " + render_rfc3339(*row.page_again) + " unless the check recovers";
}

std::string in_words(const PersonalResolve& word) {
  std::string text = "by " + word.by;
  if (!word.outside.empty()) text += " at the receiver";
  if (!word.note.empty()) text += ": " + word.note;
  return text;
}

}  // namespace

DedupKey IncidentBook::key_for(const Kept& kept, const std::string& receiver) const {
  const IncidentRow& row = kept.row;
  return make_dedup_key(settings_.install_id, receiver,
                        {row.subject, row.alert_id, row.opening_round, row.reopened});
}

// Keys of before it was opened again are over.
bool IncidentBook::is_of_episode(const Kept& kept, const OutboxRow& row) const {
  return kept.row.reopened == 0 || row.key == key_for(kept, row.receiver);
}

std::optional<IncidentId> IncidentBook::incident_of(const DedupKey& key) const {
  for (const auto& [slot, kept] : kept_)
    for (const Page& page : kept.pages)
      if (page.key == key) return kept.row.id;
  return std::nullopt;
}

// The row of an acknowledge or a resolve. Who said so at the receiver is not told of it.
OutboxRow IncidentBook::make_word(const Kept& kept, Page& page, OutboxAction action, WallTime at,
                                  const DedupKey& outside) const {
  OutboxRow row = make_row(kept, page, action, at);
  if (outside.empty() || page.key != outside) return row;
  row.state = OutboxState::suppressed;
  row.finished = at;
  row.last_error = fmt::format("{}d at the receiver by a person", to_string(action));
  return row;
}

Result<BookRows> IncidentBook::resolve(const IncidentId& id, const PersonalResolve& word,
                                       WallTime at) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end())
    return fail(ErrorCode::not_found, fmt::format("no open incident {}", clean_line(id.value)),
                "`picket incidents` lists them");
  Kept& kept = kept_.at(found->second);
  IncidentRow& row = kept.row;
  if (row.state == IncidentState::suspected)
    return fail(ErrorCode::conflict, "the incident is only suspected, nobody was paged",
                "wait until it opens");
  if (is_storm(row))
    return fail(ErrorCode::conflict, "a storm ends when few of its incidents are left",
                "resolve its incidents: `picket incidents`");
  BookRows rows;
  const bool was_held = is_held(row);
  if (was_held && !word.outside.empty()) return rows;  // the echo of what we told the receiver
  if (was_held && !word.then)
    return fail(ErrorCode::conflict,
                fmt::format("resolved already by {}; {}", row.resolved_by, outlook(row)),
                "--then hold or --then page_again changes what follows");
  const bool of_action = row.subject.starts_with(kActionSubject);
  row.after_resolve =
      of_action ? AfterResolve::hold : word.then.value_or(settings_.after_manual_resolve.then);
  if (!was_held) {
    row.state = IncidentState::resolved;
    row.resolved = at;
    row.page_again = at + settings_.after_manual_resolve.grace;
  }
  if (row.after_resolve == AfterResolve::hold) row.page_again.reset();
  if (was_held && row.after_resolve != AfterResolve::hold && !row.page_again)
    row.page_again = at + settings_.after_manual_resolve.grace;
  row.resolved_by = word.by;
  note(rows, row, at, was_held ? "held" : "resolved", in_words(word) + "; " + outlook(row));
  if (!was_held)
    for (Page& page : kept.pages)
      rows.outbox.push_back(make_word(kept, page, OutboxAction::resolve, at, word.outside));
  reindex(kept);
  rows.incidents.push_back(row);
  return rows;
}

// By itself after some hours, by a rule or a workflow: of the check that proves nothing. What
// closes each page at once must not make two of them race.
Result<BookRows> IncidentBook::close_outside(const DedupKey& key, const std::string& by,
                                             WallTime at) {
  for (auto& [slot, kept] : kept_)
    for (Page& page : kept.pages) {
      if (page.key != key || !is_open(kept.row) || !page.told()) continue;
      BookRows rows;
      page.next_trigger = std::min(page.next_trigger, page.last_trigger + kCloseAgain);
      note(rows, kept.row, at, "note",
           fmt::format("{}: closed there, by no person, but it still fails: told again", by));
      reindex(kept);
      return rows;
    }
  return fail(ErrorCode::not_found, "no page of an open incident has this key");
}

// The check has recovered: what a person said has come true.
void IncidentBook::finish_held(Kept kept, const News& news, BookRows& rows) {
  IncidentRow& row = kept.row;
  row.after_resolve = AfterResolve::none;
  row.page_again.reset();
  row.recovered = news.at;
  note(rows, row, news.at, "recovered", news.reason);
  rows.incidents.push_back(std::move(row));
}

void IncidentBook::reopen(Kept& kept, WallTime now, BookRows& rows) {
  IncidentRow& row = kept.row;
  const std::string why = fmt::format("resolved by {}, but it still fails", row.resolved_by);
  row.state = IncidentState::open;
  row.resolved.reset();
  row.acknowledged.reset();
  row.page_again.reset();
  row.after_resolve = AfterResolve::none;
  ++row.reopened;
  note(rows, row, now, "reopened", why);
  // Who was told because nobody acknowledged is told so again when nobody does.
  std::erase_if(kept.pages, [](const Page& page) { return is_escalated(page.payload_json); });
  for (Page& old : kept.pages) {
    // With neither the receiver nor a default one, whoever was told before is.
    const bool replaced = find_route(settings_.routes.default_receiver).has_value();
    Page page{old.receiver,
              find_route(present_name(old)).value_or(replaced ? std::string{} : old.route_json),
              with_detail(old.payload_json, "paged_again", why), key_for(kept, old.receiver)};
    page.kept_back = suppression_of(kept, page.receiver, now);
    tell(kept, page, now, rows, ", " + why);
    old = std::move(page);
  }
  rows.incidents.push_back(row);
}

}  // namespace picket::controller
