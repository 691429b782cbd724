#include "cli/render/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/core/text.h"

namespace picket::cli {
namespace {

struct PhaseLook {
  std::string_view name;
  std::string_view unicode;
  std::string_view ascii;
  std::string_view color;
  Nanos Phases::*span;
};

constexpr std::array<PhaseLook, 5> kPhases{{
    {"dns", "╌", ".", "36", &Phases::dns},
    {"tcp", "─", "-", "34", &Phases::connect},
    {"tls", "═", "=", "35", &Phases::tls},
    {"wait", "▒", "w", "33", &Phases::wait},
    {"transfer", "█", "#", "32", &Phases::transfer},
}};

constexpr std::size_t kNameMax = 24;
constexpr std::size_t kElapsedWidth = 8;
constexpr std::size_t kLegendWidth = 46;

// What a row is called: the step where it has one hop, else the hop itself too.
std::string name_of(const PlacedHop& hop) {
  if (hop.step->requests.size() == 1) return clean_line(hop.step->name);
  if (!hop.request->label.empty())
    return clean_line(fmt::format("{}: {}", hop.step->name, hop.request->label));
  std::string path = hop.request->url;
  const auto host = path.find("://");
  const auto slash = host == std::string::npos ? host : path.find('/', host + 3);
  if (slash != std::string::npos) path = path.substr(slash);
  return clean_line(fmt::format("{} {}", hop.step->name, path));
}

class Waterfall {
 public:
  Waterfall(const Attempt& attempt, const TextStyle& style)
      : hops_(place_hops(attempt)), style_(style) {
    Nanos end{0};
    for (const PlacedHop& hop : hops_) {
      end = std::max(end, hop.start + hop.request->phases.total());
      names_ = std::max(names_, std::min(kNameMax, code_points(name_of(hop))));
    }
    span_ = std::max(end, Nanos{1});
    const std::size_t fixed = 4 + names_ + 2 + 1 + kElapsedWidth;
    const auto columns = static_cast<std::size_t>(std::clamp(style.columns, 40, 200));
    cells_ = columns > fixed + 10 ? columns - fixed : 10;
  }

  std::string render() const;

 private:
  std::size_t cell_at(Nanos at) const {
    const double share = static_cast<double>(at.count()) / static_cast<double>(span_.count());
    return std::min(cells_, static_cast<std::size_t>(share * static_cast<double>(cells_)));
  }
  std::string bar(const PlacedHop& hop) const;
  std::string legend() const;

  std::vector<PlacedHop> hops_;
  const TextStyle& style_;
  Nanos span_{1};
  std::size_t names_{0};
  std::size_t cells_{0};
};

// Every hop gets a cell, and each cell belongs to the phase that its middle lies in.
std::string Waterfall::bar(const PlacedHop& hop) const {
  const std::size_t first = std::min(cell_at(hop.start), cells_ - 1);
  const std::size_t last = std::max(first + 1, cell_at(hop.start + hop.request->phases.total()));
  std::string out(first, ' ');
  Nanos begin{0};
  std::size_t drawn = first;
  for (const PhaseLook& look : kPhases) {
    begin += hop.request->phases.*look.span;
    const bool is_rest = &look == &kPhases.back() || begin == hop.request->phases.total();
    const std::size_t until = is_rest ? last : std::min(last, cell_at(hop.start + begin));
    std::string cells;
    for (; drawn < until; ++drawn) cells += style_.unicode ? look.unicode : look.ascii;
    if (!cells.empty()) out += painted(cells, look.color, style_);
  }
  return out + std::string(cells_ - last, ' ');
}

std::string Waterfall::legend() const {
  std::string out;
  for (const PhaseLook& look : kPhases) {
    const std::string sample{style_.unicode ? look.unicode : look.ascii};
    out += fmt::format("{}{} {}", out.empty() ? "" : "   ", painted(sample, look.color, style_),
                       look.name);
  }
  const std::size_t under_bars = 6 + names_;
  const bool fits = style_.columns >= static_cast<int>(under_bars + kLegendWidth);
  return std::string(fits ? under_bars : 4, ' ') + out + '\n';
}

std::string Waterfall::render() const {
  if (hops_.empty()) return {};
  std::string out;
  for (const PlacedHop& hop : hops_) {
    const std::string name = padded(shortened(name_of(hop), names_, style_.unicode), names_);
    out += fmt::format("    {}  {} {:>8}\n", name, bar(hop),
                       render_elapsed(hop.request->phases.total()));
  }
  return out + legend();
}

}  // namespace

std::vector<PlacedHop> place_hops(const Attempt& attempt) {
  std::vector<PlacedHop> out;
  Nanos step_start{0};
  for (const StepResult& step : attempt.steps) {
    Nanos next = step_start;
    for (const RequestResult& request : step.requests) {
      const Nanos start = request.start.count() != 0 ? request.start : next;
      out.push_back({&step, &request, start});
      next = start + request.phases.total();
    }
    step_start += step.duration;
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const PlacedHop& a, const PlacedHop& b) { return a.start < b.start; });
  return out;
}

std::string render_waterfall(const Attempt& attempt, const TextStyle& style) {
  return Waterfall{attempt, style}.render();
}

}  // namespace picket::cli
