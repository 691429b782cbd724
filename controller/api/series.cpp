#include "controller/api/series.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>

#include "common/core/text.h"
#include "common/model/template.h"

namespace picket::controller {
namespace {

double seconds(Nanos span) { return std::chrono::duration<double>(span).count(); }

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

constexpr std::string_view kMask = "***";
constexpr std::string_view kHttp = "http";
constexpr std::string_view kRegion = "${{ region }}";

std::string expand(const Check& check, std::string_view target) {
  const auto lookup = [&check](const Reference& reference) -> std::optional<std::string> {
    if (reference.scope == "region") return std::string{kRegion};
    const auto found = check.vars.find(reference.name);
    if (reference.scope == "vars" && found != check.vars.end()) return found->second;
    return std::string{kMask};
  };
  const auto expanded = substitute(target, lookup);
  return expanded ? *expanded : std::string{};
}

// "https://name:word@host/path?query" -> "https://host/path"
std::string without_login_and_query(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority = url.substr(host, url.find('/', host) - host);
  const std::size_t login = authority.rfind('@');
  if (login == std::string_view::npos) return std::string{url};
  return std::string{url.substr(0, host)} + std::string{url.substr(host + login + 1)};
}

// As Grafana's synthetic monitoring shows them: joined by job, instance and probe, so that the
// other series stay as few as they are. Characters that no label name may have become `_`.
std::string own_labels_of(const Check& check) {
  std::string out;
  for (const auto& [name, value] : check.labels) {
    std::string safe = "label_";
    for (const char c : name) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      safe += plain ? c : '_';
    }
    out += fmt::format(",{}=\"{}\"", safe, escape_label(value));
  }
  return out;
}

// As Grafana's synthetic monitoring names kinds of checks: "http" when any step speaks HTTP, else
// that of the first step that asks anything.
std::string_view check_name_of(const Check& check) {
  std::string_view first;
  for (const Step& step : check.steps) {
    const std::string_view kind = kind_of(step.action);
    if (kind == "http" || kind == "cdn" || kind == "page" || kind == "oauth2") return kHttp;
    if (first.empty() && kind != "wait") first = kind;
  }
  if (first == "icmp") return "ping";
  return first == "tls" ? "tcp" : first;
}

// As blackbox_exporter's fail_if_body_matches_regexp and its like.
std::vector<SourcePosition> patterns_of(const Check& check) {
  constexpr auto is_pattern = [](const Matcher& matcher) {
    return matcher.op == MatchOp::matches || matcher.op == MatchOp::not_matches;
  };
  std::vector<SourcePosition> patterns;
  for (const Step& step : check.steps)
    for (const Expectation& expected : step.expect) {
      const bool text = expected.subject == Subject::body || expected.subject == Subject::header;
      const auto& matchers = expected.matchers;
      if (text && !expected.warn && std::any_of(matchers.begin(), matchers.end(), is_pattern))
        patterns.push_back(expected.at);
    }
  return patterns;
}

// Of one pair: what joins all its series.
std::string labels_of(const CheckName& check, const RegionName& region, std::string_view target) {
  std::string instance{target};
  for (auto at = instance.find(kRegion); at != std::string::npos; at = instance.find(kRegion, at))
    instance.replace(at, kRegion.size(), region.value);
  return fmt::format("job=\"{}\",instance=\"{}\",probe=\"{}\"", escape_label(check.value),
                     escape_label(instance), escape_label(region.value));
}

// One line. Most of a scrape is made here: half a million times for 12,000 pairs.
template <class Number>
void add_sample(std::string& out, std::string_view name,
                std::initializer_list<std::string_view> labels, Number number) {
  out += name;
  out += '{';
  for (const std::string_view part : labels) out += part;
  out += "} ";
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), number);
  out += '\n';
}

bool any_failed_at(const Attempt& attempt, const std::vector<SourcePosition>& places) {
  for (const StepResult& step : attempt.steps)
    for (const Failure& failure : step.failures)
      if (std::find(places.begin(), places.end(), failure.at) != places.end()) return true;
  return false;
}

// Of the leaf certificates met in a run, the one that expires first.
std::optional<WallTime> earliest_expiry(const Attempt& attempt) {
  std::optional<WallTime> earliest;
  for (const StepResult& step : attempt.steps)
    for (const RequestResult& request : step.requests) {
      if (!request.tls) continue;
      for (const CertificateFacts& certificate : request.tls->chain)
        if (!earliest || certificate.not_after < *earliest) earliest = certificate.not_after;
    }
  return earliest;
}

}  // namespace

std::string instance_of(const Check& check) {
  for (const Step& step : check.steps) {
    const std::string_view target = target_of(step.action);
    if (!target.empty()) return without_login_and_query(expand(check, target));
  }
  return {};
}

std::string escape_label(std::string_view value) {
  std::string out;
  for (const char c : clean_line(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void SeriesBook::define(const Check& check) {
  targets_[check.name] = Target{instance_of(check), own_labels_of(check), check_name_of(check),
                                check.interval, patterns_of(check)};
}

void SeriesBook::remove(const CheckName& check) {
  targets_.erase(check);
  const auto first = series_.lower_bound(Key{check, RegionName{}});
  auto last = first;
  while (last != series_.end() && last->first.first == check) ++last;
  series_.erase(first, last);
}

void SeriesBook::observe(const RunResult& run) {
  if (run.key.kind != RunKind::scheduled || run.verdict == RunVerdict::unknown ||
      run.attempts.empty())
    return;
  const Key key{run.key.check, run.key.region};
  if (series_.count(key) == 0 && series_.size() >= pairs_max_) {
    ++dropped_;
    return;
  }
  Series& series = series_[key];
  const Attempt& attempt = run.attempts.back();
  series.last = run.started;
  series.success = run.verdict != RunVerdict::fail;
  series.duration_seconds = seconds(attempt.duration);
  series.phases = {};
  series.status = 0;
  for (const StepResult& step : attempt.steps)
    for (const RequestResult& request : step.requests) {
      if (!request.beside) series.phases = series.phases + request.phases;
      if (request.status != 0) series.status = request.status;
    }
  const auto target = targets_.find(run.key.check);
  series.pattern_failed =
      target != targets_.end() && any_failed_at(attempt, target->second.patterns);
  series.certificate_expiry = earliest_expiry(attempt);
  series.lateness = run.lateness;
  series.samples = make_fact_samples(attempt, dropped_);
  ++series.runs;
  series.successes += series.success ? 1 : 0;
  series.retried += run.attempts.size() > 1 ? 1 : 0;
  series.duration_sum += series.duration_seconds;
  for (std::size_t i = 0; i < kBuckets.size(); ++i)
    series.buckets[i] += series.duration_seconds <= kBuckets[i] ? 1 : 0;
}

std::vector<SeriesBook::Shown> SeriesBook::shown_at(WallTime now) const {
  std::vector<Shown> shown;
  shown.reserve(series_.size());
  auto target = targets_.end();
  for (const auto& [key, series] : series_) {
    const auto& [check, region] = key;
    if (target == targets_.end() || target->first != check) target = targets_.find(check);
    if (target == targets_.end() || now - series.last > target->second.interval * 3) continue;
    shown.push_back(
        {&region, &target->second, &series, labels_of(check, region, target->second.instance)});
  }
  return shown;
}

template <class Value>
void SeriesBook::render_gauge(std::string& out, const std::vector<Shown>& shown,
                              std::string_view name, std::string_view help, Value value) {
  head(out, name, name.ends_with("_total") ? "counter" : "gauge", help);
  for (const Shown& one : shown)
    if (const std::optional<double> number = value(*one.target, *one.series))
      add_sample(out, name, {one.labels}, *number);
}

void SeriesBook::render_phases(std::string& out, const std::vector<Shown>& shown) {
  constexpr std::string_view kName = "probe_http_duration_seconds";
  head(out, kName, "gauge", "Duration of the HTTP requests of the last run by phase");
  for (const Shown& one : shown) {
    if (one.target->check_name != kHttp) continue;
    const Phases& phases = one.series->phases;
    add_sample(out, kName, {one.labels, ",phase=\"resolve\""}, seconds(phases.dns));
    add_sample(out, kName, {one.labels, ",phase=\"connect\""}, seconds(phases.connect));
    add_sample(out, kName, {one.labels, ",phase=\"tls\""}, seconds(phases.tls));
    add_sample(out, kName, {one.labels, ",phase=\"processing\""}, seconds(phases.wait));
    add_sample(out, kName, {one.labels, ",phase=\"transfer\""}, seconds(phases.transfer));
  }
}

void SeriesBook::render_histogram(std::string& out, const std::vector<Shown>& shown) {
  static const auto les = [] {
    std::array<std::string, kBuckets.size()> made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = fmt::format(",le=\"{}\"", kBuckets[i]);
    return made;
  }();
  const auto part = [](std::string_view name, std::string_view suffix) {
    return fmt::format("{}_{}", name, suffix);
  };
  constexpr std::string_view kDuration = "probe_all_duration_seconds";
  const std::string bucket = part(kDuration, "bucket");
  const std::string sum = part(kDuration, "sum");
  const std::string count = part(kDuration, "count");
  head(out, kDuration, "histogram", "Duration of all scheduled runs");
  for (const Shown& one : shown) {
    const Series& series = *one.series;
    for (std::size_t i = 0; i < kBuckets.size(); ++i)
      add_sample(out, bucket, {one.labels, les[i]}, series.buckets[i]);
    add_sample(out, bucket, {one.labels, ",le=\"+Inf\""}, series.runs);
    add_sample(out, sum, {one.labels}, series.duration_sum);
    add_sample(out, count, {one.labels}, series.runs);
  }
  constexpr std::string_view kSuccess = "probe_all_success";
  const std::string successes = part(kSuccess, "sum");
  const std::string runs = part(kSuccess, "count");
  head(out, kSuccess, "summary", "Scheduled runs that passed, of all");
  for (const Shown& one : shown) {
    add_sample(out, successes, {one.labels}, one.series->successes);
    add_sample(out, runs, {one.labels}, one.series->runs);
  }
}

void SeriesBook::render_facts(std::string& out, const std::vector<Shown>& shown) {
  const auto& heads = fact_metric_heads();
  std::vector<std::string> lines(heads.size());
  for (const Shown& one : shown)
    for (const FactSample& sample : one.series->samples)
      add_sample(lines[sample.metric], heads[sample.metric].name, {one.labels, sample.labels},
                 sample.value);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (lines[i].empty()) continue;
    head(out, heads[i].name, "gauge", heads[i].help);
    out += lines[i];
  }
}

void SeriesBook::render_info(std::string& out, const std::vector<Shown>& shown) const {
  head(out, "sm_check_info", "gauge", "Information about the check");
  for (const Shown& one : shown) {
    const std::string more =
        fmt::format(",check_name=\"{}\",frequency=\"{}\",geohash=\"{}\",region=\"{}\"{}",
                    one.target->check_name, one.target->interval.count(),
                    geohash ? geohash(*one.region) : std::string{}, escape_label(one.region->value),
                    one.target->labels);
    add_sample(out, "sm_check_info", {one.labels, more}, 1);
  }
}

std::string SeriesBook::render(WallTime now) const {
  using Number = std::optional<double>;
  const std::vector<Shown> shown = shown_at(now);
  std::string out;
  render_gauge(out, shown, "probe_success", "Whether the last run passed",
               [](const Target&, const Series& s) -> Number { return s.success ? 1 : 0; });
  render_gauge(out, shown, "probe_duration_seconds", "How long the last run took",
               [](const Target&, const Series& s) -> Number { return s.duration_seconds; });
  render_phases(out, shown);
  render_gauge(out, shown, "probe_http_status_code", "Status code of the last response",
               [](const Target& t, const Series& s) -> Number {
                 if (t.check_name != kHttp) return std::nullopt;
                 return s.status;
               });
  render_gauge(out, shown, "probe_failed_due_to_regex",
               "Whether a pattern of body or header failed",
               [](const Target&, const Series& s) -> Number {
                 if (s.status == 0) return std::nullopt;
                 return s.pattern_failed ? 1 : 0;
               });
  render_gauge(out, shown, "probe_dns_lookup_time_seconds", "Time spent on DNS in the last run",
               [](const Target&, const Series& s) -> Number { return seconds(s.phases.dns); });
  render_gauge(out, shown, "probe_ssl_earliest_cert_expiry",
               "Unix time of the first expiry in the chain",
               [](const Target&, const Series& s) -> Number {
                 if (!s.certificate_expiry) return std::nullopt;
                 return static_cast<double>(s.certificate_expiry->unix_ms()) / 1000;
               });
  render_gauge(out, shown, "picket_schedule_lateness_seconds",
               "Start of the last run after its due time",
               [](const Target&, const Series& s) -> Number { return seconds(s.lateness); });
  render_gauge(
      out, shown, "picket_runs_retried_total", "Scheduled runs that needed a retry",
      [](const Target&, const Series& s) -> Number { return static_cast<double>(s.retried); });
  render_facts(out, shown);
  render_histogram(out, shown);
  render_info(out, shown);
  return out;
}

}  // namespace picket::controller
