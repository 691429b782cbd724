#include "agent/script/findings.h"

#include <array>

#include "agent/script/http_facts.h"
#include "common/core/text.h"
#include "common/markup/selector.h"
#include "common/markup/xpath.h"
#include "common/model/jsonpath.h"

namespace picket::agent {
namespace {

const http::Exchange& no_exchange() {
  static const http::Exchange none;
  return none;
}

const Hop* answer_of(const Judging& judging) {
  const auto& hops = judging.outcome.hops;
  if (hops.empty()) return nullptr;
  return judging.hop ? &hops.at(*judging.hop) : &hops.back();
}

Found with_unit(std::int64_t number, const char* unit) {
  Found found = Found::scalar(number);
  found.unit = unit;
  return found;
}

Found milliseconds(Nanos span) { return with_unit(std::chrono::floor<Millis>(span).count(), "ms"); }

Finding of_result(Result<Found> found) {
  if (!found) return {Found::absent(), found.error().message};
  return {std::move(*found), {}};
}

// What selects elements finds one as a scalar, several as a list.
Finding of_elements(Result<Found> found) {
  if (found) found->several = found->present && found->type == "string";
  return of_result(std::move(found));
}

// As browsers read it, whatever its case; anything else as it is written.
std::string same_site_word(const std::string& written) {
  for (const std::string_view word : {"Strict", "Lax", "None"})
    if (iequals_ascii(written, word)) return std::string{word};
  return written;
}

Found text_or_absent(std::string text) {
  return text.empty() ? Found::absent() : Found::scalar(std::move(text));
}

}  // namespace

Findings::Findings(const Judging& judging)
    : outcome_(judging.outcome),
      answer_(answer_of(judging)),
      is_one_of_many_(judging.hop.has_value()),
      exchange_(answer_ == nullptr ? no_exchange() : answer_->exchange),
      duration_(judging.duration),
      now_(judging.now) {}

Found Findings::header(const std::string& name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : exchange_.headers)
    if (iequals_ascii(key, name)) values.push_back(value);
  return Found::texts(std::move(values));
}

std::vector<const SetCookie*> Findings::cookies(const std::string& name) const {
  std::vector<const SetCookie*> found;
  for (const SetCookie& cookie : outcome_.cookies) {
    const bool is_of_answer = outcome_.answers.empty() || cookie.label == answer_->label;
    if (is_of_answer && cookie.name == name && (!cookie.expires || *cookie.expires > now_))
      found.push_back(&cookie);
  }
  return found;
}

Found Findings::cookie_part(const SetCookie& cookie, std::string_view part) const {
  if (part == "value") return Found::scalar(cookie.value);
  if (part == "secure") return Found::scalar(cookie.secure);
  if (part == "http_only") return Found::scalar(cookie.http_only);
  if (part == "path") return Found::scalar(cookie.path);
  if (part == "same_site") return text_or_absent(same_site_word(cookie.same_site));
  if (part == "domain") return cookie.host_only ? Found::absent() : text_or_absent(cookie.domain);
  if (part != "max_age") return Found::absent();
  if (cookie.expires) return with_unit(cookie.expires->unix_ms() - now_.unix_ms(), "ms");
  Found ends_with_session;
  ends_with_session.unit = "ms";
  return ends_with_session;
}

Found Findings::phase(const std::string& name) const {
  Phases sum;
  for (const Hop& hop : outcome_.hops)
    if (!hop.beside && (!is_one_of_many_ || hop.label == answer_->label))
      sum = sum + hop.exchange.phases;
  if (name == "dns") return milliseconds(sum.dns);
  if (name == "connect") return milliseconds(sum.connect);
  if (name == "tls") return milliseconds(sum.tls);
  if (name == "wait") return milliseconds(sum.wait);
  if (name == "transfer") return milliseconds(sum.transfer);
  return Found::absent();
}

Found Findings::fact(const std::string& name) {
  const auto known = outcome_.facts.find(name);
  if (known != outcome_.facts.end()) return known->second;
  Found found = http_fact(name, exchange_, now_);
  if (found.present) derived_.insert_or_assign(name, found);
  return found;
}

std::string Findings::remark_on(const Expectation& expectation) const {
  if (expectation.subject != Subject::fact) return {};
  const auto remark = outcome_.remarks.find(expectation.key);
  return remark == outcome_.remarks.end() ? std::string() : ": " + remark->second;
}

void Findings::derive(const std::vector<std::string>& names) {
  for (const std::string& name : names) fact(name);
}

Finding Findings::json(const std::string& path, Take take) {
  if (!json_) json_ = JsonDocument::parse(exchange_.body);
  if (!*json_) return {Found::absent(), "the body is " + json_->error().message};
  const auto parsed = JsonPath::parse(path);
  if (!parsed) return {Found::absent(), parsed.error().message};
  return of_result(take == Take::all ? parsed->find(**json_) : parsed->first(**json_));
}

std::optional<Finding> Findings::no_markup() {
  if (!markup_)
    markup_ = markup::Document::parse(
        exchange_.body, http::find_header(exchange_.headers, "content-type").value_or(""));
  if (*markup_) return std::nullopt;
  return Finding{Found::absent(), "the body cannot be read: " + markup_->error().message};
}

Finding Findings::css(const std::string& selector, const std::string& attribute) {
  const auto compiled = markup::Selector::compile(selector);
  if (!compiled) return {Found::absent(), compiled.error().message};
  if (auto none = no_markup()) return *none;
  return of_elements(compiled->find(**markup_, attribute));
}

Finding Findings::xpath(const std::string& expression) {
  const auto compiled = markup::XPath::compile(expression);
  if (!compiled) return {Found::absent(), compiled.error().message};
  if (auto none = no_markup()) return *none;
  return of_elements(compiled->find(**markup_));
}

Finding Findings::find(const Expectation& expectation) {
  const std::string& key = expectation.key;
  switch (expectation.subject) {
    case Subject::http_version: return {Found::scalar(exchange_.http_version), {}};
    case Subject::header: return {header(key), {}};
    case Subject::body: return {Found::scalar(exchange_.body), {}};
    case Subject::jsonpath: return json(key, Take::all);
    case Subject::css: return css(key, expectation.attribute);
    case Subject::xpath: return xpath(key);
    case Subject::duration: return {milliseconds(duration_), {}};
    case Subject::fact: return {fact(key), {}};
    case Subject::phase: return {phase(key), {}};
    case Subject::size:
      return {with_unit(static_cast<std::int64_t>(exchange_.body_bytes), "bytes"), {}};
    case Subject::status:
    case Subject::cookie: break;
  }
  return {};
}

Finding Findings::find(const Capture& capture) {
  const std::string& expression = capture.expression;
  switch (capture.source) {
    case CaptureSource::jsonpath: return json(expression, Take::first);
    case CaptureSource::css: return css(expression, capture.attribute);
    case CaptureSource::xpath: return xpath(expression);
    case CaptureSource::header: return {header(expression), {}};
    case CaptureSource::cookie: {
      Finding finding;
      for (const SetCookie* cookie : cookies(expression))
        if (capture.path.empty() || cookie->path == capture.path)
          finding.found = Found::scalar(cookie->value);
      return finding;
    }
    case CaptureSource::regex: {
      auto part = find_pattern(expression, exchange_.body);
      return {part ? Found::scalar(std::move(*part)) : Found::absent(), {}};
    }
    case CaptureSource::url:
      if (answer_ == nullptr) return {};
      return {Found::scalar(answer_->request.url), {}};
  }
  return {};
}

}  // namespace picket::agent
