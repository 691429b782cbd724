// Windows on local clocks. Europe/Berlin: forward on 2026-03-29 02:00 CET to 03:00 CEST, back on
// 2026-10-25 03:00 CEST to 02:00 CET.
#include "common/calendar/calendar.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::calendar;

namespace {

WallTime at(const std::string& text) { return *parse_rfc3339(text); }

MaintenanceWindow daily(int hour, int minute, Millis duration, std::vector<int> weekdays = {},
                        const std::string& zone = "Europe/Berlin") {
  MaintenanceWindow window;
  window.start_minute = hour * 60 + minute;
  window.duration = duration;
  window.weekdays = std::move(weekdays);
  window.timezone = zone;
  return window;
}

std::string show(const std::optional<Span>& span) {
  return span ? render_rfc3339(span->begin).substr(0, 16) + " to " +
                    render_rfc3339(span->end).substr(0, 16)
              : "none";
}

}  // namespace

TEST_CASE("time zones are IANA names", "[calendar]") {
  CHECK(is_timezone("Europe/Berlin"));
  CHECK(is_timezone("UTC"));
  CHECK_FALSE(is_timezone("Berlin"));
  CHECK_FALSE(is_timezone(""));
  CHECK_FALSE(is_timezone("../../etc/passwd"));
}

TEST_CASE("a local time is read on the clocks of its zone", "[calendar]") {
  CHECK(parse_local("2026-12-01 22:00", "Europe/Berlin") == at("2026-12-01T21:00:00Z"));
  CHECK(parse_local("2026-07-01T22:00:30", "Europe/Berlin") == at("2026-07-01T20:00:30Z"));
  CHECK(parse_local("2028-02-29 12:00", "America/New_York") == at("2028-02-29T17:00:00Z"));
  CHECK_FALSE(parse_local("2027-02-29 12:00", "UTC"));
  CHECK_FALSE(parse_local("2026-12-01 25:00", "UTC"));
  CHECK_FALSE(parse_local("2026-12-01 12:00 and more", "UTC"));
  CHECK_FALSE(parse_local("02:00", "UTC"));
  for (const char* short_of :
       {"26-12-01 22:00", "2026-1-5 2:00", "2026-12-01 2:00", "2026-12-1 22:00", "2026-12-01 22:0",
        "-026-12-01 22:00", "2026-12-01 22:00:5"})
    CHECK_FALSE(parse_local(short_of, "UTC"));
  CHECK(parse_local("2026-12-01 22:00:30.5", "UTC") == at("2026-12-01T22:00:30.5Z"));
  // Skipped: the moment of the change. Shown twice: the first.
  CHECK(parse_local("2026-03-29 02:30", "Europe/Berlin") == at("2026-03-29T01:00:00Z"));
  CHECK(parse_local("2026-10-25 02:30", "Europe/Berlin") == at("2026-10-25T00:30:00Z"));
}

TEST_CASE("a daily window follows the clocks through the year", "[calendar]") {
  const MaintenanceWindow window = daily(2, 0, minutes{45});
  CHECK(show(span_at(window, at("2026-01-15T01:10:00Z"))) ==
        "2026-01-15T01:00 to 2026-01-15T01:45");
  CHECK(show(span_at(window, at("2026-07-15T00:10:00Z"))) ==
        "2026-07-15T00:00 to 2026-07-15T00:45");
  CHECK(show(span_at(window, at("2026-07-15T01:10:00Z"))) == "none");
  CHECK(show(span_at(window, at("2026-01-15T01:45:00Z"))) == "none");  // the end is out
}

TEST_CASE("a start that the clocks skip is at the change", "[calendar]") {
  const MaintenanceWindow window = daily(2, 30, minutes{45});
  CHECK(show(next_span(window, at("2026-03-28T12:00:00Z"))) ==
        "2026-03-29T01:00 to 2026-03-29T01:45");
  CHECK(show(next_span(window, at("2026-03-29T02:00:00Z"))) ==
        "2026-03-30T00:30 to 2026-03-30T01:15");
}

TEST_CASE("a start that the clocks show twice happens once, and lasts as it says", "[calendar]") {
  const MaintenanceWindow window = daily(2, 30, hours{1});
  CHECK(show(next_span(window, at("2026-10-24T12:00:00Z"))) ==
        "2026-10-25T00:30 to 2026-10-25T01:30");
  CHECK(show(span_at(window, at("2026-10-25T01:29:00Z"))) ==
        "2026-10-25T00:30 to 2026-10-25T01:30");
  CHECK(show(span_at(window, at("2026-10-25T01:31:00Z"))) == "none");
  CHECK(show(next_span(window, at("2026-10-25T00:30:00Z"))) ==
        "2026-10-26T01:30 to 2026-10-26T02:30");
}

TEST_CASE("a window begins on its weekdays and may cross midnight", "[calendar]") {
  const MaintenanceWindow window = daily(23, 30, hours{2}, {0});  // Sundays
  CHECK(show(next_span(window, at("2026-11-28T12:00:00Z"))) ==
        "2026-11-29T22:30 to 2026-11-30T00:30");
  CHECK(show(span_at(window, at("2026-11-30T00:00:00Z"))) ==
        "2026-11-29T22:30 to 2026-11-30T00:30");
  CHECK(show(span_at(window, at("2026-11-29T00:00:00Z"))) == "none");
}

TEST_CASE("leap days are days", "[calendar]") {
  const MaintenanceWindow window = daily(3, 0, hours{1}, {2}, "UTC");  // Tuesdays
  CHECK(show(next_span(window, at("2028-02-28T12:00:00Z"))) ==
        "2028-02-29T03:00 to 2028-02-29T04:00");
}

TEST_CASE("a window that happens once", "[calendar]") {
  MaintenanceWindow window;
  window.from = at("2026-12-01T21:00:00Z");
  window.until = at("2026-12-02T01:00:00Z");
  CHECK(span_at(window, at("2026-12-01T21:00:00Z")));
  CHECK_FALSE(span_at(window, at("2026-12-02T01:00:00Z")));
  CHECK(next_span(window, at("2026-12-01T20:00:00Z")));
  CHECK_FALSE(next_span(window, at("2026-12-01T21:00:00Z")));
}

TEST_CASE("of several windows the next change is known", "[calendar]") {
  const std::vector<MaintenanceWindow> windows{daily(2, 0, minutes{45}, {}, "UTC"),
                                               daily(2, 30, minutes{45}, {}, "UTC")};
  CHECK(next_change(windows, at("2026-01-15T01:00:00Z")) == at("2026-01-15T02:00:00Z"));
  CHECK(next_change(windows, at("2026-01-15T02:00:00Z")) == at("2026-01-15T02:30:00Z"));
  CHECK(next_change(windows, at("2026-01-15T02:35:00Z")) == at("2026-01-15T02:45:00Z"));
  CHECK(active_window(windows, at("2026-01-15T03:00:00Z")) == &windows[1]);
  CHECK(active_window(windows, at("2026-01-15T04:00:00Z")) == nullptr);
  CHECK_FALSE(next_change({}, at("2026-01-15T04:00:00Z")));
}
