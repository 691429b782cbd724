#include "cli/render/run_har.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/render/http_words.h"
#include "cli/render/waterfall.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

double ms(Nanos span) { return std::chrono::duration<double, std::milli>(span).count(); }

const RequestEvidence& evidence_of(const RequestResult& request) {
  static const RequestEvidence kNone;
  return request.evidence ? *request.evidence : kNone;
}

Json headers_json(const EvidenceHeaders& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) list.push_back({{"name", name}, {"value", value}});
  return list;
}

Json pair_json(std::string_view pair) {
  const auto equals = pair.find('=');
  const std::string_view value = equals == pair.npos ? "" : pair.substr(equals + 1);
  return {{"name", std::string{trim_ascii(pair.substr(0, equals))}},
          {"value", std::string{trim_ascii(value)}}};
}

Json request_cookies(const EvidenceHeaders& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) {
    if (!iequals_ascii(name, "cookie")) continue;
    for (const std::string& pair : split(value, ';')) list.push_back(pair_json(pair));
  }
  return list;
}

// Of "sid=***; Path=/; HttpOnly". `expires` is left out: HAR wants ISO 8601, cookies say it in
// their own way, and the headers have it.
Json set_cookie(std::string_view header) {
  const std::vector<std::string> parts = split(header, ';');
  Json cookie = pair_json(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Json attribute = pair_json(parts[i]);
    const std::string name = to_lower_ascii(attribute["name"].get<std::string>());
    if (name == "path" || name == "domain") cookie[name] = attribute["value"];
    if (name == "httponly") cookie["httpOnly"] = true;
    if (name == "secure") cookie["secure"] = true;
  }
  return cookie;
}

Json response_cookies(const EvidenceHeaders& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers)
    if (iequals_ascii(name, "set-cookie")) list.push_back(set_cookie(value));
  return list;
}

// Names and values as they stand in the URL: decoding what was redacted may show half a secret.
Json query_json(std::string_view url) {
  Json list = Json::array();
  const auto begin = url.find('?');
  if (begin == url.npos) return list;
  const std::string_view query = url.substr(begin + 1, url.find('#', begin) - begin - 1);
  for (const std::string& pair : split(query, '&'))
    if (!pair.empty()) list.push_back(pair_json(pair));
  return list;
}

std::string version_of(const RequestResult& request) {
  const std::string name = protocol_name(request);
  return name.empty() ? "unknown" : name;
}

std::string cut_comment(std::size_t shown, std::uint64_t bytes) {
  constexpr std::uint64_t kNeverCut = 2 * 1024;  // shorter than sent only where it is redacted
  return bytes > kNeverCut && shown < bytes ? fmt::format("the first {} of {} bytes", shown, bytes)
                                            : "";
}

Json request_json(const RequestResult& request) {
  const RequestEvidence& evidence = evidence_of(request);
  Json json{{"method", request.method},
            {"url", request.url},
            {"httpVersion", version_of(request)},
            {"cookies", request_cookies(evidence.request_headers)},
            {"headers", headers_json(evidence.request_headers)},
            {"queryString", query_json(request.url)}};
  if (evidence.request_body_bytes != 0) {
    json["postData"] = {{"mimeType", header_value(evidence.request_headers, "content-type")},
                        {"params", Json::array()},
                        {"text", evidence.request_body_start}};
    const std::string cut =
        cut_comment(evidence.request_body_start.size(), evidence.request_body_bytes);
    if (!cut.empty()) json["postData"]["comment"] = cut;
  }
  json["headersSize"] = -1;
  json["bodySize"] = evidence.request_body_bytes;
  return json;
}

Json content_json(const RequestResult& request) {
  const RequestEvidence& evidence = evidence_of(request);
  const std::uint64_t size = std::max<std::uint64_t>(evidence.body_decoded_bytes,
                                                     request.evidence ? 0 : request.body_bytes);
  const std::string type = header_value(evidence.response_headers, "content-type");
  Json json{{"size", size}};
  if (size > request.body_bytes) json["compression"] = size - request.body_bytes;
  json["mimeType"] = type.empty() ? "x-unknown" : type;
  if (!evidence.body_start.empty()) json["text"] = evidence.body_start;
  const std::string cut = cut_comment(evidence.body_start.size(), size);
  if (!cut.empty()) json["comment"] = cut;
  return json;
}

Json response_json(const RequestResult& request) {
  const RequestEvidence& evidence = evidence_of(request);
  return {{"status", request.status},
          {"statusText", reason_phrase(request.status)},
          {"httpVersion", version_of(request)},
          {"cookies", response_cookies(evidence.response_headers)},
          {"headers", headers_json(evidence.response_headers)},
          {"content", content_json(request)},
          {"redirectURL", header_value(evidence.response_headers, "location")},
          {"headersSize", -1},
          {"bodySize", request.status == 0 ? -1 : static_cast<std::int64_t>(request.body_bytes)}};
}

// -1 says that a phase was not reached. TLS is a part of connect in HAR, and named again as ssl.
Json timings_json(const Phases& phases) {
  const auto reached = [](Nanos span) { return span.count() == 0 ? -1.0 : ms(span); };
  return {{"blocked", -1},
          {"dns", reached(phases.dns)},
          {"connect", reached(phases.connect + phases.tls)},
          {"send", 0},
          {"wait", ms(phases.wait)},
          {"receive", ms(phases.transfer)},
          {"ssl", reached(phases.tls)}};
}

// "203.0.113.7:443" and "[2001:db8::1]:443" without their ports.
std::string address_of(const std::string& remote) {
  if (remote.starts_with('[')) return remote.substr(1, remote.find(']') - 1);
  return remote.substr(0, remote.rfind(':'));
}

Json entry_json(const PlacedHop& hop, WallTime started, const std::string& page) {
  const RequestResult& request = *hop.request;
  Json json{
      {"pageref", page},
      {"startedDateTime", render_rfc3339(started + std::chrono::duration_cast<Millis>(hop.start))},
      {"time", ms(request.phases.total())},
      {"request", request_json(request)},
      {"response", response_json(request)},
      {"cache", Json::object()},
      {"timings", timings_json(request.phases)}};
  if (!request.remote_address.empty()) json["serverIPAddress"] = address_of(request.remote_address);
  json["comment"] = hop.step->name;
  if (request.status == 0 && !hop.step->failures.empty())
    json["_error"] = hop.step->failures.front().message;
  return json;
}

std::string page_id(const RunResult& result, std::size_t attempt) {
  return fmt::format("{}/{}/{}", result.key.check.value, result.key.region.value, attempt + 1);
}

Json page_json(const RunResult& result, std::size_t number, std::size_t left_out) {
  const Attempt& attempt = result.attempts[number];
  Json json{{"startedDateTime", render_rfc3339(attempt.started)},
            {"id", page_id(result, number)},
            {"title", fmt::format("{} in {}, attempt {}: {}", result.key.check.value,
                                  result.key.region.value, number + 1, to_string(attempt.verdict))},
            {"pageTimings", {{"onContentLoad", -1}, {"onLoad", ms(attempt.duration)}}}};
  if (left_out != 0)
    json["comment"] = fmt::format("{} exchange{} that {} not HTTP left out", left_out,
                                  left_out == 1 ? "" : "s", left_out == 1 ? "is" : "are");
  return json;
}

void add_attempt(Json& log, const RunResult& result, std::size_t number) {
  const Attempt& attempt = result.attempts[number];
  std::size_t left_out = 0;
  for (const PlacedHop& hop : place_hops(attempt)) {
    if (is_http(*hop.request))
      log["entries"].push_back(entry_json(hop, attempt.started, page_id(result, number)));
    else
      ++left_out;
  }
  log["pages"].push_back(page_json(result, number, left_out));
}

}  // namespace

std::string render_har(const std::vector<RunResult>& results, std::string_view version) {
  Json log{{"version", "1.2"},
           {"creator", {{"name", "picket"}, {"version", version}}},
           {"pages", Json::array()},
           {"entries", Json::array()},
           {"comment", "secrets, cookies and credentials are ***"}};
  for (const RunResult& result : results)
    for (std::size_t number = 0; number < result.attempts.size(); ++number)
      add_attempt(log, result, number);
  const Json json{{"log", std::move(log)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace picket::cli
