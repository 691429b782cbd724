// What the files of the incident book share: a line of a timeline, which incidents are open, how
// storms are named. Internal to controller/incident.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/core/text.h"
#include "controller/incident/incident_book.h"

namespace picket::controller {

inline constexpr std::string_view kStormSubject = "storm:";    // and the receiver
inline constexpr std::string_view kActionSubject = "action:";  // and the action item

inline constexpr std::string_view kDependsOn = "depends on ";  // begins the reason of a row

inline void note(BookRows& rows, const IncidentRow& row, WallTime at, std::string kind,
                 std::string text) {
  rows.timeline.push_back({row.id, at, std::move(kind), cut_utf8(clean_line(text), 1024)});
}

inline bool is_open(const IncidentRow& row) {
  return row.state == IncidentState::open || row.state == IncidentState::acknowledged;
}

// Ended by a person while its check still fails.
inline bool is_held(const IncidentRow& row) { return row.after_resolve != AfterResolve::none; }

// Open, or as good as that for what depends on it.
inline bool still_fails(const IncidentRow& row) { return is_open(row) || is_held(row); }

inline bool is_storm(const IncidentRow& row) { return row.subject.starts_with(kStormSubject); }

}  // namespace picket::controller
