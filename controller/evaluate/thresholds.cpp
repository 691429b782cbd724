#include "controller/evaluate/thresholds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "common/core/text.h"
#include "common/model/sample.h"

namespace picket::controller {
namespace {

constexpr std::size_t kTextBytes = 120;

const Alert* find_alert(const Check& check, const AlertState& state) {
  for (const Alert& alert : check.alerts)
    if (alert.id == state.id) return &alert;
  return nullptr;
}

void insert(std::vector<Sample>& samples, Sample sample) {
  const auto after = [](const Sample& a, const Sample& b) { return a.at < b.at; };
  samples.insert(std::upper_bound(samples.begin(), samples.end(), sample, after),
                 std::move(sample));
}

void forget_before(std::vector<Sample>& samples, WallTime horizon) {
  const auto first = std::find_if(samples.begin(), samples.end(),
                                  [&](const Sample& sample) { return sample.at >= horizon; });
  samples.erase(samples.begin(), first);
  if (samples.size() > kSamplesMost)
    samples.erase(samples.begin(),
                  samples.begin() + static_cast<std::ptrdiff_t>(samples.size() - kSamplesMost));
}

bool counts_as_true(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return is_number(value) && as_number(value) != 0;
}

std::optional<double> quantile_of(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::p50: return 0.5;
    case Aggregate::p75: return 0.75;
    case Aggregate::p90: return 0.9;
    case Aggregate::p95: return 0.95;
    case Aggregate::p99: return 0.99;
    case Aggregate::p99_9: return 0.999;
    default: return std::nullopt;
  }
}

// Between the two nearest ranks, linearly.
double quantile(std::vector<double> numbers, double q) {
  const double rank = q * static_cast<double>(numbers.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(rank));
  const auto low = numbers.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(numbers.begin(), low, numbers.end());
  if (below + 1 >= numbers.size()) return *low;
  const double next = *std::min_element(low + 1, numbers.end());
  return *low + (next - *low) * (rank - std::floor(rank));
}

std::optional<Value> of_numbers(Aggregate aggregate, const std::vector<Value>& values) {
  std::vector<double> numbers;
  for (const Value& value : values)
    if (is_number(value)) numbers.push_back(as_number(value));
  if (numbers.size() != values.size()) return std::nullopt;
  if (const auto q = quantile_of(aggregate)) return Value{quantile(std::move(numbers), *q)};
  double result = 0;
  switch (aggregate) {
    case Aggregate::min: result = *std::min_element(numbers.begin(), numbers.end()); break;
    case Aggregate::max: result = *std::max_element(numbers.begin(), numbers.end()); break;
    default:
      for (const double number : numbers) result += number;
      result /= static_cast<double>(numbers.size());
  }
  return Value{result};
}

std::string metric_text(const Threshold& threshold) {
  Threshold bare = threshold;
  bare.over = Millis{0};
  bare.scope = ThresholdScope::pooled;
  const std::string whole = render(bare);
  return whole.substr(0, whole.rfind(fmt::format(" {} ", to_string(threshold.comparison))));
}

std::string text_of(const Threshold& threshold, const Value& measured, std::size_t runs) {
  std::string out =
      fmt::format("{} is {}", metric_text(threshold),
                  cut_utf8(clean_line(render_measured(threshold, measured)), kTextBytes));
  if (threshold.aggregate != Aggregate::newest)
    out += fmt::format(" over {} ({} runs)", render_duration(threshold.over), runs);
  return out;
}

std::string names_of(const std::set<RegionName>& regions) {
  if (regions.size() > 3) return fmt::format("{} regions", regions.size());
  std::string out;
  for (const RegionName& region : regions) out += (out.empty() ? "" : ", ") + region.value;
  return out;
}

// Looks at each region by itself; `values_of` gives what is in its window.
class ByRegion {
 public:
  ByRegion(const CheckState& state, const Threshold& threshold, const CheckFacts& facts)
      : threshold_(threshold) {
    needed_ = threshold.scope == ThresholdScope::regions      ? threshold.regions
              : threshold.scope == ThresholdScope::any_region ? 1
                                                              : facts.quorum;
    needed_ = std::clamp(needed_, 1, std::max(1, static_cast<int>(state.regions.size())));
  }

  void see(const RegionName& region, const Value& measured, std::size_t runs) {
    ++known_;
    if (!holds(threshold_, measured)) return;
    if (found_.regions.empty()) found_.text = text_of(threshold_, measured, runs);
    found_.regions.insert(region);
  }

  Judgement judgement() && {
    found_.holds = static_cast<int>(found_.regions.size()) >= needed_;
    found_.known = found_.holds || known_ >= needed_;
    if (found_.holds) found_.text += " in " + names_of(found_.regions);
    return std::move(found_);
  }

 private:
  const Threshold& threshold_;
  int needed_{1};
  int known_{0};
  Judgement found_;
};

std::vector<Value> window_of(const std::vector<Sample>& samples, WallTime after) {
  std::vector<Value> values;
  for (const Sample& sample : samples)
    if (sample.at > after) values.push_back(sample.value);
  return values;
}

Judgement judge_newest(const CheckState& state, const AlertState& alert, const Threshold& threshold,
                       const CheckFacts& facts) {
  ByRegion regions(state, threshold, facts);
  for (const auto& [name, samples] : alert.samples) {
    const auto seen = facts.regions.find(name);
    if (seen == facts.regions.end() || !seen->second.counts || samples.empty()) continue;
    if (state.now - samples.back().at <= fresh_for(*state.check))
      regions.see(name, samples.back().value, 1);
  }
  return std::move(regions).judgement();
}

Judgement judge_each(const CheckState& state, const AlertState& alert, const Threshold& threshold,
                     const CheckFacts& facts) {
  ByRegion regions(state, threshold, facts);
  for (const auto& [name, samples] : alert.samples) {
    const auto known = state.regions.find(name);
    if (known == state.regions.end() || known->second.flags.blind) continue;
    const auto values = window_of(samples, state.now - threshold.over);
    if (static_cast<int>(values.size()) < threshold.samples) continue;
    if (const auto measured = aggregate_of(threshold.aggregate, values))
      regions.see(name, *measured, values.size());
  }
  return std::move(regions).judgement();
}

Judgement judge_pooled(const CheckState& state, const AlertState& alert,
                       const Threshold& threshold) {
  std::vector<Value> values;
  for (const auto& [name, samples] : alert.samples) {
    const auto known = state.regions.find(name);
    if (known == state.regions.end() || known->second.flags.blind) continue;
    const auto more = window_of(samples, state.now - threshold.over);
    values.insert(values.end(), more.begin(), more.end());
  }
  if (static_cast<int>(values.size()) < threshold.samples) return {};
  const auto measured = aggregate_of(threshold.aggregate, values);
  if (!measured) return {};
  return {true, holds(threshold, *measured), {}, text_of(threshold, *measured, values.size())};
}

}  // namespace

std::optional<Value> aggregate_of(Aggregate aggregate, const std::vector<Value>& values) {
  if (values.empty()) return std::nullopt;
  const auto trues = std::count_if(values.begin(), values.end(), counts_as_true);
  switch (aggregate) {
    case Aggregate::ratio:
      return Value{static_cast<double>(trues) / static_cast<double>(values.size())};
    case Aggregate::count: return Value{static_cast<double>(trues)};
    case Aggregate::distinct: {
      std::set<std::string> different;
      for (const Value& value : values) different.insert(picket::render(value));
      return Value{static_cast<double>(different.size())};
    }
    default: return of_numbers(aggregate, values);
  }
}

void keep_samples(CheckState& state, const RunResult& run, WallTime at) {
  for (AlertState& alert : state.alerts) {
    if (alert.condition != AlertCondition::threshold) continue;
    const Alert* defined = find_alert(*state.check, alert);
    if (defined == nullptr || !defined->threshold) continue;
    const Threshold& threshold = *defined->threshold;
    const bool newest = threshold.aggregate == Aggregate::newest;
    if (!newest && run.key.kind != RunKind::scheduled) continue;
    auto value = sample_of(run, threshold);
    if (!value) continue;
    std::vector<Sample>& samples = alert.samples[run.key.region];
    insert(samples, {at, std::move(*value)});
    if (newest)
      samples.erase(samples.begin(), samples.end() - 1);
    else
      forget_before(samples, state.now - threshold.over);
  }
}

Judgement judge_threshold(const CheckState& state, const AlertState& alert,
                          const Threshold& threshold, const CheckFacts& facts) {
  if (threshold.aggregate == Aggregate::newest) return judge_newest(state, alert, threshold, facts);
  if (threshold.scope == ThresholdScope::pooled) return judge_pooled(state, alert, threshold);
  return judge_each(state, alert, threshold, facts);
}

}  // namespace picket::controller
