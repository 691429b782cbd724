#include "common/model/threshold.h"

#include <fmt/format.h>

#include <cmath>

namespace picket {
namespace {

std::string trimmed_number(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string render_bytes(double bytes) {
  constexpr std::pair<double, const char*> kUnits[] = {{1e9, "GB"}, {1e6, "MB"}, {1e3, "KB"}};
  for (const auto& [scale, unit] : kUnits)
    if (std::abs(bytes) >= scale) return trimmed_number(bytes / scale, 9) + unit;
  return trimmed_number(bytes, 3) + "B";
}

// In one unit, as a literal is written: 21d, 1.5s, 250ms.
std::string render_span(double ms) {
  constexpr std::pair<double, const char*> kUnits[] = {
      {86'400e3, "d"}, {3'600e3, "h"}, {60e3, "m"}, {1e3, "s"}};
  for (const auto& [scale, unit] : kUnits)
    if (ms != 0 && std::fmod(ms, scale) == 0) return trimmed_number(ms / scale, 0) + unit;
  if (std::abs(ms) >= 1e3 && std::fmod(ms, 10) == 0) return trimmed_number(ms / 1e3, 2) + "s";
  return trimmed_number(ms, 6) + "ms";
}

std::string render_in(LiteralUnit unit, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  if (!is_number(value)) return render(value);
  const double number = as_number(value);
  switch (unit) {
    case LiteralUnit::duration: return render_span(number);
    case LiteralUnit::size: return render_bytes(number);
    case LiteralUnit::percent: return trimmed_number(number * 100, 6) + "%";
    case LiteralUnit::none:
    case LiteralUnit::text:
    case LiteralUnit::flag: break;
  }
  return trimmed_number(number, 6);
}

// "origin.js.stripe.com.duration" as it is written: origin["js.stripe.com"].duration.
std::string render_metric(const std::string& metric) {
  if (metric.starts_with("header.")) return fmt::format("header[\"{}\"]", metric.substr(7));
  for (const std::string_view group : {"origin.", "server."}) {
    if (!metric.starts_with(group)) continue;
    const auto last = metric.rfind('.');
    if (last <= group.size()) break;
    return fmt::format("{}[\"{}\"]{}", group.substr(0, group.size() - 1),
                       metric.substr(group.size(), last - group.size()), metric.substr(last));
  }
  return metric;
}

bool compare(Comparison comparison, double a, double b) {
  switch (comparison) {
    case Comparison::gt: return a > b;
    case Comparison::gte: return a >= b;
    case Comparison::lt: return a < b;
    case Comparison::lte: return a <= b;
    case Comparison::eq: return a == b;
    case Comparison::ne: return a != b;
  }
  return false;
}

}  // namespace

std::string_view to_string(Aggregate aggregate) {
  constexpr std::string_view kNames[] = {"newest", "p50",      "p75",  "p90", "p95",
                                         "p99",    "p99.9",    "mean", "min", "max",
                                         "ratio",  "distinct", "count"};
  return kNames[static_cast<std::size_t>(aggregate)];
}

std::string_view to_string(Comparison comparison) {
  constexpr std::string_view kNames[] = {">", ">=", "<", "<=", "==", "!="};
  return kNames[static_cast<std::size_t>(comparison)];
}

std::string_view to_string(LiteralUnit unit) {
  constexpr std::string_view kNames[] = {"none", "duration", "size", "percent", "text", "flag"};
  return kNames[static_cast<std::size_t>(unit)];
}

std::string_view to_string(ThresholdScope scope) {
  constexpr std::string_view kNames[] = {"pooled", "any_region", "regions"};
  return kNames[static_cast<std::size_t>(scope)];
}

std::string render(const Threshold& threshold) {
  std::string out;
  if (!threshold.step.empty()) out += fmt::format("step(\"{}\").", threshold.step);
  const std::string metric = render_metric(threshold.metric);
  out += threshold.aggregate == Aggregate::newest
             ? metric
             : fmt::format("{}({})", to_string(threshold.aggregate), metric);
  out += fmt::format(" {} {}", to_string(threshold.comparison),
                     render_in(threshold.unit, threshold.literal));
  if (threshold.over > Millis{0}) out += " over " + render_duration(threshold.over);
  if (threshold.scope == ThresholdScope::any_region) out += " in any region";
  if (threshold.scope == ThresholdScope::regions)
    out += fmt::format(" in {} regions", threshold.regions);
  return out;
}

std::string render_measured(const Threshold& threshold, const Value& value) {
  if (threshold.unit == LiteralUnit::duration && is_number(value)) {
    const double ms = as_number(value);
    return ms >= 1'000 ? trimmed_number(ms / 1'000, 2) + "s" : trimmed_number(ms, 1) + "ms";
  }
  if (threshold.unit == LiteralUnit::percent && is_number(value))
    return trimmed_number(as_number(value) * 100, 1) + "%";
  return render_in(threshold.unit, value);
}

bool holds(const Threshold& threshold, const Value& measured) {
  const Value& literal = threshold.literal;
  if (is_number(measured) && is_number(literal))
    return compare(threshold.comparison, as_number(measured), as_number(literal));
  if (measured.index() != literal.index()) return false;
  if (threshold.comparison == Comparison::eq) return equal(measured, literal);
  if (threshold.comparison == Comparison::ne) return !equal(measured, literal);
  return false;
}

}  // namespace picket
