#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/calendar/calendar.h"
#include "common/checks/decoders.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};

void decode_days(const Fields& fields, MaintenanceWindow& window) {
  const Entry* every = fields.find("every");
  if (every != nullptr && every->value->kind == NodeKind::sequence && every->value->items.empty())
    fields.report().add("E0111", every->value->at, "`every` names no weekday").help =
        "remove it for every day, or write for example every: [Sunday]";
  fields.each("every", [&](const Node& node) {
    const auto day = std::find(kDays.begin(), kDays.end(), node.text);
    if (day != kDays.end()) {
      window.weekdays.push_back(static_cast<int>(day - kDays.begin()));
      return;
    }
    Diagnostic& mistake = fields.report().add(
        "E0111", node.at, fmt::format("`{}` is no weekday", cut_utf8(node.text, 60)));
    mistake.help = fmt::format("one of {}", fmt::join(kDays, ", "));
  });
  std::sort(window.weekdays.begin(), window.weekdays.end());
  window.weekdays.erase(std::unique(window.weekdays.begin(), window.weekdays.end()),
                        window.weekdays.end());
}

// Days from one of them to the next, at most.
int longest_gap(const std::vector<int>& weekdays) {
  if (weekdays.empty()) return 1;
  int longest = weekdays.front() + 7 - weekdays.back();
  for (std::size_t i = 1; i < weekdays.size(); ++i)
    longest = std::max(longest, weekdays[i] - weekdays[i - 1]);
  return longest;
}

class Decoder {
 public:
  Decoder(Report& report, const Node& node)
      : report_(report), fields_(report, node, check_keys("maintenance")) {
    window_.at = report.position(node.at);
  }

  std::optional<MaintenanceWindow> decode() {
    fields_.text("reason", window_.reason);
    const Entry* start = fields_.require("start", "start: \"02:00\"");
    std::string begin;
    const bool readable = start != nullptr && fields_.text("start", begin);
    const bool zoned = decode_zone();
    if (!readable || !zoned) return std::nullopt;
    const bool has_duration =
        fields_.duration("duration", {minutes{1}, hours{24 * 30}}, window_.duration);
    if (const auto minute = calendar::parse_time_of_day(begin)) {
      if (!decode_again(*minute, has_duration)) return std::nullopt;
    } else if (!decode_once(begin, *start->value, has_duration)) {
      return std::nullopt;
    }
    return std::move(window_);
  }

 private:
  bool decode_zone() {
    if (!fields_.text("timezone", window_.timezone)) return true;
    if (calendar::is_timezone(window_.timezone)) return true;
    Diagnostic& mistake =
        report_.add("E0111", fields_.find("timezone")->value->at,
                    fmt::format("`{}` is no time zone", cut_utf8(window_.timezone, 60)));
    mistake.help = "an IANA name, for example Europe/Berlin, America/New_York or UTC";
    return false;
  }

  bool decode_again(int minute, bool has_duration) {
    window_.start_minute = minute;
    decode_days(fields_, window_);
    if (const Entry* end = fields_.find("end")) {
      report_.add("E0113", end->at, "`end` belongs to a window that happens once").help =
          "write duration: 45m";
      return false;
    }
    if (!has_duration) {
      fields_.require("duration", "duration: 45m");
      return false;
    }
    // The clocks may take an hour from a day.
    const Millis apart = hours{24} * longest_gap(window_.weekdays) - hours{1};
    if (window_.duration < apart) return true;
    report_.add("E0302", fields_.find("duration")->value->at, "the window never ends").help =
        "it begins again before it is over: the check could never page";
    return false;
  }

  bool decode_once(const std::string& begin, const Node& at, bool has_duration) {
    const auto from = read_moment(begin, at, "start");
    if (!from) return false;
    window_.from = *from;
    if (const Entry* every = fields_.find("every")) {
      report_.add("E0113", every->at, "`every` belongs to a time of day").help =
          "write start: \"02:00\", or remove `every`";
      return false;
    }
    const Entry* end = fields_.find("end");
    if ((end != nullptr) == has_duration) {
      report_
          .add(has_duration ? "E0113" : "E0109", at.at,
               has_duration ? "`end` and `duration` exclude each other"
                            : "`end` or `duration` is missing")
          .help = "for example duration: 2h";
      return false;
    }
    window_.until = *from + window_.duration;
    if (end == nullptr) return true;
    const auto until = read_moment(end->value->text, *end->value, "end");
    if (!until) return false;
    if (*until <= *from) {
      report_.add("E0302", end->value->at, "the window ends before it begins");
      return false;
    }
    window_.until = *until;
    window_.duration = *until - *from;
    return true;
  }

  std::optional<WallTime> read_moment(const std::string& text, const Node& node,
                                      std::string_view key) {
    if (const auto exact = parse_rfc3339(text)) return *exact;
    if (const auto local = calendar::parse_local(text, window_.timezone)) return *local;
    report_.add("E0111", node.at, fmt::format("`{}` is no time", key)).help =
        "a time of day \"02:00\", a local date and time 2026-12-01 22:00, or RFC 3339";
    return std::nullopt;
  }

  Report& report_;
  Fields fields_;
  MaintenanceWindow window_;
};

}  // namespace

std::vector<MaintenanceWindow> decode_maintenance(Report& report, const Node& node) {
  std::vector<MaintenanceWindow> windows;
  if (node.kind != NodeKind::sequence) {
    add_wrong_type(report, "maintenance", node, "a list").help =
        "for example [{start: \"02:00\", duration: 45m, every: [Sunday]}]";
    return windows;
  }
  for (const NodePtr& item : node.items)
    if (auto window = Decoder(report, *item).decode()) windows.push_back(std::move(*window));
  return windows;
}

}  // namespace picket::checks
