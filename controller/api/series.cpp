#include "controller/api/series.h"

#include <fmt/format.h>

#include <algorithm>
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
std::string labels_of(const Check& check) {
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
  targets_[check.name] = Target{instance_of(check), labels_of(check), check_name_of(check),
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

const SeriesBook::Target* SeriesBook::live_target(const Key& key, const Series& series,
                                                  WallTime now) const {
  const auto it = targets_.find(key.first);
  if (it == targets_.end() || now - series.last > it->second.interval * 3) return nullptr;
  return &it->second;
}

std::string SeriesBook::labels(const Key& key, const Target& target) const {
  std::string instance = target.instance;
  for (auto at = instance.find(kRegion); at != std::string::npos; at = instance.find(kRegion, at))
    instance.replace(at, kRegion.size(), key.second.value);
  return fmt::format("job=\"{}\",instance=\"{}\",probe=\"{}\"", escape_label(key.first.value),
                     escape_label(instance), escape_label(key.second.value));
}

template <class Value>
void SeriesBook::render_gauge(std::string& out, std::string_view name, std::string_view help,
                              WallTime now, Value value) const {
  head(out, name, name.ends_with("_total") ? "counter" : "gauge", help);
  for (const auto& [key, series] : series_) {
    const Target* target = live_target(key, series, now);
    const std::optional<double> number = target == nullptr ? std::nullopt : value(*target, series);
    if (number)
      fmt::format_to(std::back_inserter(out), "{}{{{}}} {}\n", name, labels(key, *target), *number);
  }
}

void SeriesBook::render_phases(std::string& out, WallTime now) const {
  constexpr std::string_view kName = "probe_http_duration_seconds";
  head(out, kName, "gauge", "Duration of the HTTP requests of the last run by phase");
  for (const auto& [key, series] : series_) {
    const Target* target = live_target(key, series, now);
    if (target == nullptr || target->check_name != kHttp) continue;
    const std::string common = labels(key, *target);
    const std::pair<std::string_view, Nanos> phases[] = {{"resolve", series.phases.dns},
                                                         {"connect", series.phases.connect},
                                                         {"tls", series.phases.tls},
                                                         {"processing", series.phases.wait},
                                                         {"transfer", series.phases.transfer}};
    for (const auto& [phase, span] : phases)
      fmt::format_to(std::back_inserter(out), "{}{{{},phase=\"{}\"}} {}\n", kName, common, phase,
                     seconds(span));
  }
}

void SeriesBook::render_histogram(std::string& out, WallTime now) const {
  constexpr std::string_view kName = "probe_all_duration_seconds";
  head(out, kName, "histogram", "Duration of all scheduled runs");
  for (const auto& [key, series] : series_) {
    const Target* target = live_target(key, series, now);
    if (target == nullptr) continue;
    const std::string common = labels(key, *target);
    auto sink = std::back_inserter(out);
    for (std::size_t i = 0; i < kBuckets.size(); ++i)
      fmt::format_to(sink, "{}_bucket{{{},le=\"{}\"}} {}\n", kName, common, kBuckets[i],
                     series.buckets[i]);
    fmt::format_to(sink, "{}_bucket{{{},le=\"+Inf\"}} {}\n", kName, common, series.runs);
    fmt::format_to(sink, "{}_sum{{{}}} {}\n{}_count{{{}}} {}\n", kName, common, series.duration_sum,
                   kName, common, series.runs);
  }
  head(out, "probe_all_success", "summary", "Scheduled runs that passed, of all");
  for (const auto& [key, series] : series_) {
    const Target* target = live_target(key, series, now);
    if (target == nullptr) continue;
    fmt::format_to(std::back_inserter(out),
                   "probe_all_success_sum{{{0}}} {1}\nprobe_all_success_count{{{0}}} {2}\n",
                   labels(key, *target), series.successes, series.runs);
  }
}

void SeriesBook::render_facts(std::string& out, WallTime now) const {
  const auto& heads = fact_metric_heads();
  std::vector<std::string> lines(heads.size());
  for (const auto& [key, series] : series_) {
    const Target* target = series.samples.empty() ? nullptr : live_target(key, series, now);
    if (target == nullptr) continue;
    const std::string common = labels(key, *target);
    for (const FactSample& sample : series.samples)
      fmt::format_to(std::back_inserter(lines[sample.metric]), "{}{{{}{}}} {}\n",
                     heads[sample.metric].name, common, sample.labels, sample.value);
  }
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (lines[i].empty()) continue;
    head(out, heads[i].name, "gauge", heads[i].help);
    out += lines[i];
  }
}

void SeriesBook::render_info(std::string& out, WallTime now) const {
  head(out, "sm_check_info", "gauge", "Information about the check");
  for (const auto& [key, series] : series_) {
    const Target* target = live_target(key, series, now);
    if (target == nullptr) continue;
    fmt::format_to(std::back_inserter(out),
                   "sm_check_info{{{},check_name=\"{}\",frequency=\"{}\",geohash=\"{}\","
                   "region=\"{}\"{}}} 1\n",
                   labels(key, *target), target->check_name, target->interval.count(),
                   geohash ? geohash(key.second) : std::string{}, escape_label(key.second.value),
                   target->labels);
  }
}

std::string SeriesBook::render(WallTime now) const {
  using Number = std::optional<double>;
  std::string out;
  render_gauge(out, "probe_success", "Whether the last run passed", now,
               [](const Target&, const Series& s) -> Number { return s.success ? 1 : 0; });
  render_gauge(out, "probe_duration_seconds", "How long the last run took", now,
               [](const Target&, const Series& s) -> Number { return s.duration_seconds; });
  render_phases(out, now);
  render_gauge(out, "probe_http_status_code", "Status code of the last response", now,
               [](const Target& t, const Series& s) -> Number {
                 if (t.check_name != kHttp) return std::nullopt;
                 return s.status;
               });
  render_gauge(out, "probe_failed_due_to_regex", "Whether a pattern of body or header failed", now,
               [](const Target&, const Series& s) -> Number {
                 if (s.status == 0) return std::nullopt;
                 return s.pattern_failed ? 1 : 0;
               });
  render_gauge(out, "probe_dns_lookup_time_seconds", "Time spent on DNS in the last run", now,
               [](const Target&, const Series& s) -> Number { return seconds(s.phases.dns); });
  render_gauge(out, "probe_ssl_earliest_cert_expiry", "Unix time of the first expiry in the chain",
               now, [](const Target&, const Series& s) -> Number {
                 if (!s.certificate_expiry) return std::nullopt;
                 return static_cast<double>(s.certificate_expiry->unix_ms()) / 1000;
               });
  render_gauge(out, "picket_schedule_lateness_seconds", "Start of the last run after its due time",
               now, [](const Target&, const Series& s) -> Number { return seconds(s.lateness); });
  render_gauge(
      out, "picket_runs_retried_total", "Scheduled runs that needed a retry", now,
      [](const Target&, const Series& s) -> Number { return static_cast<double>(s.retried); });
  render_facts(out, now);
  render_histogram(out, now);
  render_info(out, now);
  return out;
}

}  // namespace picket::controller
