#include "controller/api/fact_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "controller/api/series.h"

namespace picket::controller {
namespace {

struct Row {
  std::string_view fact;
  std::string_view metric;
  std::string_view labels;
  double scale;
  std::string_view help;
};

constexpr std::array kRows{
#define PICKET_FACT_METRIC(fact, metric, labels, scale, help) \
  Row{fact, metric, labels, scale, help},
#include "controller/api/fact_metrics.def"
#undef PICKET_FACT_METRIC
};

constexpr std::string_view kOriginFact = "origin.*.duration";
constexpr std::string_view kHttpVersion = "probe_http_version";
constexpr std::string_view kRedirects = "probe_http_redirects";
constexpr std::string_view kTlsVersion = "probe_tls_version_info";

std::size_t index_of(std::string_view metric) {
  const auto& heads = fact_metric_heads();
  const auto found = std::find_if(heads.begin(), heads.end(),
                                  [&](const MetricHead& head) { return head.name == metric; });
  return static_cast<std::size_t>(found - heads.begin());
}

std::optional<double> number_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (is_number(value)) return as_number(value);
  return std::nullopt;
}

// "js.stripe.com" of "origin.js.stripe.com.duration"; empty for other facts.
std::string_view origin_of(std::string_view fact) {
  constexpr std::string_view kHead = "origin.";
  constexpr std::string_view kTail = ".duration";
  if (!fact.starts_with(kHead) || !fact.ends_with(kTail)) return {};
  if (fact.size() <= kHead.size() + kTail.size()) return {};
  return fact.substr(kHead.size(), fact.size() - kHead.size() - kTail.size());
}

class Samples {
 public:
  explicit Samples(std::uint64_t& dropped) : dropped_(dropped) {}

  void add(std::string_view metric, std::string labels, double value) {
    if (all_.size() == kFactSamplesMax) {
      ++dropped_;
      return;
    }
    all_.push_back({index_of(metric), std::move(labels), value});
  }

  // The slowest first; equal ones by name, so that scrapes agree.
  void add_origins(const std::map<std::string, double>& origins, const Row& row) {
    std::vector<std::pair<std::string, double>> sorted{origins.begin(), origins.end()};
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i >= kOriginsShown)
        ++dropped_;
      else
        add(row.metric, fmt::format(",origin=\"{}\"", escape_label(sorted[i].first)),
            sorted[i].second / row.scale);
    }
  }

  std::vector<FactSample> take() { return std::move(all_); }

 private:
  std::uint64_t& dropped_;
  std::vector<FactSample> all_;
};

void add_facts(const std::map<std::string, Value>& facts, Samples& samples) {
  for (const Row& row : kRows) {
    const auto found = facts.find(std::string{row.fact});
    const auto number = found == facts.end() ? std::nullopt : number_of(found->second);
    if (number) samples.add(row.metric, std::string{row.labels}, *number / row.scale);
    if (row.fact != kOriginFact) continue;
    std::map<std::string, double> origins;
    for (const auto& [name, value] : facts) {
      const std::string_view origin = origin_of(name);
      const auto duration = number_of(value);
      if (!origin.empty() && duration) origins.emplace(origin, *duration);
    }
    samples.add_origins(origins, row);
  }
}

std::optional<double> http_version_of(std::string_view version) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kVersions{
      {{"1.0", 1.0}, {"1.1", 1.1}, {"2", 2}, {"3", 3}}};
  for (const auto& [name, number] : kVersions)
    if (name == version) return number;
  return std::nullopt;
}

// "TLSv1.3" as blackbox_exporter writes it.
std::string tls_version_of(std::string_view version) {
  constexpr std::array<std::string_view, 4> kVersions{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
  constexpr std::array<std::string_view, 4> kShown{"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
  for (std::size_t i = 0; i < kVersions.size(); ++i)
    if (kVersions[i] == version) return std::string{kShown[i]};
  return {};
}

void add_requests(const Attempt& attempt, Samples& samples) {
  std::optional<double> version;
  std::string tls;
  int redirects = 0;
  for (const StepResult& step : attempt.steps)
    for (const RequestResult& request : step.requests) {
      if (const auto number = http_version_of(request.http_version)) version = number;
      if (request.status >= 300 && request.status < 400 && &request != &step.requests.back())
        ++redirects;
      if (request.tls && !request.tls->version.empty()) tls = tls_version_of(request.tls->version);
    }
  if (version) samples.add(kHttpVersion, {}, *version);
  if (version) samples.add(kRedirects, {}, redirects);
  if (!tls.empty()) samples.add(kTlsVersion, fmt::format(",version=\"{}\"", tls), 1);
}

}  // namespace

const std::vector<MetricHead>& fact_metric_heads() {
  static const std::vector<MetricHead> heads = [] {
    std::vector<MetricHead> made{{kHttpVersion, "HTTP version of the last response"},
                                 {kRedirects, "Redirects that the last run followed"},
                                 {kTlsVersion, "TLS version of the last connection"}};
    for (const Row& row : kRows) {
      const bool known = std::any_of(made.begin(), made.end(), [&](const MetricHead& head) {
        return head.name == row.metric;
      });
      if (!known) made.push_back({row.metric, row.help});
    }
    return made;
  }();
  return heads;
}

std::vector<FactSample> make_fact_samples(const Attempt& attempt, std::uint64_t& dropped) {
  Samples samples{dropped};
  add_requests(attempt, samples);
  std::map<std::string, Value> facts;
  for (const StepResult& step : attempt.steps)
    for (const NamedFact& fact : step.facts) facts.insert_or_assign(fact.name, fact.value);
  if (!facts.empty()) add_facts(facts, samples);
  return samples.take();
}

}  // namespace picket::controller
