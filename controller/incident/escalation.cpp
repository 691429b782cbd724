// Who is told as well when nobody acknowledges an incident.
#include <algorithm>

#include "controller/incident/incident_book.h"
#include "controller/incident/page_text.h"

namespace picket::controller {
namespace {

constexpr Millis kLookAgain = minutes{1};

}  // namespace

// The escalation of what was told stays as it was, also when both receivers are gone.
std::optional<std::string> IncidentBook::find_escalation_route(const std::string& receiver) const {
  if (auto route = find_route(receiver)) return route;
  const auto gone = settings_.routes.gone.find(receiver);
  return gone == settings_.routes.gone.end() ? std::nullopt : std::optional{gone->second};
}

// Nothing: it is not escalated, or was. The receiver it leads to is told once, whoever else was.
std::optional<WallTime> IncidentBook::escalation_due(const Kept& kept, const Page& page) const {
  const auto found = settings_.routes.escalations.find(present_name(page));
  const bool waits = kept.row.state == IncidentState::open && page.told() && page.first_told;
  if (found == settings_.routes.escalations.end() || !waits) return std::nullopt;
  const std::string& to = found->second.to;
  const bool told = std::any_of(kept.pages.begin(), kept.pages.end(),
                                [&](const Page& other) { return other.receiver == to; });
  if (told || !find_escalation_route(to)) return std::nullopt;
  return std::max(*page.first_told + found->second.after, page.escalate_from);
}

void IncidentBook::escalate(Kept& kept, WallTime now, BookRows& rows) {
  for (std::size_t i = 0; i < kept.pages.size(); ++i) {
    const auto due = escalation_due(kept, kept.pages[i]);
    if (!due || now < *due) continue;
    const std::string from = present_name(kept.pages[i]);
    const auto& [after, to] = settings_.routes.escalations.at(from);
    if (const auto suppression = suppression_of(kept, to, now)) {
      kept.pages[i].escalate_from = suppression->until.value_or(now + kLookAgain);
      continue;
    }
    Page page{to, *find_escalation_route(to),
              with_escalation_note(kept.pages[i].payload_json, from, after), key_for(kept, to)};
    tell(kept, page, now, rows,
         ", nobody acknowledged the page of " + from + " within " + render_duration(after));
    kept.pages.push_back(std::move(page));
  }
}

}  // namespace picket::controller
