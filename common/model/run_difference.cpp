#include "common/model/run_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "common/core/text.h"

namespace picket {
namespace {

constexpr Nanos kPhaseLeast = Millis{100};
constexpr std::size_t kHeadersShown = 6;
constexpr std::size_t kRedirectsShown = 5;
constexpr double kSizeRatio = 1.2;

// Of every answer another value: no news.
constexpr std::array kVolatile{"date",
                               "age",
                               "expires",
                               "last-modified",
                               "etag",
                               "set-cookie",
                               "content-length",
                               "x-request-id",
                               "x-correlation-id",
                               "x-trace-id",
                               "x-amzn-trace-id",
                               "x-amz-cf-id",
                               "x-amz-request-id",
                               "x-amz-id-2",
                               "x-fastly-request-id",
                               "x-timer",
                               "cf-ray",
                               "x-vercel-id",
                               "x-runtime",
                               "server-timing",
                               "traceparent",
                               "nel",
                               "report-to",
                               "x-ratelimit-remaining",
                               "x-ratelimit-reset"};

// Those that tell who answered, and how, before all others.
constexpr std::array kTelling{"server",        "via",          "x-served-by",
                              "content-type",  "location",     "retry-after",
                              "cache-control", "x-cache",      "www-authenticate",
                              "vary",          "x-powered-by", "content-encoding"};

std::string shown(std::string_view text) { return cut_utf8(clean_line(text), kDifferenceBytes); }

std::string shown_ms(Nanos span) {
  return fmt::format("{} ms", std::chrono::duration_cast<Millis>(span).count());
}

template <class Names>
std::size_t place_of(const Names& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

const CertificateFacts* leaf_of(const RequestResult& request) {
  return request.tls && !request.tls->chain.empty() ? &request.tls->chain.front() : nullptr;
}

// The judged exchange; of a page its own, which stands last.
const RequestResult* judged(const StepResult& step) {
  return step.requests.empty() ? nullptr : &step.requests.back();
}

class Comparison {
 public:
  explicit Comparison(std::size_t most) : most_(most) {}

  void step(const StepResult& now, const StepResult* before, bool failed);
  void outcome(const StepResult& now, const StepResult* before);
  std::vector<RunDifference> take() { return std::move(found_); }

 private:
  void add(std::string what, std::string_view before, std::string_view now);
  void add_number(const char* what, int before, int now);
  void redirects(const StepResult& now, const StepResult& before);
  void certificates(const RequestResult& now, const RequestResult& before);
  void addresses(const RequestResult& now, const RequestResult& before);
  void headers(const EvidenceHeaders& now, const EvidenceHeaders& before);
  void bodies(const RequestResult& now, const RequestResult& before);
  void phases(const StepResult& now, const StepResult& before);

  std::size_t most_;
  std::string step_;
  std::vector<RunDifference> found_;
};

void Comparison::add(std::string what, std::string_view before, std::string_view now) {
  if (before == now || found_.size() >= most_) return;
  RunDifference difference{step_, shown(what), shown(before), shown(now)};
  if (difference.before == difference.now) return;  // told apart only by what is cut
  found_.push_back(std::move(difference));
}

void Comparison::add_number(const char* what, int before, int now) {
  const auto text = [](int value) { return value == 0 ? std::string{} : std::to_string(value); };
  add(what, text(before), text(now));
}

void Comparison::outcome(const StepResult& now, const StepResult* before) {
  step_ = shown(now.name);
  const Failure& failure = now.failures.front();
  const std::string text =
      failure.message.empty() ? std::string{summary_of(failure.kind)} : failure.message;
  const std::string was = before == nullptr ? "not there" : std::string{to_string(before->status)};
  add("step", was, fmt::format("failed: {}", text));
}

std::vector<std::string> chain_of(const StepResult& step) {
  std::vector<std::string> urls;
  for (const RequestResult& request : step.requests)
    if (!request.beside) urls.push_back(request.url);
  return urls;
}

void Comparison::redirects(const StepResult& now, const StepResult& before) {
  const auto was = chain_of(before);
  const auto is = chain_of(now);
  if (was == is) return;
  if (was.size() == is.size() && was.size() == 1) return add("url", was.front(), is.front());
  add("requests", std::to_string(was.size()), std::to_string(is.size()));
  for (std::size_t i = 0; i < std::max(was.size(), is.size()) && i < kRedirectsShown; ++i)
    add(fmt::format("request {}", i + 1), i < was.size() ? was[i] : "", i < is.size() ? is[i] : "");
}

void Comparison::certificates(const RequestResult& now, const RequestResult& before) {
  const auto error_of = [](const RequestResult& request) {
    return request.tls ? request.tls->verify_error : std::string{};
  };
  add("certificate verification", error_of(before), error_of(now));
  const CertificateFacts* was = leaf_of(before);
  const CertificateFacts* is = leaf_of(now);
  if (was != nullptr && is != nullptr) {
    const auto name = [](const CertificateFacts& leaf) {
      return fmt::format("{} (sha256 {})", cut_utf8(leaf.subject, 100), leaf.sha256.substr(0, 16));
    };
    add("certificate", name(*was), name(*is));
    add("certificate issuer", was->issuer, is->issuer);
    add("certificate expiry", render_rfc3339(was->not_after), render_rfc3339(is->not_after));
  }
  if (before.tls && now.tls && !before.tls->version.empty() && !now.tls->version.empty())
    add("tls version", before.tls->version, now.tls->version);
}

void Comparison::addresses(const RequestResult& now, const RequestResult& before) {
  add("address", before.remote_address, now.remote_address);
  if (before.evidence && now.evidence) {
    auto was = before.evidence->resolved_addresses;
    auto is = now.evidence->resolved_addresses;
    std::sort(was.begin(), was.end());
    std::sort(is.begin(), is.end());
    add("resolved addresses", fmt::format("{}", fmt::join(was, ", ")),
        fmt::format("{}", fmt::join(is, ", ")));
    add("dns server", before.evidence->dns_server, now.evidence->dns_server);
  }
  add("pop", before.pop, now.pop);
}

// Repeated ones joined; by importance, then by name.
using HeaderValues = std::map<std::pair<std::size_t, std::string>, std::string>;
HeaderValues telling_headers(const EvidenceHeaders& headers) {
  HeaderValues values;
  for (const auto& [name, value] : headers) {
    const std::string lower = to_lower_ascii(name);
    if (place_of(kVolatile, lower) < kVolatile.size()) continue;
    std::string& text = values[{place_of(kTelling, lower), lower}];
    text += text.empty() ? value : ", " + value;
  }
  return values;
}

void Comparison::headers(const EvidenceHeaders& now, const EvidenceHeaders& before) {
  const HeaderValues was = telling_headers(before);
  const HeaderValues is = telling_headers(now);
  std::map<HeaderValues::key_type, std::pair<std::string, std::string>> both;
  for (const auto& [name, value] : was) both[name].first = value;
  for (const auto& [name, value] : is) both[name].second = value;
  std::size_t left = kHeadersShown;
  for (const auto& [name, values] : both) {
    if (values.first == values.second || left == 0) continue;
    --left;
    add("header " + name.second, values.first, values.second);
  }
}

// The first line in which they differ.
std::pair<std::string, std::string> first_other_line(const std::string& a, const std::string& b) {
  const auto left = split(a, '\n');
  const auto right = split(b, '\n');
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string was = i < left.size() ? left[i] : "";
    const std::string is = i < right.size() ? right[i] : "";
    if (was != is) return {was, is};
  }
  return {};
}

void Comparison::bodies(const RequestResult& now, const RequestResult& before) {
  if (before.evidence && now.evidence) {
    const auto [was, is] = first_other_line(before.evidence->body_start, now.evidence->body_start);
    add("body", was, is);
  }
  const auto [small, large] = std::minmax(before.body_bytes, now.body_bytes);
  if (static_cast<double>(large) > kSizeRatio * static_cast<double>(small))
    add("size", fmt::format("{} bytes", before.body_bytes),
        fmt::format("{} bytes", now.body_bytes));
}

Phases phases_of(const StepResult& step) {
  Phases sum;
  for (const RequestResult& request : step.requests)
    if (!request.beside) sum = sum + request.phases;
  return sum;
}

void Comparison::phases(const StepResult& now, const StepResult& before) {
  const Phases was = phases_of(before);
  const Phases is = phases_of(now);
  std::vector<std::pair<const char*, std::pair<Nanos, Nanos>>> moved;
  const auto look = [&](const char* name, Nanos then, Nanos span) {
    if (span - then >= kPhaseLeast && span >= 2 * then) moved.push_back({name, {then, span}});
  };
  look("phase dns", was.dns, is.dns);
  look("phase connect", was.connect, is.connect);
  look("phase tls", was.tls, is.tls);
  look("phase wait", was.wait, is.wait);
  look("phase transfer", was.transfer, is.transfer);
  std::stable_sort(moved.begin(), moved.end(), [](const auto& a, const auto& b) {
    return a.second.second - a.second.first > b.second.second - b.second.first;
  });
  for (const auto& [name, spans] : moved) add(name, shown_ms(spans.first), shown_ms(spans.second));
}

void Comparison::step(const StepResult& now, const StepResult* before, bool failed) {
  step_ = shown(now.name);
  const RequestResult* is = judged(now);
  const RequestResult* was = before == nullptr ? nullptr : judged(*before);
  if (is == nullptr || was == nullptr) return;
  if (failed) {
    add_number("status", was->status, is->status);
    redirects(now, *before);
  }
  certificates(*is, *was);
  addresses(*is, *was);
  if (failed) {
    add("cache", was->cache_status, is->cache_status);
    if (!is->http_version.empty()) add("protocol", was->http_version, is->http_version);
    if (was->evidence && is->evidence && is->status != 0)
      headers(is->evidence->response_headers, was->evidence->response_headers);
    if (is->status != 0) bodies(*is, *was);
  }
  phases(now, *before);
}

const StepResult* find_step(const RunResult& run, const std::string& name) {
  if (run.attempts.empty()) return nullptr;
  for (const StepResult& step : run.attempts.back().steps)
    if (step.name == name) return &step;
  return nullptr;
}

}  // namespace

std::vector<RunDifference> compare_runs(const RunResult& failed, const RunResult& good,
                                        std::size_t most) {
  Comparison comparison(std::min(most, kDifferencesMax));
  const StepResult* culprit = failed_step(failed);
  if (culprit == nullptr) return {};
  const StepResult* before = find_step(good, culprit->name);
  comparison.outcome(*culprit, before);
  comparison.step(*culprit, before, true);
  for (const StepResult& step : telling_attempt(failed)->steps) {
    if (&step == culprit) break;
    comparison.step(step, find_step(good, step.name), false);
  }
  return comparison.take();
}

std::string render(const RunDifference& difference) {
  const auto text = [](const std::string& value) { return value.empty() ? "nothing" : value; };
  const std::string step =
      difference.step.empty() || difference.step == "http" ? "" : difference.step + ": ";
  return fmt::format("{}{}: {} -> {}", step, difference.what, text(difference.before),
                     text(difference.now));
}

}  // namespace picket
