#include "controller/incident/upcoming_spans.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/calendar/calendar.h"

namespace picket::controller {
namespace {

// What tells windows apart, whatever file they stand in.
auto key_of(const MaintenanceWindow& window) {
  return std::tuple{window.from,     window.until,    window.start_minute, window.weekdays,
                    window.duration, window.timezone, window.reason};
}

struct SharedWindow {
  MaintenanceWindow window;
  std::vector<CheckName> checks;
};

std::vector<SharedWindow> shared_windows(const std::vector<std::shared_ptr<const Check>>& checks) {
  std::map<decltype(key_of(MaintenanceWindow{})), SharedWindow> windows;
  for (const auto& check : checks)
    for (const MaintenanceWindow& window : check->maintenance) {
      SharedWindow& shared =
          windows.try_emplace(key_of(window), SharedWindow{window, {}}).first->second;
      if (shared.checks.empty() || shared.checks.back() != check->name)
        shared.checks.push_back(check->name);
    }
  std::vector<SharedWindow> out;
  for (auto& [key, shared] : windows) {
    std::sort(shared.checks.begin(), shared.checks.end());
    out.push_back(std::move(shared));
  }
  return out;
}

// One more than wanted, so that it is known whether there are more.
void add_spans(const SharedWindow& shared, WallTime now, WallTime until, std::size_t most,
               std::vector<UpcomingSpan>& out) {
  std::size_t count = 0;
  auto span = calendar::span_at(shared.window, now);
  if (!span) span = calendar::next_span(shared.window, now);
  while (span && span->begin < until && count++ <= most) {
    out.push_back({span->begin, span->end, shared.window.reason, shared.checks, {}});
    span = calendar::next_span(shared.window, span->begin);
  }
}

}  // namespace

UpcomingSpans upcoming_spans(const std::vector<std::shared_ptr<const Check>>& checks,
                             const std::vector<Silence>& silences, WallTime now, WallTime until,
                             std::size_t most) {
  UpcomingSpans out;
  for (const SharedWindow& shared : shared_windows(checks))
    add_spans(shared, now, until, most, out.spans);
  for (const Silence& silence : silences)
    if (silence.from > now && silence.from < until)
      out.spans.push_back({silence.from, silence.until, silence.comment, {}, silence});
  std::stable_sort(out.spans.begin(), out.spans.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  out.more = out.spans.size() > most;
  if (out.more) out.spans.resize(most);
  return out;
}

}  // namespace picket::controller
