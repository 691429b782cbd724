#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"
#include "common/model/facts.h"
#include "common/model/sample.h"

namespace picket::checks {
namespace {

// What the literal may be for a metric, and how to say so.
struct Comparable {
  std::set<LiteralUnit> units;
  std::string_view example;
};

Comparable comparable_to(FactOperand operand) {
  switch (operand) {
    case FactOperand::duration: return {{LiteralUnit::duration}, "1.5s or 21d"};
    case FactOperand::size: return {{LiteralUnit::size}, "400KB"};
    case FactOperand::number: return {{LiteralUnit::none}, "a plain number"};
    case FactOperand::flag: return {{LiteralUnit::flag}, "true or false"};
    case FactOperand::version: return {{LiteralUnit::none}, "a plain number, 1.2 for TLS 1.2"};
    case FactOperand::text: return {{LiteralUnit::text}, "a text in quotes"};
    case FactOperand::json:
      return {{LiteralUnit::text, LiteralUnit::none, LiteralUnit::flag}, "a number or a text"};
  }
  return {{LiteralUnit::none}, "a plain number"};
}

std::optional<FactOperand> builtin_operand(std::string_view metric) {
  if (metric == "size") return FactOperand::size;
  if (metric == "failures") return FactOperand::number;
  if (is_builtin_metric(metric)) return FactOperand::duration;
  return std::nullopt;
}

// The fact as a step of this kind shows it; nothing when it has none of that name.
std::optional<FactOperand> operand_in(std::string_view kind, const std::string& metric) {
  if (const FactRow* row = find_fact(kind, metric)) return row->operand;
  if (!traits_of(kind).headers) return std::nullopt;
  if (metric == "status") return FactOperand::number;
  if (metric == "etag" || metric == "body.sha256") return FactOperand::text;
  if (metric.starts_with("header.") && is_header_name(metric.substr(7))) return FactOperand::text;
  return std::nullopt;
}

class ThresholdCheck {
 public:
  ThresholdCheck(Report& report, const Check& check, const Alert& alert)
      : report_(report), check_(check), alert_(alert), threshold_(*alert.threshold) {}

  void look() {
    const Step* step = find_step();
    if (!threshold_.step.empty() && step == nullptr) return no_step();
    const auto operand = find_operand(step);
    if (!operand) return no_metric(step);
    check_literal(*operand);
    check_window();
    if (threshold_.scope == ThresholdScope::regions && !check_.regions.names.empty() &&
        threshold_.regions > static_cast<int>(check_.regions.names.size()))
      say("E0302",
          fmt::format("{} regions can never agree, the check has {}", threshold_.regions,
                      check_.regions.names.size()),
          "lower the number, or add regions");
  }

 private:
  void say(std::string_view code, std::string message, std::string help) {
    report_.add(code, {alert_.at.line, alert_.at.column, 1}, std::move(message)).help =
        std::move(help);
  }

  const Step* find_step() const {
    const auto found = std::find_if(check_.steps.begin(), check_.steps.end(),
                                    [&](const Step& one) { return one.name == threshold_.step; });
    return found == check_.steps.end() ? nullptr : &*found;
  }

  void no_step() {
    std::vector<std::string> names;
    for (const Step& step : check_.steps) names.push_back(step.name);
    const std::string near = did_you_mean(threshold_.step, names);
    say("E0201", fmt::format("`when` names a step `{}`, and there is none", threshold_.step),
        near.empty() ? fmt::format("steps: {}", fmt::join(names, ", "))
                     : fmt::format("did you mean \"{}\"?", near));
  }

  std::optional<FactOperand> find_operand(const Step* step) const {
    if (const auto builtin = builtin_operand(threshold_.metric)) return builtin;
    for (const Step& one : check_.steps) {
      if (step != nullptr && &one != step) continue;
      if (const auto operand = operand_in(kind_of(one.action), threshold_.metric)) return operand;
    }
    return std::nullopt;
  }

  void no_metric(const Step* step) {
    std::vector<std::string> names{"duration", "dns",      "connect", "tls",
                                   "wait",     "transfer", "size",    "failures"};
    for (const FactRow& row : fact_rows())
      for (const Step& one : check_.steps)
        if ((step == nullptr || &one == step) && row.kind == kind_of(one.action))
          names.emplace_back(row.name);
    const std::string near = did_you_mean(threshold_.metric, names);
    say("E0207",
        fmt::format("`{}` is nothing that this check measures", cut_utf8(threshold_.metric, 60)),
        near.empty() ? std::string{"what each kind has: `picket explain alert`, and the facts of "
                                   "the kind in docs/reference/facts.md"}
                     : fmt::format("did you mean `{}`?", near));
  }

  void check_literal(FactOperand operand) {
    Comparable wanted = comparable_to(operand);
    switch (threshold_.aggregate) {
      case Aggregate::ratio:
        wanted = {{LiteralUnit::percent, LiteralUnit::none}, "95% or 0.95"};
        break;
      case Aggregate::count:
      case Aggregate::distinct: wanted = {{LiteralUnit::none}, "a plain number"}; break;
      case Aggregate::newest: break;
      default:
        if (operand == FactOperand::text || operand == FactOperand::flag)
          return say("E0207",
                     fmt::format("`{}` is no number: {} cannot be taken of it", threshold_.metric,
                                 to_string(threshold_.aggregate)),
                     "ratio, count and distinct can");
    }
    const bool counts =
        threshold_.aggregate == Aggregate::ratio || threshold_.aggregate == Aggregate::count;
    if (counts && operand == FactOperand::text)
      return say("E0207", fmt::format("`{}` is a text, neither true nor false", threshold_.metric),
                 "distinct can count its values");
    if (wanted.units.count(threshold_.unit) != 0) return;
    say("E0207", fmt::format("`{}` is compared with {}", render_left(), wanted.example),
        threshold_.unit == LiteralUnit::none && wanted.units.count(LiteralUnit::duration) != 0
            ? "add the unit, as in 1.5s"
            : "mend the value behind the comparison");
  }

  std::string render_left() const {
    if (threshold_.aggregate == Aggregate::newest) return threshold_.metric;
    return fmt::format("{}({})", to_string(threshold_.aggregate), threshold_.metric);
  }

  // Of so many runs at most is a window, as far as the regions are known here.
  std::optional<std::int64_t> runs_in_window() const {
    const std::int64_t each = threshold_.over / check_.interval + 1;
    if (threshold_.scope != ThresholdScope::pooled) return each;
    if (check_.regions.names.empty()) return std::nullopt;
    return each * static_cast<std::int64_t>(check_.regions.names.size());
  }

  void check_window() {
    if (threshold_.aggregate == Aggregate::newest) return;
    if (const auto most = runs_in_window(); most && *most < threshold_.samples)
      return say("E0302",
                 fmt::format("a window of {} has at most {} runs, {} are needed",
                             render_duration(threshold_.over), *most, threshold_.samples),
                 "it could never fire: widen the window, or write samples: with a lower number");
    if (threshold_.over >= check_.interval) return;
    report_
        .add("W0203", {alert_.at.line, alert_.at.column, 1},
             fmt::format("the window of {} is shorter than the interval of {}",
                         render_duration(threshold_.over), render_duration(check_.interval)))
        .help = "a region has at most one run in it";
  }

  Report& report_;
  const Check& check_;
  const Alert& alert_;
  const Threshold& threshold_;
};

// A long window needs three bad rounds: one that holds fewer raises nothing, whatever happens.
void check_burn_windows(Report& report, const Check& check, const Alert& alert) {
  const bool urgent = alert.severity == Severity::critical || alert.severity == Severity::error;
  for (const BurnWindow& window : kBurnWindows) {
    if (window.urgent != urgent || window.long_window >= check.interval * kBurnBadLeast) continue;
    report
        .add("W0203", {alert.at.line, alert.at.column, 1},
             fmt::format("`{}` never looks at the burn rate over {}: {} bad rounds are needed, and "
                         "the interval is {}",
                         alert.id, render_duration(window.long_window), kBurnBadLeast,
                         render_duration(check.interval)))
        .help = "a shorter interval measures it; the longer windows are looked at";
  }
}

}  // namespace

void check_thresholds(Report& report, const Check& check) {
  for (const Alert& alert : check.alerts) {
    if (alert.threshold) ThresholdCheck(report, check, alert).look();
    if (alert.condition == AlertCondition::burn_rate && !check.slo)
      report
          .add("E0302", {alert.at.line, alert.at.column, 1},
               "`burn_rate` needs an objective whose budget can burn")
          .help = "add slo: {objective: 99.9, window: 30d}";
    if (alert.condition == AlertCondition::burn_rate && check.slo)
      check_burn_windows(report, check, alert);
  }
}

}  // namespace picket::checks
