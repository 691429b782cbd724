#include "agent/script/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kMessageBytesMax = 1000;
constexpr std::size_t kShownStart = 1024;

std::string label_of(const Expectation& expectation) {
  std::string label = expectation.warn ? "expect.warn." : "expect.";
  if (expectation.budget) label = "budgets.";
  const bool origin = expectation.budget && expectation.key.starts_with("origin.");
  if (origin) return label + "origins." + expectation.key.substr(expectation.key.find('.') + 1);
  if (expectation.subject == Subject::fact) return label + expectation.key;
  label += to_string(expectation.subject);
  if (!expectation.key.empty()) label += "." + expectation.key;
  if (!expectation.attribute.empty()) label += "[" + expectation.attribute + "]";
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

// A value as a text to put into later requests; null is nothing, of several the first counts.
std::optional<std::string> as_text(const Found& found) {
  if (!found.present || found.values.empty()) return std::nullopt;
  const Value& value = found.values.front();
  if (std::holds_alternative<Null>(value)) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return picket::render(value);
}

// The redactor knows every encoding of a secret, but not its other case: the text before the first
// filter that changes letters. Empty when there is none.
std::string before_case(const std::vector<Filter>& filters, const std::string& raw) {
  const auto changes = std::find_if(filters.begin(), filters.end(), [](const Filter& filter) {
    return filter.op == FilterOp::lower || filter.op == FilterOp::upper;
  });
  if (changes == filters.end()) return {};
  return apply_filters({filters.begin(), changes}, raw).value_or("");
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
    : findings_(judging), traits_(traits_of(judging.kind)), redactor_(redactor) {}

Judge::Judgement Judge::judge_words(const std::vector<Matcher>& matchers, const Finding& finding,
                                    const Variables& variables) const {
  const Redact redact = [this](std::string_view text) {
    return redactor_.apply_start(text, kShownStart);
  };
  for (const Matcher& matcher : matchers) {
    const auto filled = fill_matcher(matcher, variables);
    if (!filled) return Wrong{filled.error().message, matcher.at};
    const auto wrong = mismatch(*filled, finding.found, redact);
    if (!finding.problem.empty())  // not even `exists: false` holds
      return Wrong{wrong ? *wrong + ": " + finding.problem : finding.problem, matcher.at};
    if (wrong) return Wrong{*wrong, matcher.at};
  }
  return std::nullopt;
}

// Some cookie of the name meets all words; else what is wrong with the newest one.
Judge::Judgement Judge::judge_cookie(const Expectation& expectation, const Variables& variables) {
  const auto cookies = findings_.cookies(expectation.key);
  Judgement wrong;
  for (const SetCookie* cookie : cookies) {
    wrong =
        judge_words(expectation.matchers, {findings_.cookie_part(*cookie, "value"), {}}, variables);
    for (const ExpectedPart& part : expectation.parts) {
      if (wrong) break;
      wrong =
          judge_words(part.matchers, {findings_.cookie_part(*cookie, part.name), {}}, variables);
      if (wrong) wrong->message = part.name + ": " + wrong->message;
    }
    if (!wrong) return std::nullopt;
  }
  if (!cookies.empty()) {
    if (cookies.size() > 1)
      wrong->message += fmt::format(" (the newest of {} cookies)", cookies.size());
    return wrong;
  }
  wrong = judge_words(expectation.matchers, {}, variables);
  if (!wrong && !expectation.parts.empty()) wrong = Wrong{"wanted a cookie, got nothing", {}};
  return wrong;
}

Judge::Judgement Judge::judge(const Expectation& expectation, const Variables& variables) {
  if (expectation.subject == Subject::cookie) return judge_cookie(expectation, variables);
  if (expectation.subject != Subject::status) {
    auto wrong = judge_words(expectation.matchers, findings_.find(expectation), variables);
    if (wrong) wrong->message += findings_.remark_on(expectation);
    return wrong;
  }
  const auto wrong = status_mismatch(expectation.status, findings_.exchange().status);
  return wrong ? Judgement{Wrong{*wrong, {}}} : std::nullopt;
}

Judged Judge::judge(const std::vector<Expectation>& expectations, const Variables& variables) {
  Judged judged;
  bool expects_status = false;
  for (const Expectation& expectation : expectations) {
    const bool status = expectation.subject == Subject::status;
    expects_status = expects_status || (status && !expectation.warn);
    const Judgement wrong = judge(expectation, variables);
    if (!wrong) continue;
    Failure failure{.kind = status ? FailureKind::http_status : FailureKind::expectation,
                    .message = label_of(expectation) + ": " + wrong->message,
                    .at = wrong->at.line != 0 ? wrong->at : expectation.at};
    failure.message = cut_utf8(clean_line(redactor_.apply(failure.message)), kMessageBytesMax);
    (expectation.warn ? judged.warnings : judged.failures).push_back(std::move(failure));
  }
  const std::vector<StatusRange> fine{{200, 399}};
  const int status = findings_.exchange().status;
  if (const auto wrong = status_mismatch(fine, status); wrong && traits_.status && !expects_status)
    judged.failures.insert(judged.failures.begin(),
                           {.kind = FailureKind::http_status,
                            .message = fmt::format("status: wanted 2xx or 3xx, got {}", status),
                            .at = {}});
  return judged;
}

Captured Judge::take(const Capture& capture, std::string value, std::string raw) const {
  const bool from_secret_header = capture.source == CaptureSource::header &&
                                  (iequals_ascii(capture.expression, "set-cookie") ||
                                   iequals_ascii(capture.expression, "authorization"));
  const bool secret =
      capture.secret.value_or(capture.source == CaptureSource::cookie || from_secret_header ||
                              looks_like_token(capture, value));
  return {capture.name, std::move(value), secret, std::move(raw)};
}

void Judge::refuse(const Capture& capture, std::string_view why, Captures& out) const {
  const std::string message = fmt::format("capture.{}: {} {} {}", capture.name,
                                          to_string(capture.source), capture.expression, why);
  out.failures.push_back({.kind = FailureKind::capture_missing,
                          .message = cut_utf8(clean_line(message), kMessageBytesMax),
                          .at = capture.at});
}

Captures Judge::capture(const std::vector<Capture>& captures) {
  Captures taken;
  for (const Capture& capture : captures) {
    const Finding finding = findings_.find(capture);
    const auto raw = as_text(finding.found);
    if (!raw || raw->empty()) {
      refuse(capture, "found nothing" + (finding.problem.empty() ? "" : ": " + finding.problem),
             taken);
      continue;
    }
    auto value = apply_filters(capture.filters, *raw);
    std::string sent = before_case(capture.filters, *raw);
    if (!value)
      refuse(capture, "found a value, but " + value.error().message, taken);
    else if (value->empty())
      refuse(capture, "found a value, but its filters left nothing", taken);
    else if (value->size() > kCaptureBytesMax || sent.size() > kCaptureBytesMax)
      refuse(capture, "is larger than 64 KiB", taken);
    else
      taken.values.push_back(take(capture, std::move(*value), std::move(sent)));
  }
  return taken;
}

}  // namespace picket::agent
