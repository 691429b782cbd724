#include "agent/script/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/script/http_facts.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kMessageBytesMax = 1000;
constexpr std::size_t kShownStart = 1024;

std::string label_of(const Expectation& expectation) {
  std::string label = expectation.warn ? "expect.warn." : "expect.";
  if (expectation.subject == Subject::fact) return label + expectation.key;
  label += to_string(expectation.subject);
  if (!expectation.key.empty()) label += "." + expectation.key;
  return label;
}

std::string render(const std::vector<StatusRange>& ranges) {
  std::string out;
  for (const StatusRange& range : ranges) {
    if (!out.empty()) out += " or ";
    if (range.low == range.high)
      out += std::to_string(range.low);
    else if (range.low % 100 == 0 && range.high == range.low + 99)
      out += fmt::format("{}xx", range.low / 100);
    else
      out += fmt::format("{}-{}", range.low, range.high);
  }
  return out;
}

std::optional<std::string> status_mismatch(const std::vector<StatusRange>& ranges, int status) {
  for (const StatusRange& range : ranges)
    if (status >= range.low && status <= range.high) return std::nullopt;
  return fmt::format("wanted {}, got {}", render(ranges), status);
}

Found milliseconds(Nanos span) {
  Found found = Found::scalar(std::chrono::floor<Millis>(span).count());
  found.unit = "ms";
  return found;
}

// A JSON value as a text to put into later requests; null is nothing.
std::optional<std::string> as_text(const Found& found) {
  if (!found.present || found.type == "null") return std::nullopt;
  if (found.is_list) {
    std::string out;
    for (const Value& value : found.values)
      out += (out.empty() ? "[" : ",") + picket::render(value);
    return (out.empty() ? "[" : out) + "]";
  }
  const Value& value = found.values.front();
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return picket::render(value);
}

const http::Exchange& no_exchange() {
  static const http::Exchange none;
  return none;
}

const Hop* answer_of(const Judging& judging) {
  const auto& hops = judging.outcome.hops;
  if (hops.empty()) return nullptr;
  return judging.hop ? &hops.at(*judging.hop) : &hops.back();
}

bool has_word(std::string_view text, std::string_view word) {
  return to_lower_ascii(text).find(word) != std::string::npos;
}

}  // namespace

bool looks_like_token(const Capture& capture, std::string_view value) {
  constexpr std::array<std::string_view, 12> kWords{
      "token", "secret", "passw",   "session", "csrf",       "xsrf",
      "jwt",   "bearer", "api_key", "apikey",  "credential", "authorization"};
  for (const std::string_view word : kWords)
    if (has_word(capture.name, word) || has_word(capture.expression, word)) return true;
  return value.starts_with("eyJ") && value.size() > 40 &&
         std::count(value.begin(), value.end(), '.') >= 2;
}

Judge::Judge(const Judging& judging, const Redactor& redactor)
    : outcome_(judging.outcome),
      answer_(answer_of(judging)),
      is_one_of_many_(judging.hop.has_value()),
      exchange_(answer_ == nullptr ? no_exchange() : answer_->exchange),
      traits_(traits_of(judging.kind)),
      duration_(judging.duration),
      now_(judging.now),
      redactor_(redactor) {}

Found Judge::find_header(const std::string& name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : exchange_.headers)
    if (iequals_ascii(key, name)) values.push_back(value);
  return Found::texts(std::move(values));
}

Found Judge::find_cookie(const std::string& name) const {
  // Of several with this name, for other domains or paths, the one that was set last.
  for (auto cookie = outcome_.cookies.rbegin(); cookie != outcome_.cookies.rend(); ++cookie)
    if (cookie->name == name) return Found::scalar(cookie->value);
  return Found::absent();
}

Found Judge::find_phase(const std::string& name) const {
  Phases sum;
  for (const Hop& hop : outcome_.hops)
    if (!is_one_of_many_ || hop.label == answer_->label) sum = sum + hop.exchange.phases;
  if (name == "dns") return milliseconds(sum.dns);
  if (name == "connect") return milliseconds(sum.connect);
  if (name == "tls") return milliseconds(sum.tls);
  if (name == "wait") return milliseconds(sum.wait);
  if (name == "transfer") return milliseconds(sum.transfer);
  return Found::absent();
}

Found Judge::find_fact(const std::string& name) {
  const auto fact = outcome_.facts.find(name);
  if (fact != outcome_.facts.end()) return fact->second;
  Found found = http_fact(name, exchange_, now_);
  if (found.present) derived_.insert_or_assign(name, found);
  return found;
}

void Judge::derive(const std::vector<std::string>& names) {
  for (const std::string& name : names) find_fact(name);
}

Found Judge::find_json(const std::string& path, std::string& why) {
  if (!document_) document_ = JsonDocument::parse(exchange_.body);
  const auto parsed = JsonPath::parse(path);
  if (!*document_) why = "the body is " + document_->error().message;
  if (!*document_ || !parsed) return Found::absent();
  const auto found = parsed->find(**document_);
  if (found) return *found;
  why = found.error().message;
  return Found::absent();
}

Found Judge::find(const Expectation& expectation) {
  switch (expectation.subject) {
    case Subject::status: return Found::scalar(std::int64_t{exchange_.status});
    case Subject::http_version: return Found::scalar(exchange_.http_version);
    case Subject::header: return find_header(expectation.key);
    case Subject::cookie: return find_cookie(expectation.key);
    case Subject::body: return Found::scalar(exchange_.body);
    case Subject::jsonpath: return Found::absent();
    case Subject::duration: return milliseconds(duration_);
    case Subject::fact: return find_fact(expectation.key);
    case Subject::phase: return find_phase(expectation.key);
    case Subject::size: {
      Found found = Found::scalar(static_cast<std::int64_t>(exchange_.body_bytes));
      found.unit = "bytes";
      return found;
    }
  }
  return Found::absent();
}

std::optional<std::string> Judge::why_not(const Expectation& expectation,
                                          const Variables& variables, SourcePosition& at) {
  if (expectation.subject == Subject::status)
    return status_mismatch(expectation.status, exchange_.status);
  const bool json = expectation.subject == Subject::jsonpath;
  std::string why;
  const Found found = json ? find_json(expectation.key, why) : find(expectation);
  const Redact redact = [this](std::string_view text) {
    return redactor_.apply_start(text, kShownStart);
  };
  for (const Matcher& matcher : expectation.matchers) {
    at = matcher.at.line != 0 ? matcher.at : expectation.at;
    const auto filled = fill_matcher(matcher, variables);
    if (!filled) return filled.error().message;
    const auto wrong = mismatch(*filled, found, redact);
    if (!why.empty()) return wrong ? *wrong + ": " + why : why;  // not even `exists: false` holds
    if (wrong) return wrong;
  }
  return std::nullopt;
}

Judged Judge::judge(const std::vector<Expectation>& expectations, const Variables& variables) {
  Judged judged;
  bool expects_status = false;
  for (const Expectation& expectation : expectations) {
    const bool status = expectation.subject == Subject::status;
    expects_status = expects_status || (status && !expectation.warn);
    SourcePosition at = expectation.at;
    const auto wrong = why_not(expectation, variables, at);
    if (!wrong) continue;
    Failure failure{.kind = status ? FailureKind::http_status : FailureKind::expectation,
                    .message = label_of(expectation) + ": " + *wrong,
                    .at = std::move(at)};
    failure.message = cut_utf8(clean_line(redactor_.apply(failure.message)), kMessageBytesMax);
    (expectation.warn ? judged.warnings : judged.failures).push_back(std::move(failure));
  }
  const std::vector<StatusRange> fine{{200, 399}};
  if (const auto wrong = status_mismatch(fine, exchange_.status);
      wrong && traits_.status && !expects_status)
    judged.failures.insert(
        judged.failures.begin(),
        {.kind = FailureKind::http_status,
         .message = fmt::format("status: wanted 2xx or 3xx, got {}", exchange_.status),
         .at = {}});
  return judged;
}

std::optional<std::string> Judge::value_of(const Capture& capture, std::string& why) {
  switch (capture.source) {
    case CaptureSource::jsonpath: return as_text(find_json(capture.expression, why));
    case CaptureSource::header: {
      const Found found = find_header(capture.expression);
      if (!found.present) return std::nullopt;
      return std::get<std::string>(found.values.front());
    }
    case CaptureSource::cookie: return as_text(find_cookie(capture.expression));
    case CaptureSource::regex: return find_pattern(capture.expression, exchange_.body);
    case CaptureSource::url:
      if (answer_ == nullptr) return std::nullopt;
      return answer_->request.url;
  }
  return std::nullopt;
}

Captures Judge::capture(const std::vector<Capture>& captures) {
  Captures taken;
  for (const Capture& capture : captures) {
    std::string why;
    auto value = value_of(capture, why);
    if (!value || value->empty() || value->size() > kCaptureBytesMax) {
      const bool large = value && value->size() > kCaptureBytesMax;
      why = large ? "is larger than 64 KiB" : "found nothing" + (why.empty() ? "" : ": " + why);
      taken.failures.push_back(
          {.kind = FailureKind::capture_missing,
           .message =
               cut_utf8(clean_line(fmt::format("capture.{}: {} {} {}", capture.name,
                                               to_string(capture.source), capture.expression, why)),
                        kMessageBytesMax),
           .at = capture.at});
      continue;
    }
    const bool from_secret_header = capture.source == CaptureSource::header &&
                                    (iequals_ascii(capture.expression, "set-cookie") ||
                                     iequals_ascii(capture.expression, "authorization"));
    const bool secret =
        capture.secret.value_or(capture.source == CaptureSource::cookie || from_secret_header ||
                                looks_like_token(capture, *value));
    taken.values.push_back({capture.name, std::move(*value), secret});
  }
  return taken;
}

}  // namespace picket::agent
