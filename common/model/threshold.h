// A comparison of `alerts.when`: which value of which runs, against what. Pure values; the text
// form is read by when.h, the values are found by sample.h, the controller holds the windows.
#pragma once

#include <string>
#include <string_view>

#include "common/core/time.h"
#include "common/model/value.h"

namespace picket {

// Over the samples of a window; newest: of one run, without a window. A quantile lies between the
// two nearest ranks, linearly (Prometheus's quantile()).
enum class Aggregate {
  newest,
  p50,
  p75,
  p90,
  p95,
  p99,
  p99_9,
  mean,
  min,
  max,
  ratio,     // of the samples that are true, or no zero: 0 to 1
  distinct,  // different values
  count,     // of the samples that are true, or no zero
};
std::string_view to_string(Aggregate aggregate);  // "p99.9"; "newest" is not written

enum class Comparison { gt, gte, lt, lte, eq, ne };
std::string_view to_string(Comparison comparison);  // ">="

// How the literal was written: what it can be compared with.
enum class LiteralUnit { none, duration, size, percent, text, flag };
std::string_view to_string(LiteralUnit unit);

// Whose runs: those of all regions together, of each region by itself with one or several that
// must agree.
enum class ThresholdScope { pooled, any_region, regions };
std::string_view to_string(ThresholdScope scope);

struct Threshold {
  static constexpr int kSamplesUsual = 5;

  std::string step;    // empty: the run as a whole
  std::string metric;  // with dots: "duration", "cache.hit", "origin.js.stripe.com.duration"
  Aggregate aggregate{Aggregate::newest};
  Comparison comparison{Comparison::gt};
  Value literal;  // milliseconds, bytes, a ratio of 0 to 1, a number, a text, a boolean
  LiteralUnit unit{LiteralUnit::none};
  Millis over{0};  // the window of an aggregate
  ThresholdScope scope{ThresholdScope::pooled};
  int regions{1};              // of ThresholdScope::regions
  int samples{kSamplesUsual};  // fewer runs in the window say nothing
  bool operator==(const Threshold&) const = default;
};

// The normal form: one space between words, whole units. parse_when reads it back.
std::string render(const Threshold& threshold);

// A value of the threshold's metric or aggregate as people write it: "1.84s", "400KB", "92.5%".
std::string render_measured(const Threshold& threshold, const Value& value);

// Whether `measured` compares so with the literal. False when they cannot be compared: nothing is
// coerced.
bool holds(const Threshold& threshold, const Value& measured);

}  // namespace picket
