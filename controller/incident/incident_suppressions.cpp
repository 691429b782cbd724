// What the incident book does when a definition or a silence changes: what it kept back may be due.
#include <algorithm>
#include <utility>

#include "controller/incident/incident_book.h"

namespace picket::controller {

void IncidentBook::define(std::shared_ptr<const Check> check, WallTime now) {
  const std::string subject = "check:" + check->name.value;
  suppressions_.define(std::move(check), now);
  look_again_ = !waiting_.empty();
  for (auto it = kept_.lower_bound({subject, {}}); it != kept_.end(); ++it) {
    if (it->first.first != subject) break;
    look_anew(it->second);
  }
}

void IncidentBook::forget(const CheckName& check) {
  suppressions_.forget(check);
  look_again_ = !waiting_.empty();
}

void IncidentBook::set_silence(Silence silence) {
  suppressions_.set(std::move(silence));
  look_all_anew();  // it may replace one that held more
}

bool IncidentBook::end_silence(const std::string& id, WallTime at) {
  const bool ended = suppressions_.end(id, at);
  if (ended) look_all_anew();
  return ended;
}

void IncidentBook::look_all_anew() {
  look_again_ = !waiting_.empty();
  for (auto& [slot, kept] : kept_) look_anew(kept);
}

// Reminders and escalations that wait for the end of what kept them back are due as if nothing had:
// what still does keeps them back again.
void IncidentBook::look_anew(Kept& kept) {
  for (Page& page : kept.pages) {
    if (!page.told()) continue;
    page.next_trigger = reminder_due(kept.row, page.last_trigger, page.last_trigger);
    page.escalate_from = {};
  }
  reindex(kept);
}

}  // namespace picket::controller
