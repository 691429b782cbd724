// Per-check series for Prometheus under the names of blackbox_exporter and Grafana's synthetic
// monitoring, so that existing dashboards and alerts work; rendered directly, without a client
// library. Pure state over results; text format 0.0.4.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/run.h"
#include "controller/api/fact_series.h"

namespace picket::controller {

class SeriesBook {
 public:
  // Pairs of (check, region) kept at most; what is beyond is counted, not shown.
  explicit SeriesBook(std::size_t pairs_max = 200'000) : pairs_max_(pairs_max) {}

  // A check is new or changed: its labels and how long its series live.
  void define(const Check& check);
  void remove(const CheckName& check);

  // Scheduled runs only; unknown runs say nothing of the target.
  void observe(const RunResult& run);

  // Of a region, for sm_check_info; not set: empty.
  std::function<std::string(const RegionName&)> geohash;

  // Series of a region end three intervals after its last result.
  std::string render(WallTime now) const;

  // Pairs beyond the cap, and samples beyond those of fact_series.h.
  std::uint64_t dropped() const { return dropped_; }

 private:
  static constexpr std::array<double, 11> kBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                   0.5,   1,    2.5,   5,    10};
  struct Target {
    std::string instance;         // of the first step, see instance_of(); may hold `${{ region }}`
    std::string labels;           // the check's own, as `,label_NAME="VALUE"..`, for sm_check_info
    std::string_view check_name;  // "http", "ping", ... (a literal)
    Millis interval{0};
    std::vector<SourcePosition> patterns;  // expectations of body and headers by a pattern
  };
  struct Series {
    WallTime last;
    bool success{false};
    double duration_seconds{0};
    Phases phases;
    int status{0};
    bool pattern_failed{false};
    std::optional<WallTime> certificate_expiry;
    Millis lateness{0};
    std::uint64_t runs{0};
    std::uint64_t successes{0};
    std::uint64_t retried{0};
    double duration_sum{0};
    std::array<std::uint64_t, kBuckets.size()> buckets{};
    std::vector<FactSample> samples;
  };
  using Key = std::pair<CheckName, RegionName>;

  // A pair in one scrape, its labels made once for all its series.
  struct Shown {
    const RegionName* region;
    const Target* target;
    const Series* series;
    std::string labels;
  };
  std::vector<Shown> shown_at(WallTime now) const;
  void render_info(std::string& out, const std::vector<Shown>& shown) const;
  template <class Value>
  static void render_gauge(std::string& out, const std::vector<Shown>& shown, std::string_view name,
                           std::string_view help, Value value);
  static void render_phases(std::string& out, const std::vector<Shown>& shown);
  static void render_histogram(std::string& out, const std::vector<Shown>& shown);
  static void render_facts(std::string& out, const std::vector<Shown>& shown);

  std::size_t pairs_max_;
  std::map<CheckName, Target> targets_;
  std::map<Key, Series> series_;
  std::uint64_t dropped_{0};
};

// What the check looks at first: its target with its variables in place, without login, query and
// fragment. Secrets, captured values and the run's id are `***`; `${{ region }}` stays.
std::string instance_of(const Check& check);

// A label value of the text format: backslash, quote and line feed escaped, invalid UTF-8 cleaned.
std::string escape_label(std::string_view value);

}  // namespace picket::controller
