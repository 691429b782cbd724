#include "common/calendar/calendar.h"

#include <date/date.h>
#include <date/tz.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace picket::calendar {
namespace {

const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string{name});
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

using LocalMillis = date::local_time<Millis>;

WallTime on_the_clock(const date::time_zone& zone, LocalMillis local) {
  return {zone.to_sys(local, date::choose::earliest).time_since_epoch()};
}

date::local_days local_day(const date::time_zone& zone, WallTime at) {
  return date::floor<date::days>(zone.to_local(date::sys_time<Millis>{at.since_epoch}));
}

bool falls_on(const MaintenanceWindow& window, date::local_days day) {
  if (window.weekdays.empty()) return true;
  const auto weekday = static_cast<int>(date::weekday{day}.c_encoding());
  return std::find(window.weekdays.begin(), window.weekdays.end(), weekday) !=
         window.weekdays.end();
}

Span span_on(const MaintenanceWindow& window, const date::time_zone& zone, date::local_days day) {
  const WallTime begin = on_the_clock(zone, LocalMillis{day} + minutes{window.start_minute});
  return {begin, begin + window.duration};
}

std::optional<Span> once(const MaintenanceWindow& window) {
  if (!window.from || !window.until) return std::nullopt;
  return Span{*window.from, *window.until};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool fits(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char wanted) {
           return wanted == '0' ? is_digit(c) : c == wanted || (wanted == ' ' && c == 'T');
         });
}

// "2026-12-01 22:00", with seconds and a fraction: the library takes 26-1-5 2:0, in the year 26.
bool has_shape(std::string_view text) {
  constexpr std::string_view kMinute = "0000-00-00 00:00";
  constexpr std::string_view kSecond = "0000-00-00 00:00:00";
  const std::string_view second = text.substr(0, text.find('.'));
  if (second.size() == text.size()) return fits(text, kMinute) || fits(text, kSecond);
  const std::string_view part = text.substr(second.size() + 1);
  return fits(second, kSecond) && !part.empty() && std::all_of(part.begin(), part.end(), is_digit);
}

bool holds(const Span& span, WallTime at) { return span.begin <= at && at < span.end; }

}  // namespace

bool is_timezone(std::string_view name) { return find_zone(name) != nullptr; }

std::optional<WallTime> parse_local(std::string_view text, std::string_view timezone) {
  const date::time_zone* zone = find_zone(timezone);
  if (zone == nullptr || !has_shape(text)) return std::nullopt;
  for (const char* format : {"%F %T", "%FT%T", "%F %H:%M", "%FT%H:%M"}) {
    std::istringstream in{std::string{text}};
    LocalMillis local;
    in >> date::parse(format, local);
    if (in.fail()) continue;
    if (in.peek() == std::istringstream::traits_type::eof()) return on_the_clock(*zone, local);
  }
  return std::nullopt;
}

std::optional<Span> span_at(const MaintenanceWindow& window, WallTime at) {
  if (const auto span = once(window)) return holds(*span, at) ? span : std::nullopt;
  const date::time_zone* zone = find_zone(window.timezone);
  if (zone == nullptr) return std::nullopt;
  // A window may have begun as many days ago as it is long, and one more at the edges.
  const auto reach = date::ceil<date::days>(window.duration) + date::days{1};
  const date::local_days today = local_day(*zone, at);
  for (date::local_days day = today + date::days{1}; day >= today - reach; day -= date::days{1}) {
    if (!falls_on(window, day)) continue;
    const Span span = span_on(window, *zone, day);
    if (holds(span, at)) return span;
  }
  return std::nullopt;
}

std::optional<Span> next_span(const MaintenanceWindow& window, WallTime at) {
  if (const auto span = once(window)) return span->begin > at ? span : std::nullopt;
  const date::time_zone* zone = find_zone(window.timezone);
  if (zone == nullptr) return std::nullopt;
  const date::local_days today = local_day(*zone, at);
  for (date::local_days day = today - date::days{1}; day <= today + date::days{9};
       day += date::days{1}) {
    if (!falls_on(window, day)) continue;
    const Span span = span_on(window, *zone, day);
    if (span.begin > at) return span;
  }
  return std::nullopt;
}

const MaintenanceWindow* active_window(const std::vector<MaintenanceWindow>& windows, WallTime at) {
  const auto found = std::find_if(windows.begin(), windows.end(), [&](const auto& window) {
    return span_at(window, at).has_value();
  });
  return found == windows.end() ? nullptr : &*found;
}

std::optional<WallTime> next_change(const std::vector<MaintenanceWindow>& windows, WallTime at) {
  std::optional<WallTime> next;
  const auto take = [&](WallTime time) {
    if (time > at) next = next ? std::min(*next, time) : time;
  };
  for (const MaintenanceWindow& window : windows) {
    if (const auto span = span_at(window, at)) take(span->end);
    if (const auto span = next_span(window, at)) take(span->begin);
  }
  return next;
}

std::optional<int> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

}  // namespace picket::calendar
