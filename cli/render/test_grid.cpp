#include "cli/render/test_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/render/grid.h"

namespace picket::cli {
namespace {

struct Mark {
  std::string_view unicode;
  std::string_view ascii;
  std::string_view color;
  std::string_view meaning;
};

constexpr Mark kMissing{"∅", "0", "35", "no result"};

Mark mark_of(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::pass: return {"✓", "+", "32", "passed"};
    case RunVerdict::pass_on_retry: return {"↻", "r", "33", "passed on a retry"};
    case RunVerdict::degraded: return {"~", "~", "33", "degraded"};
    case RunVerdict::fail: return {"✗", "x", "31", "failed"};
    case RunVerdict::unknown: return {"?", "?", "35", "could not be measured"};
  }
  return kMissing;
}

std::string render_cell(const Mark& mark, std::size_t width, const TextStyle& style) {
  const std::string_view shape = style.unicode ? mark.unicode : mark.ascii;
  return painted(std::string{shape}, mark.color, style) +
         std::string(width > 1 ? width - 1 : 0, ' ');
}

}  // namespace

std::string render_test_grid(const std::vector<RunResult>& results,
                             const std::vector<MissingRun>& missing, const TextStyle& style) {
  std::map<std::string, std::map<std::string, Mark>> rows;
  std::set<std::string> known;
  const auto set = [&](const CheckName& check, const RegionName& region, const Mark& mark) {
    rows[check.value].insert_or_assign(region.value, mark);
    known.insert(region.value);
  };
  for (const MissingRun& run : missing) set(run.check, run.region, kMissing);
  for (const RunResult& run : results) set(run.key.check, run.key.region, mark_of(run.verdict));

  const std::vector<std::string> regions{known.begin(), known.end()};
  const std::vector<std::string> names = short_names(regions);
  std::size_t width = 0;
  for (const auto& [check, cells] : rows) width = std::max(width, code_points(check));
  std::string out(width, ' ');
  for (const std::string& name : names) out += "  " + name;
  out += '\n';
  std::map<std::string_view, Mark> legend;
  for (const auto& [check, cells] : rows) {
    std::string line = padded(check, width);
    for (std::size_t i = 0; i < regions.size(); ++i) {
      const auto cell = cells.find(regions[i]);
      const Mark mark = cell == cells.end() ? Mark{" ", " ", "0", ""} : cell->second;
      if (!mark.meaning.empty()) legend.emplace(mark.meaning, mark);
      line += "  " + render_cell(mark, code_points(names[i]), style);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  std::string marks;
  for (const auto& [meaning, mark] : legend)
    marks +=
        fmt::format("{}{} {}", marks.empty() ? "" : "   ", render_cell(mark, 1, style), meaning);
  return out + marks + '\n';
}

}  // namespace picket::cli
