// Maintenance windows on the clocks of their time zone, correct over daylight saving time and leap
// days. Reads the system's time zone database (tzdata) at first use; otherwise pure, any thread.
// The only includer of date/tz.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/time.h"
#include "common/model/maintenance.h"

namespace picket::calendar {

// An IANA name that the system knows: "Europe/Berlin", "UTC".
bool is_timezone(std::string_view name);

// "2026-12-01 22:00", "2026-12-01T22:00" or with seconds, as the clocks of that zone show it. A
// time that they skip is the moment of the change, one that they show twice the first of the two.
std::optional<WallTime> parse_local(std::string_view text, std::string_view timezone);

// "02:00", as minutes since midnight; nothing for anything but two digits, a colon, two digits of a
// time from 00:00 to 23:59.
std::optional<int> parse_time_of_day(std::string_view text);

// From begin to end, the end excluded.
struct Span {
  WallTime begin;
  WallTime end;
  bool operator==(const Span&) const = default;
};

// The span of this window that holds `at`, if one does. A start that the clocks skip is at the
// moment of the change; one that they show twice is the first of the two.
std::optional<Span> span_at(const MaintenanceWindow& window, WallTime at);

// The next span that begins after `at`; nothing when none does.
std::optional<Span> next_span(const MaintenanceWindow& window, WallTime at);

// The first of the windows that holds `at`; nullptr when none does.
const MaintenanceWindow* active_window(const std::vector<MaintenanceWindow>& windows, WallTime at);

// When next a window begins or ends, after `at`.
std::optional<WallTime> next_change(const std::vector<MaintenanceWindow>& windows, WallTime at);

}  // namespace picket::calendar
