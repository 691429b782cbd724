#include "cli/replay/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace picket::cli {
namespace {

bool overlap(const ReplayedIncident& a, const ReplayedIncident& b) {
  const auto begins_within = [](const ReplayedIncident& one, const ReplayedIncident& other) {
    return other.opened <= one.opened && (!other.resolved || one.opened <= *other.resolved);
  };
  return a.check == b.check && a.alert_id == b.alert_id &&
         (begins_within(a, b) || begins_within(b, a));
}

std::set<std::string> receivers_of(const std::vector<ReplayedPage>& pages) {
  std::set<std::string> names;
  for (const ReplayedPage& page : pages) names.insert(page.receiver);
  return names;
}

std::string shift_of(std::string_view what, WallTime before, WallTime after) {
  const bool later = after > before;
  return fmt::format("{} {} {}", what, render_elapsed(later ? after - before : before - after),
                     later ? "later" : "earlier");
}

std::string movement(const ReplayedIncident& before, const ReplayedIncident& after) {
  const auto old_page = before.paged();
  const auto new_page = after.paged();
  if (old_page && !new_page)
    return after.withheld_by.empty() ? "no longer paged" : "no longer paged: " + after.withheld_by;
  if (!old_page && new_page) return "now paged";
  if (old_page && receivers_of(before.pages) != receivers_of(after.pages))
    return fmt::format("tells {} instead of {}", fmt::join(receivers_of(after.pages), ", "),
                       fmt::join(receivers_of(before.pages), ", "));
  if (old_page && *old_page != *new_page) return shift_of("paged", *old_page, *new_page);
  if (before.opened != after.opened) return shift_of("opens", before.opened, after.opened);
  return {};
}

Difference pair_of(const ReplayedIncident& before, const ReplayedIncident& after) {
  Difference out{DifferenceKind::same, before, after, movement(before, after)};
  if (!out.what.empty()) out.kind = DifferenceKind::moves;
  return out;
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::appears: return "appears";
    case DifferenceKind::vanishes: return "vanishes";
    case DifferenceKind::moves: return "moves";
    case DifferenceKind::same: return "same";
  }
  return "same";
}

bool Difference::of_pages() const {
  const bool was = before && before->paged();
  const bool is = after && after->paged();
  return kind != DifferenceKind::same && (was || is);
}

std::vector<Difference> compare(const std::vector<ReplayedIncident>& before,
                                const std::vector<ReplayedIncident>& after) {
  std::vector<Difference> out;
  std::set<const ReplayedIncident*> matched;
  for (const ReplayedIncident& old : before) {
    const auto twin = std::find_if(after.begin(), after.end(), [&](const ReplayedIncident& one) {
      return matched.count(&one) == 0 && overlap(old, one);
    });
    if (twin == after.end()) {
      out.push_back({DifferenceKind::vanishes, old, std::nullopt, {}});
      continue;
    }
    matched.insert(&*twin);
    out.push_back(pair_of(old, *twin));
  }
  for (const ReplayedIncident& one : after)
    if (matched.count(&one) == 0) out.push_back({DifferenceKind::appears, std::nullopt, one, {}});
  std::stable_sort(out.begin(), out.end(), [](const Difference& a, const Difference& b) {
    return a.any().opened < b.any().opened;
  });
  return out;
}

}  // namespace picket::cli
