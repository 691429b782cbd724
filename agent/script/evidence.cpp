#include "agent/script/evidence.h"

#include <algorithm>
#include <array>
#include <set>

#include "agent/script/curl_line.h"
#include "agent/script/shell_words.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kMessageBytesMax = 1000;
constexpr std::size_t kNameBytesMax = 128;

std::string safe(std::string_view text, const Redactor& redactor, std::size_t bytes) {
  return cut_utf8(clean_line(redactor.apply_start(text, 2 * bytes)), bytes);
}

std::string safe_body(std::string_view body, const Redactor& redactor, std::size_t bytes) {
  return cut_utf8(clean_text(redactor.apply_start(body, bytes)), bytes);
}

// "Bearer ***": the scheme is no secret.
std::string mask_authorization(std::string_view value) {
  const auto space = value.find(' ');
  if (space == std::string_view::npos || space > 20) return std::string{Redactor::kMask};
  return std::string{value.substr(0, space + 1)} + std::string{Redactor::kMask};
}

std::string mask_pair(std::string_view pair) {
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos) return std::string{Redactor::kMask};
  return std::string{pair.substr(0, equals + 1)} + std::string{Redactor::kMask};
}

std::string mask_cookies(std::string_view value) {
  std::string out;
  for (const std::string& pair : split(value, ';'))
    out += (out.empty() ? "" : "; ") + mask_pair(trim_ascii(pair));
  return out;
}

std::string mask_set_cookie(std::string_view value) {
  const auto semicolon = value.find(';');
  const std::string attributes{semicolon == std::string_view::npos ? "" : value.substr(semicolon)};
  return mask_pair(value.substr(0, semicolon)) + attributes;
}

std::string mask_header(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 4> kKeys{"x-api-key", "api-key", "x-auth-token",
                                                  "x-amz-security-token"};
  if (iequals_ascii(name, "authorization") || iequals_ascii(name, "proxy-authorization"))
    return mask_authorization(value);
  if (iequals_ascii(name, "cookie")) return mask_cookies(value);
  if (iequals_ascii(name, "set-cookie")) return mask_set_cookie(value);
  for (const std::string_view key : kKeys)
    if (iequals_ascii(name, key)) return std::string{Redactor::kMask};
  return std::string{value};
}

EvidenceHeaders safe_headers(const http::Headers& headers, const Redactor& redactor) {
  EvidenceHeaders out;
  for (const auto& [name, value] : headers) {
    if (out.size() == kHeadersMax) break;
    // Redacted before it is taken apart: a secret may hold the ";" of a cookie.
    const std::string known = redactor.apply_start(value, 2 * kHeaderBytesMax);
    out.emplace_back(safe(name, redactor, kNameBytesMax),
                     cut_utf8(clean_line(mask_header(name, known)), kHeaderBytesMax));
  }
  return out;
}

std::string joined(const std::vector<Value>& values) {
  std::string out;
  for (const Value& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    out += (out.empty() ? "" : ", ") + (text == nullptr ? picket::render(value) : *text);
  }
  return out;
}

TlsFacts safe_tls(TlsFacts tls, const Redactor& redactor) {
  tls.verify_error = safe(tls.verify_error, redactor, kNameBytesMax);
  for (CertificateFacts& certificate : tls.chain) {
    certificate.subject = safe(certificate.subject, redactor, 256);
    certificate.issuer = safe(certificate.issuer, redactor, 256);
    for (std::string& name : certificate.dns_names) name = safe(name, redactor, 256);
  }
  return tls;
}

// A later response of the step may have set the name anew: what was sent in between is no less
// secret.
void learn_replaced_cookies(const ProbeOutcome& outcome, Redactor& redactor) {
  for (const Hop& hop : outcome.hops)
    for (const auto& [name, header] : hop.exchange.headers) {
      if (!iequals_ascii(name, "set-cookie")) continue;
      const std::string_view pair = std::string_view{header}.substr(0, header.find(';'));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string value{trim_ascii(pair.substr(equals + 1))};
      const bool known = std::any_of(outcome.cookies.begin(), outcome.cookies.end(),
                                     [&](const auto& cookie) { return cookie.value == value; });
      if (known || value.size() < kCookieFreeBytes) continue;
      redactor.add("COOKIE_" + variable_name(trim_ascii(pair.substr(0, equals))), value);
    }
}

}  // namespace

void learn_secrets(const ProbeOutcome& outcome, Redactor& redactor) {
  for (const SetCookie& cookie : outcome.cookies)
    if (cookie.value.size() >= kCookieFreeBytes)
      redactor.add("COOKIE_" + variable_name(cookie.name), cookie.value);
  learn_replaced_cookies(outcome, redactor);
  for (const ProbeCapture& capture : outcome.captures)
    redactor.add("CAPTURE_" + variable_name(capture.name), capture.value);
  for (const std::string& secret : outcome.secrets) redactor.add("ONE_TIME_VALUE", secret);
  for (const Hop& hop : outcome.hops) {
    const auto authorization = http::find_header(hop.request.headers, "authorization");
    if (!authorization || !authorization->starts_with("Basic ")) continue;
    const auto pair = from_base64(authorization->substr(6));
    if (!pair) continue;
    const auto colon = pair->find(':');
    if (colon != std::string::npos)
      redactor.add_basic(pair->substr(0, colon), pair->substr(colon + 1));
  }
}

RequestResult make_result(const Hop& hop, const Redactor& redactor) {
  RequestResult result;
  result.label = safe(hop.label, redactor, 64);
  result.beside = hop.beside;
  result.method = safe(hop.request.method, redactor, 32);
  result.url = safe(hop.request.url, redactor, kUrlShownMax);
  result.status = hop.exchange.status;
  result.http_version = safe(hop.exchange.http_version, redactor, 16);
  result.remote_address = hop.exchange.remote_address;
  result.phases = hop.exchange.phases;
  result.body_bytes = hop.exchange.body_bytes;
  result.pop = safe(hop.pop, redactor, 64);
  result.cache_status = safe(hop.cache_status, redactor, 64);
  if (hop.exchange.tls) result.tls = safe_tls(*hop.exchange.tls, redactor);
  return result;
}

std::vector<NamedFact> make_facts(const Facts& facts, const std::vector<std::string>& wanted,
                                  const Redactor& redactor) {
  std::vector<NamedFact> out;
  const auto add = [&](const std::string& name, const Found& found) {
    if (out.size() == kFactsMax || !found.present) return;
    NamedFact fact{safe(name, redactor, kNameBytesMax), {}};
    if (found.is_list)
      fact.value = joined(found.values);
    else
      fact.value = found.values.front();
    if (auto* text = std::get_if<std::string>(&fact.value))
      *text = safe(*text, redactor, kFactBytesMax);
    out.push_back(std::move(fact));
  };
  const std::set<std::string> first{wanted.begin(), wanted.end()};
  for (const auto& [name, found] : facts)
    if (first.count(name) != 0) add(name, found);
  for (const auto& [name, found] : facts)
    if (first.count(name) == 0) add(name, found);
  std::sort(out.begin(), out.end(),
            [](const NamedFact& a, const NamedFact& b) { return a.name < b.name; });
  return out;
}

RequestEvidence make_evidence(const Hop& hop, const Redactor& redactor, std::size_t body_bytes) {
  RequestEvidence evidence;
  evidence.method = safe(hop.request.method, redactor, 32);
  evidence.url = safe(hop.request.url, redactor, kUrlShownMax);
  evidence.curl = clean_text(hop.command.empty() ? render_curl(hop.request, redactor)
                                                 : redactor.apply(hop.command));
  evidence.request_headers = safe_headers(hop.request.headers, redactor);
  evidence.status = hop.exchange.status;
  evidence.response_headers = safe_headers(hop.exchange.headers, redactor);
  const std::size_t most = std::min(body_bytes, kBodyBytesMax);
  evidence.body_start = safe_body(hop.exchange.body, redactor, most);
  evidence.request_body_start = safe_body(hop.request.body, redactor, most);
  evidence.request_body_bytes = hop.request.body.size();
  evidence.body_decoded_bytes =
      std::max<std::uint64_t>(hop.decoded_bytes, hop.exchange.body.size());
  evidence.resolved_addresses = hop.exchange.resolved_addresses;
  evidence.dns_server = hop.exchange.dns_server;
  return evidence;
}

Failure make_safe(Failure failure, const Redactor& redactor) {
  failure.message = safe(failure.message, redactor, kMessageBytesMax);
  return failure;
}

}  // namespace picket::agent
