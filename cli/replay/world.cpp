#include "cli/replay/world.h"

#include <algorithm>

namespace picket::cli {
namespace {

using namespace controller;

void add_once(std::vector<ReplayedPage>& pages, const OutboxRow& row) {
  const bool known = std::any_of(pages.begin(), pages.end(), [&](const ReplayedPage& page) {
    return page.receiver == row.receiver;
  });
  if (!known) pages.push_back({row.receiver, row.due});
}

}  // namespace

ReplayWorld::ReplayWorld(Routes routes, const std::vector<Silence>& silences)
    : book_({"replay", {}, minutes{60}, std::move(routes)}) {
  for (const Silence& silence : silences) book_.set_silence(silence);
}

void ReplayWorld::apply(WallTime at, decltype(Event::what) what) {
  advance(at);
  if (std::holds_alternative<TimePassed>(what)) return;
  if (const auto* defined = std::get_if<CheckDefined>(&what)) {
    book_.define(std::make_shared<const Check>(defined->check));
    shadow_[defined->check.name] = defined->check.shadow;
  }
  if (const auto* set = std::get_if<SilenceSet>(&what)) book_.set_silence(set->silence);
  if (const auto* ended = std::get_if<SilenceEnded>(&what)) book_.end_silence(ended->id, at);
  if (const auto* done = std::get_if<IncidentAcknowledged>(&what)) acknowledge(*done, at);
  const Event event{++seq_, at, std::move(what)};
  absorb(evaluator_.apply(event));
  if (const auto* removed = std::get_if<CheckRemoved>(&event.what)) book_.forget(removed->check);
}

void ReplayWorld::advance(WallTime now) {
  while (true) {
    const auto check = evaluator_.next_due();
    const auto page = book_.next_due();
    if ((!check || *check > now) && (!page || *page > now)) break;
    if (check && *check <= now && (!page || *check <= *page)) {
      absorb(evaluator_.advance(*check));
      continue;
    }
    take(book_.advance(*page));
    if (book_.next_due() == page) break;  // it waits for something else
  }
  take(book_.advance(now));
}

void ReplayWorld::absorb(const Effects& effects) {
  for (const AlertTransition& transition : effects.transitions) {
    if (transition.phase == AlertPhase::fires || transition.phase == AlertPhase::suspected)
      first_bad_[{transition.check->name, transition.alert.id}] = transition.first_bad_run;
    take(book_.apply(transition));
  }
}

void ReplayWorld::take(const BookRows& rows) {
  for (const IncidentRow& row : rows.incidents) {
    if (row.check.empty()) continue;  // of a storm: its members are here
    const bool known = incidents_.count(row.id) != 0;
    const bool opens = row.state == IncidentState::open || row.state == IncidentState::acknowledged;
    if (!known && !opens) continue;
    ReplayedIncident& incident = incidents_[row.id];
    incident.check = row.check;
    incident.alert_id = row.alert_id;
    incident.condition = row.verdict;
    incident.severity = row.severity;
    incident.title = row.title;
    incident.opened = row.opened;
    incident.resolved = row.resolved;
    if (!known) {
      incident.first_bad = first_bad_[{row.check, row.alert_id}];
      incident.shadow = shadow_[row.check];
    }
  }
  for (const OutboxRow& row : rows.outbox) {
    const auto found = incidents_.find(row.incident);
    if (found == incidents_.end() || row.action != OutboxAction::trigger) continue;
    if (row.state == OutboxState::pending || row.state == OutboxState::dead) {
      add_once(found->second.pages, row);
      continue;
    }
    add_once(found->second.withheld, row);
    found->second.withheld_by = row.last_error;
  }
}

// Its id is of another installation: whatever the check has open was meant.
void ReplayWorld::acknowledge(const IncidentAcknowledged& event, WallTime at) {
  if (event.check.empty()) return;
  for (const IncidentRow& row : book_.unresolved())
    if (row.check == event.check && row.state == IncidentState::open)
      if (const auto rows = book_.acknowledge(row.id, event.by, at)) take(*rows);
}

std::vector<ReplayedIncident> ReplayWorld::incidents() const {
  std::vector<ReplayedIncident> out;
  for (const auto& [id, incident] : incidents_) out.push_back(incident);
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.opened, a.check, a.alert_id) < std::tie(b.opened, b.check, b.alert_id);
  });
  return out;
}

}  // namespace picket::cli
