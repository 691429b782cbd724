#include "cli/import/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "common/checks/formats.h"
#include "common/core/text.h"
#include "common/jose/base64url.h"

namespace picket::cli {
namespace {

std::string percent_decode(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(text[i + 1]) != 0 &&
        std::isxdigit(text[i + 2]) != 0) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

void take_userinfo(std::string& url, std::string& username, std::string& password) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return;
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at == std::string::npos || at < start || at > end) return;
  const std::string user = url.substr(start, at - start);
  url.erase(start, at - start + 1);
  const std::size_t colon = user.find(':');
  username = percent_decode(user.substr(0, colon));
  password = colon == std::string::npos ? "" : percent_decode(user.substr(colon + 1));
}

void put_proxy(Draft& draft, Json& http, const std::string& name, std::string proxy) {
  if (proxy.empty()) return;
  std::string username;
  std::string password;
  take_userinfo(proxy, username, password);
  if (username.empty()) {
    http["proxy"] = proxy;
    return;
  }
  Json ours{{"url", proxy}, {"username", username}};
  const std::string reference = draft.secret(ours, name + " proxy password", password);
  ours["password"] = reference;
  http["proxy"] = std::move(ours);
}

// Leaves secrets of the query in `query`, with all the other parameters.
void guard_query(Draft& draft, Json& http, const std::string& name, std::string& url) {
  url = url.substr(0, url.find('#'));
  const std::size_t mark = url.find('?');
  if (mark == std::string::npos) return;
  std::vector<std::pair<std::string, std::string>> parameters;
  bool secret = false;
  for (const std::string& one : split(url.substr(mark + 1), '&')) {
    const std::size_t equals = std::min(one.find('='), one.size());
    parameters.emplace_back(percent_decode(one.substr(0, equals)),
                            equals < one.size() ? percent_decode(one.substr(equals + 1)) : "");
    secret =
        secret || (is_secret_name(parameters.back().first) && !parameters.back().second.empty());
  }
  if (!secret) return;
  url.resize(mark);
  Json query = Json::object();
  for (const auto& [key, value] : parameters) query[key] = guarded(draft, query, name, key, value);
  http["query"] = std::move(query);
}

void guard_json(Draft& draft, Json& todos, const std::string& name, Json& value) {
  if (value.is_array())
    for (Json& one : value) guard_json(draft, todos, name, one);
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.items()) {
    if (member.is_string() && is_secret_name(key) && !member.get_ref<std::string&>().empty())
      member = draft.secret(todos, name + " " + key, member.get<std::string>());
    else
      guard_json(draft, todos, name, member);
  }
}

void put_body(Draft& draft, Json& http, const std::string& name, const Request& request,
              std::string& content_type) {
  const std::string type = to_lower_ascii(content_type.substr(0, content_type.find(';')));
  std::vector<std::pair<std::string, std::string>> form = request.form;
  const bool braces = request.body.starts_with("{") || request.body.starts_with("[");
  const bool is_form = type == "application/x-www-form-urlencoded";
  if (form.empty() && is_form && !braces && !request.body.empty())
    for (const std::string& one : split(request.body, '&')) {
      const std::size_t equals = std::min(one.find('='), one.size());
      form.emplace_back(percent_decode(one.substr(0, equals)),
                        equals < one.size() ? percent_decode(one.substr(equals + 1)) : "");
    }
  if (!form.empty()) {
    Json fields = Json::object();
    for (const auto& [key, value] : form) {
      if (fields.contains(key)) add_todo(fields, fmt::format("the field {} is sent twice", key));
      fields[key] = guarded(draft, fields, name, key, value);
    }
    http["form"] = std::move(fields);
    content_type.clear();
    return;
  }
  if (request.body.empty()) return;
  const bool may_be_json = type.empty() || is_form || type.find("json") != std::string::npos;
  Json body =
      may_be_json ? Json::parse(request.body, nullptr, false) : Json(Json::value_t::discarded);
  if (!body.is_discarded() && body.is_structured()) {
    guard_json(draft, http, name, body);
    http["json"] = std::move(body);
    if (is_form) add_todo(http, "it was sent as application/x-www-form-urlencoded");
    if (type == "application/json" || type.empty() || is_form) content_type.clear();
  } else if (is_secret_name(request.body)) {
    const std::string reference = draft.secret(http, name + " body", request.body);
    http["body"] = reference;  // a password may stand in it
  } else if (is_valid_utf8(request.body)) {
    http["body"] = request.body;
  } else {
    add_todo(http, "the body is not text");
  }
}

// "Basic dXNlcjpwYXNz" and "Bearer ..": taken out of the headers.
bool take_authorization(Request& request, const std::string& value) {
  const std::string scheme = to_lower_ascii(value.substr(0, value.find(' ')));
  const std::string rest(trim_ascii(value.substr(std::min(scheme.size(), value.size()))));
  if (scheme == "bearer" && !rest.empty() && request.bearer.empty()) {
    request.bearer = rest;
    return true;
  }
  if (scheme != "basic" || rest.find("${{") != std::string::npos) return false;
  std::string url_form = rest;
  std::replace(url_form.begin(), url_form.end(), '+', '-');
  std::replace(url_form.begin(), url_form.end(), '/', '_');
  while (!url_form.empty() && url_form.back() == '=') url_form.pop_back();
  const auto plain = jose::from_base64url(url_form);
  if (!plain) return false;
  const std::string& text = *plain;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || !is_valid_utf8(text)) return false;
  request.username = text.substr(0, colon);
  request.password = text.substr(colon + 1);
  return true;
}

void put_credentials(Draft& draft, Json& http, const std::string& name, const Request& request) {
  if (!request.username.empty() || !request.password.empty()) {
    Json login = Json::object();
    login["username"] = request.username.empty() ? "todo" : request.username;
    if (request.username.empty()) add_todo(login, "there was no user name");
    if (request.password.empty()) add_todo(login, "there was no password");
    const std::string password = draft.secret(
        login, name + " password", request.password.empty() ? "none of " + name : request.password);
    login["password"] = password;
    http[request.digest ? "digest" : "basic"] = std::move(login);
  }
  if (!request.bearer.empty()) {
    const std::string token = draft.secret(http, name + " token", request.bearer);
    http["bearer"] = token;
  }
}

Json headers_of(Draft& draft, const std::string& name, const Request& request,
                const std::string& content_type) {
  Json headers = Json::object();
  for (const auto& [key, value] : request.headers) {
    const std::string lower = to_lower_ascii(key);
    if (lower == "content-type" ? content_type.empty() : lower == "content-length") continue;
    if (headers.contains(lower)) add_todo(headers, fmt::format("{} is sent twice", lower));
    headers[lower] = guarded(draft, headers, name, lower, value);
  }
  return headers;
}

}  // namespace

bool is_secret_name(const std::string& name) {
  const std::string lower = to_lower_ascii(name);
  static constexpr const char* kWords[] = {
      "authorization", "password", "passwd", "passphrase", "pwd",        "secret",  "token",
      "api-key",       "api_key",  "apikey", "access-key", "access_key", "session", "credential",
      "cookie",        "private",  "otp",    "signature",  "auth-key",   "x-auth"};
  return lower == "key" || lower == "pass" || lower == "sig" || lower == "code" ||
         std::any_of(std::begin(kWords), std::end(kWords),
                     [&](const char* word) { return lower.find(word) != std::string::npos; });
}

std::string guarded(Draft& draft, Json& map, const std::string& prefix, const std::string& name,
                    const std::string& value) {
  if (value.empty() || !is_secret_name(name)) return value;
  return draft.secret(map, prefix + " " + name, value);
}

void put_http(Draft& draft, Json& owner, const std::string& name, const Request& given) {
  Request request = given;
  take_userinfo(request.url, request.username, request.password);
  std::string content_type;
  std::erase_if(request.headers, [&](const auto& header) {
    if (iequals_ascii(header.first, "content-type")) content_type = header.second;
    return iequals_ascii(header.first, "authorization") &&
           take_authorization(request, header.second);
  });
  Json http = Json::object();
  for (const std::string& todo : request.todos) add_todo(http, todo);
  std::string method = request.method.empty() ? "GET" : request.method;
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (method != "GET") http["method"] = method;
  Json query = Json::object();
  guard_query(draft, query, name, request.url);
  http["url"] = request.url;
  Json after = Json::object();
  put_body(draft, after, name, request, content_type);
  Json headers = headers_of(draft, name, request, content_type);
  if (!headers.empty()) http["headers"] = std::move(headers);
  if (query.contains("query")) http["query"] = query["query"];
  put_credentials(draft, after, name, request);
  for (const auto& [key, value] : after.items())  // comments get keys of their own again
    http[key[0] == '#' ? fmt::format("#\x01{}", http.size()) : key] = value;
  if (request.redirects && *request.redirects > 0)
    http["follow_redirects"] = std::min(*request.redirects, 20);
  else if (request.follow_redirects || request.redirects)
    http["follow_redirects"] = request.redirects ? false : *request.follow_redirects;
  if (!request.http_version.empty()) http["http_version"] = Json::parse(request.http_version);
  if (!request.ip_version.empty()) http["ip_version"] = Json::parse(request.ip_version);
  if (request.insecure) http["insecure"] = true;
  put_proxy(draft, http, name, request.proxy);
  if (!request.address.empty()) http["address"] = request.address;
  if (!request.server_name.empty()) http["server_name"] = request.server_name;
  const bool is_short = http.size() == (http.contains("method") ? 2U : 1U);
  owner["http"] = is_short ? Json(method + " " + request.url) : std::move(http);
}

std::string public_part(const std::string& url) {
  std::string shown = url.substr(0, url.find_first_of("?#"));
  std::string username;
  std::string password;
  take_userinfo(shown, username, password);
  return shown;
}

std::string duration_text(double seconds) {
  const auto ms =
      static_cast<long long>(std::llround(std::clamp(seconds, 0.001, 100.0 * 365 * 86400) * 1000));
  if (ms % 86'400'000 == 0) return fmt::format("{}d", ms / 86'400'000);
  if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
  if (ms % 60'000 == 0) return fmt::format("{}m", ms / 60'000);
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

std::optional<double> seconds_from_go(const std::string& text) {
  static const std::map<std::string, double> kUnits{
      {"ms", 1e-3}, {"us", 1e-6},       {"ns", 1e-9},        {"s", 1}, {"m", 60}, {"h", 3600},
      {"d", 86400}, {"w", 7 * 86400.0}, {"y", 365 * 86400.0}};
  double seconds = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t unit = std::min(text.find_first_not_of("0123456789.", at), text.size());
    const std::size_t next = std::min(text.find_first_of("0123456789.", unit), text.size());
    const auto known = kUnits.find(text.substr(unit, next - unit));
    if (unit == at || unit - at > 12 || known == kUnits.end()) return std::nullopt;
    try {
      seconds += std::stod(text.substr(at, unit - at)) * known->second;
    } catch (const std::exception&) {
      return std::nullopt;
    }
    at = next;
  }
  return text.empty() ? std::nullopt : std::optional(seconds);
}

std::string duration_from_go(const std::string& text) {
  const auto seconds = seconds_from_go(text);
  return seconds && *seconds > 0 ? duration_text(*seconds) : "";
}

std::string any_of_patterns(const std::vector<std::string>& patterns) {
  if (patterns.size() == 1) return patterns[0];
  std::string joined;
  for (const std::string& one : patterns)
    joined += (joined.empty() ? "" : "|") + ("(?:" + one + ")");
  return joined;
}

}  // namespace picket::cli
