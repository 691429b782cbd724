#include "controller/deliver/alert_levels.h"

#include <set>

#include "controller/deliver/route.h"

namespace picket::controller {
namespace {

// A resolve counts as soon as it is owed, for the incident is over whoever knows of it; anything
// else once a channel has it.
bool counts(const OutboxRow& row) {
  const bool withheld = row.state == OutboxState::suppressed || row.state == OutboxState::coalesced;
  if (row.action == OutboxAction::resolve) return !withheld;
  return row.state == OutboxState::accepted || row.state == OutboxState::confirmed;
}

}  // namespace

bool AlertLevels::learn(const OutboxRow& row) {
  if (!counts(row)) return false;
  const auto route = parse_route(row.route_json);
  if (!route || route->kind != ReceiverKind::alertmanager) return false;
  const auto [found, added] = levels_.try_emplace({row.receiver, row.key.value});
  AlertLevel& level = found->second;
  if (!added && row.ordinal < level.row.ordinal) return false;
  const bool news = !added && row.action != level.row.action;
  level.row = row;
  level.resolved = std::nullopt;
  if (row.action == OutboxAction::resolve) level.resolved = row.finished.value_or(row.due);
  return news;
}

std::map<std::string, std::vector<AlertLevel>> AlertLevels::at(WallTime now) {
  std::erase_if(levels_, [&](const auto& item) {
    const auto& resolved = item.second.resolved;
    return resolved && now - *resolved > kResolvedShown;
  });
  // Opened again under another key it is the same alert there: its earlier end is no longer true.
  std::set<std::pair<std::string, std::string>> open;
  for (const auto& [key, level] : levels_)
    if (!level.resolved) open.insert({key.first, level.row.incident.value});
  std::map<std::string, std::vector<AlertLevel>> out;
  for (const auto& [key, level] : levels_)
    if (!level.resolved || open.count({key.first, level.row.incident.value}) == 0)
      out[key.first].push_back(level);
  return out;
}

}  // namespace picket::controller
