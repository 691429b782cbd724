#include "agent/probe/oauth_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "common/core/hex.h"
#include "common/core/text.h"
#include "common/http/url.h"
#include "common/jose/json_text.h"
#include "common/jose/pkce.h"

namespace picket::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kTokensMax = 16;

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string value_in(const Pairs& pairs, std::string_view name) {
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  return found == pairs.end() ? std::string{} : found->second;
}

std::string shown(std::string_view text) { return clean_line(cut_utf8(text, 200)); }

// "invalid_grant: grant request is invalid", from RFC 6749's members.
std::string error_text(const std::string& error, const std::string& description) {
  return description.empty() ? shown(error)
                             : fmt::format("{}: {}", shown(error), shown(description));
}

std::string form_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    const bool escaped = byte && byte->size() == 1;
    out += escaped ? (*byte)[0] : text[i] == '+' ? ' ' : text[i];
    if (escaped) i += 2;
  }
  return out;
}

void append_query(std::string& url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += http::percent_encode(name) + '=' + http::percent_encode(value);
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (std::string& word : split(text, ' '))
    if (!word.empty()) out.push_back(std::move(word));
  return out;
}

std::optional<Seconds> expiry_in(const json& body) {
  const auto found = body.find("expires_in");
  if (found == body.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds < 1e10)) return std::nullopt;
  return Seconds{static_cast<std::int64_t>(seconds)};
}

Failure not_found_failure(std::string_view what) {
  return oauth_failure(FailureKind::oauth_discovery, "discovery",
                       fmt::format("the metadata have no {}", what));
}

void prefer(std::string& from_metadata, const std::string& from_check) {
  if (!from_check.empty()) from_metadata = from_check;
}

constexpr std::array<std::string_view, 4> kSecretNames{"access_token", "refresh_token", "id_token",
                                                       "code"};
constexpr std::size_t kTokenNames = 3;  // `code` is a word of many refusals

std::vector<std::string> secrets_in(const Pairs& pairs, std::size_t names = kSecretNames.size()) {
  std::vector<std::string> found;
  for (const std::string_view name : std::span(kSecretNames).first(names))
    if (std::string value = value_in(pairs, name); !value.empty())
      found.push_back(std::move(value));
  return found;
}

// The string that begins at the quote `at`, unescaped; without an end: all that is there.
std::string string_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  const std::string_view inner =
      text.substr(at + 1, std::min(end, text.size()) - std::min(at + 1, text.size()));
  const json value = jose::parse_json('"' + std::string(inner) + '"');
  return value.is_string() ? value.get<std::string>() : std::string(inner);
}

// Tokens stand in answers that are refused for something else, too.
std::string excerpt_without_tokens(std::string_view body) {
  std::string text(body);
  for (const std::string& token : tokens_in(body))
    for (auto at = text.find(token); at != std::string::npos; at = text.find(token, at + 3))
      text.replace(at, token.size(), "***");
  return excerpt(text);
}

Failure refused_token(const http::Exchange& exchange, const json& body, std::string_view hop) {
  const std::string error = body.is_object() ? text_in(body, "error") : std::string{};
  if (error.empty())
    return oauth_failure(
        FailureKind::oauth_token, hop,
        fmt::format("answered {}: {}", exchange.status, excerpt_without_tokens(exchange.body)));
  return oauth_failure(FailureKind::oauth_token, hop,
                       fmt::format("refused with {}, {}", exchange.status,
                                   error_text(error, text_in(body, "error_description"))));
}

}  // namespace

Failure oauth_failure(FailureKind kind, std::string_view hop, std::string_view message) {
  return {.kind = kind, .message = fmt::format("{}: {}", hop, message), .at = {}};
}

std::string excerpt(std::string_view body) {
  const std::string text = clean_line(cut_utf8(trim_ascii(body), 120));
  return text.empty() ? "an empty body" : text;
}

Pairs parse_form(std::string_view text) {
  Pairs out;
  for (const std::string& pair : split(text, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string value = equals < pair.size() ? pair.substr(equals + 1) : std::string{};
    out.emplace_back(form_decode(pair.substr(0, equals)), form_decode(value));
  }
  return out;
}

std::vector<std::string> tokens_in(std::string_view body) {
  if (!trim_ascii(body).starts_with('{'))
    return secrets_in(parse_form(trim_ascii(body)), kTokenNames);
  std::vector<std::string> found;
  for (const std::string_view name : std::span(kSecretNames).first(kTokenNames)) {
    const std::string quoted = fmt::format("\"{}\"", name);
    for (auto at = body.find(quoted); at != std::string_view::npos && found.size() < kTokensMax;
         at = body.find(quoted, at + 1)) {
      const auto colon = body.find_first_not_of(" \t\r\n", at + quoted.size());
      if (colon == std::string_view::npos || body[colon] != ':') continue;
      const auto quote = body.find_first_not_of(" \t\r\n", colon + 1);
      if (quote == std::string_view::npos || body[quote] != '"') continue;
      if (std::string token = string_at(body, quote); !token.empty())
        found.push_back(std::move(token));
    }
  }
  return found;
}

std::vector<std::string> codes_in(std::string_view location) {
  std::vector<std::string> found;
  const std::size_t from = location.find_first_of("?#");
  if (from == std::string_view::npos) return found;
  for (const std::string& part : split(location.substr(from + 1), '#'))
    for (std::string& secret : secrets_in(parse_form(part))) found.push_back(std::move(secret));
  return found;
}

std::string metadata_url(const std::string& issuer) {
  std::string url = issuer;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url + "/.well-known/openid-configuration";
}

OAuthEndpoints endpoints_of(const OAuthAction& action) {
  OAuthEndpoints out;
  out.issuer = action.issuer;
  out.authorization = action.authorization_endpoint;
  out.token = action.token_endpoint;
  out.jwks = action.jwks_uri;
  out.userinfo = action.userinfo_endpoint;
  return out;
}

OrFailure<OAuthEndpoints> read_metadata(const http::Exchange& exchange, const OAuthAction& action) {
  const auto wrong = [](const std::string& message) {
    return tl::unexpected(oauth_failure(FailureKind::oauth_discovery, "discovery", message));
  };
  if (exchange.status != 200)
    return wrong(fmt::format("answered {}: {}", exchange.status, excerpt(exchange.body)));
  const json body = jose::parse_json(exchange.body);
  if (!body.is_object()) return wrong("the metadata are no JSON: " + excerpt(exchange.body));
  OAuthEndpoints out;
  out.issuer = text_in(body, "issuer");
  if (out.issuer != action.issuer)
    return wrong(
        fmt::format("the metadata are of issuer `{}`, wanted `{}`: tokens of it would "
                    "be refused everywhere",
                    shown(out.issuer), action.issuer));
  out.authorization = text_in(body, "authorization_endpoint");
  out.token = text_in(body, "token_endpoint");
  out.jwks = text_in(body, "jwks_uri");
  out.userinfo = text_in(body, "userinfo_endpoint");
  const auto iss = body.find("authorization_response_iss_parameter_supported");
  out.iss_is_sent = iss != body.end() && *iss == json(true);
  const OAuthEndpoints own = endpoints_of(action);
  prefer(out.authorization, own.authorization);
  prefer(out.token, own.token);
  prefer(out.jwks, own.jwks);
  prefer(out.userinfo, own.userinfo);
  if (out.authorization.empty() && action.flow == "authorization_code")
    return tl::unexpected(not_found_failure("authorization_endpoint"));
  if (out.token.empty()) return tl::unexpected(not_found_failure("token_endpoint"));
  if (out.jwks.empty() && asks_for_id_token(action))
    return tl::unexpected(not_found_failure("jwks_uri"));
  if (out.userinfo.empty() && action.userinfo)
    return tl::unexpected(not_found_failure("userinfo_endpoint"));
  return out;
}

bool asks_for_id_token(const OAuthAction& action) {
  const std::vector<std::string> all = words(action.scope);
  return std::find(all.begin(), all.end(), "openid") != all.end();
}

std::string authorization_url(const OAuthEndpoints& endpoints, const OAuthAction& action,
                              const OAuthNonces& nonces) {
  std::string url = endpoints.authorization;
  append_query(url, "response_type", "code");
  append_query(url, "client_id", action.client_id);
  append_query(url, "redirect_uri", action.redirect_uri);
  if (!action.scope.empty()) append_query(url, "scope", action.scope);
  append_query(url, "state", nonces.state);
  if (asks_for_id_token(action)) append_query(url, "nonce", nonces.nonce);
  if (!nonces.verifier.empty()) {
    append_query(url, "code_challenge", jose::code_challenge_s256(nonces.verifier));
    append_query(url, "code_challenge_method", "S256");
  }
  for (const auto& [name, value] : action.parameters) append_query(url, name, value);
  return url;
}

bool is_callback(std::string_view location, std::string_view redirect_uri) {
  if (redirect_uri.empty() || location.substr(0, redirect_uri.size()) != redirect_uri) return false;
  const std::string_view rest = location.substr(redirect_uri.size());
  return rest.empty() || rest[0] == '?' || rest[0] == '#' || rest[0] == '&';
}

OrFailure<std::string> read_callback(std::string_view location, const OAuthEndpoints& endpoints,
                                     const OAuthNonces& nonces) {
  const auto wrong = [](FailureKind kind, const std::string& message) {
    return tl::unexpected(oauth_failure(kind, "authorize", message));
  };
  const std::size_t question = location.find_first_of("?#");
  std::string_view query = question == std::string_view::npos ? "" : location.substr(question + 1);
  query = query.substr(0, query.find('#'));
  const Pairs pairs = parse_form(query);
  const std::string error = value_in(pairs, "error");
  if (!error.empty())
    return wrong(error == "access_denied" || error == "consent_required"
                     ? FailureKind::oauth_consent
                     : FailureKind::oauth_authorize,
                 "refused, " + error_text(error, value_in(pairs, "error_description")));
  const std::string state = value_in(pairs, "state");
  if (state != nonces.state)
    return wrong(FailureKind::oauth_authorize,
                 state.empty() ? std::string{"the answer has no `state`"}
                               : fmt::format("the answer has another `state` than was sent: `{}`",
                                             shown(state)));
  const std::string iss = value_in(pairs, "iss");
  if ((endpoints.iss_is_sent || !iss.empty()) && iss != endpoints.issuer)
    return wrong(
        FailureKind::oauth_authorize,
        fmt::format("the answer is of issuer `{}`, wanted `{}`", shown(iss), endpoints.issuer));
  std::string code = value_in(pairs, "code");
  if (code.empty())
    return wrong(FailureKind::oauth_authorize, "the answer has neither `code` nor `error`");
  return code;
}

std::string client_auth(const OAuthAction& action) {
  if (!action.auth.empty()) return action.auth;
  if (!action.private_key.empty()) return "private_key_jwt";
  return action.client_secret.empty() ? "none" : "basic";
}

HttpAction token_request(const OAuthEndpoints& endpoints, const OAuthAction& action, Pairs grant,
                         const std::string& assertion) {
  HttpAction request;
  request.method = "POST";
  request.url = endpoints.token;
  request.redirects_max = 0;
  request.insecure = action.insecure;
  request.headers.emplace_back("accept", "application/json");
  request.body_kind = BodyKind::form;
  request.form = std::move(grant);
  const std::string auth = client_auth(action);
  // RFC 6749, 2.3.1: both are form-encoded before they become basic authentication.
  if (auth == "basic")
    request.basic = {http::percent_encode(action.client_id),
                     http::percent_encode(action.client_secret)};
  else
    request.form.emplace_back("client_id", action.client_id);
  if (auth == "post") request.form.emplace_back("client_secret", action.client_secret);
  if (auth == "private_key_jwt") {
    request.form.emplace_back("client_assertion_type",
                              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    request.form.emplace_back("client_assertion", assertion);
  }
  return request;
}

OrFailure<TokenResponse> read_token_response(const http::Exchange& exchange,
                                             const OAuthAction& action, std::string_view hop) {
  const json body = jose::parse_json(exchange.body);
  if (exchange.status != 200) return tl::unexpected(refused_token(exchange, body, hop));
  const auto wrong = [&](const std::string& message) {
    return tl::unexpected(oauth_failure(FailureKind::oauth_token, hop, message));
  };
  if (!body.is_object())
    return wrong("the answer is no JSON: " + excerpt_without_tokens(exchange.body));
  TokenResponse out;
  out.access_token = text_in(body, "access_token");
  out.type = text_in(body, "token_type");
  out.id_token = text_in(body, "id_token");
  out.refresh_token = text_in(body, "refresh_token");
  out.expires_in = expiry_in(body);
  out.scope = words(body.contains("scope") ? text_in(body, "scope") : action.scope);
  if (out.access_token.empty()) return wrong("the answer has no `access_token`");
  if (out.type.empty()) return wrong("the answer has no `token_type`");
  if (out.id_token.empty() && action.flow == "authorization_code" && asks_for_id_token(action))
    return wrong("the answer has no `id_token`, though the scope has `openid`");
  return out;
}

}  // namespace picket::agent
