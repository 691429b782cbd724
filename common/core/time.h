// Points in time and spans, and their written forms. Pure: nobody here reads a clock
// (common/async/clock.h does).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket {

using Nanos = std::chrono::nanoseconds;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using std::chrono::hours;
using std::chrono::minutes;

// Time since an arbitrary start of this machine's boot clock; never stepped by a wall clock.
struct MonoTime {
  Nanos since_boot{0};
  auto operator<=>(const MonoTime&) const = default;
};
inline MonoTime operator+(MonoTime t, Nanos d) { return {t.since_boot + d}; }
inline MonoTime operator-(MonoTime t, Nanos d) { return {t.since_boot - d}; }
inline Nanos operator-(MonoTime a, MonoTime b) { return a.since_boot - b.since_boot; }

// Unix time in milliseconds (UTC). Rounds, slots and everything stored or sent use it.
struct WallTime {
  Millis since_epoch{0};
  auto operator<=>(const WallTime&) const = default;
  std::int64_t unix_ms() const { return since_epoch.count(); }
  static WallTime from_unix_ms(std::int64_t ms) { return {Millis{ms}}; }
};
inline WallTime operator+(WallTime t, Millis d) { return {t.since_epoch + d}; }
inline WallTime operator-(WallTime t, Millis d) { return {t.since_epoch - d}; }
inline Millis operator-(WallTime a, WallTime b) { return a.since_epoch - b.since_epoch; }

// "1h30m", "500ms", "1.5s", "30d". Units ms s m h d w, each number with one; no sign, no spaces.
// Error invalid_argument names what is wrong ("60 has no unit: write 60s").
Result<Millis> parse_duration(std::string_view text);

// The shortest exact form that parse_duration reads back: "1h30m", "500ms", "0s".
std::string render_duration(Millis duration);

// For people: "212 ms", "1.84 s", "3 min 5 s", "2 h 10 min".
std::string render_elapsed(Nanos elapsed);

// RFC 3339 in UTC with milliseconds: "2026-11-22T02:19:44.000Z".
std::string render_rfc3339(WallTime time);

// RFC 3339, any offset, optional fraction. invalid_argument otherwise.
Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace picket
