#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::string_view kCode{"authorization_code"};
constexpr std::string_view kCapturedToken{"${{ capture.refresh_token }}"};

// A text that may hold references.
void read(CheckContext& context, const Fields& fields, std::string_view key, std::string& out) {
  const Entry* entry = fields.find(key);
  if (entry != nullptr && fields.text(key, out)) context.references.check(*entry->value);
}

void read_url(CheckContext& context, const Fields& fields, std::string_view key, std::string& out) {
  read(context, fields, key, out);
  if (out.empty()) return;
  const auto wrong = url_error(out);
  if (wrong)
    context.report
        .add("E0111", fields.find(key)->value->at, fmt::format("`{}` is no URL: {}", key, *wrong))
        .help = fmt::format("for example {}: https://id.example.com", key);
}

void decode_endpoints(CheckContext& context, const Fields& fields, OAuthAction& action) {
  read_url(context, fields, "issuer", action.issuer);
  read_url(context, fields, "authorization_endpoint", action.authorization_endpoint);
  read_url(context, fields, "token_endpoint", action.token_endpoint);
  read_url(context, fields, "jwks_uri", action.jwks_uri);
  read_url(context, fields, "userinfo_endpoint", action.userinfo_endpoint);
  const bool needs_page = action.flow == kCode && action.authorization_endpoint.empty();
  if (!action.issuer.empty() || (!action.token_endpoint.empty() && !needs_page)) return;
  if (fields.has("issuer")) return;  // told already
  context.report.add("E0109", fields.at(), "`issuer` is missing").help =
      action.flow == kCode
          ? "issuer: https://id.example.com, or both authorization_endpoint and token_endpoint"
          : "issuer: https://id.example.com, or token_endpoint";
}

// What proves who the client is.
void decode_client(CheckContext& context, const Fields& fields, OAuthAction& action) {
  fields.require("client_id", "client_id: synthetic-monitor");
  read(context, fields, "client_id", action.client_id);
  read(context, fields, "client_secret", action.client_secret);
  read(context, fields, "private_key", action.private_key);
  read(context, fields, "key_id", action.key_id);
  fields.choice("auth", {"basic", "post", "private_key_jwt", "none"}, action.auth);
  fields.choice(
      "signing_alg",
      {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
      action.signing_alg);
  const Entry* auth = fields.find("auth");
  const Entry* key = fields.find("private_key");
  const bool has_secret = fields.has("client_secret");
  if (key != nullptr && has_secret)
    context.report.add("E0113", key->at, "`client_secret` and `private_key` exclude each other");
  if (auth == nullptr) return;
  const bool is_shared = action.auth == "basic" || action.auth == "post";
  if (is_shared && !has_secret)
    context.report
        .add("E0109", auth->at, fmt::format("`auth: {}` needs client_secret", action.auth))
        .help = "client_secret: ${{ secrets.OAUTH_CLIENT_SECRET }}";
  if (action.auth == "private_key_jwt" && key == nullptr)
    context.report.add("E0109", auth->at, "`auth: private_key_jwt` needs private_key").help =
        "private_key: ${{ secrets.OAUTH_CLIENT_KEY }}, a PEM file";
  if (action.auth == "none" && (has_secret || key != nullptr))
    context.report.add("E0113", auth->at, "`auth: none` sends neither secret nor key");
}

void decode_login(CheckContext& context, const Node& node, OAuthLogin& login) {
  const Fields fields(context.report, node, check_keys("login"));
  if (const Entry* form = fields.find("form"))
    login.form = decode_pairs(context, "form", *form->value);
  read(context, fields, "totp", login.totp);
  fields.text("totp_field", login.totp_field);
  fields.flag("consent", login.consent);
  fields.text("consent_button", login.consent_button);
}

void decode_policy(CheckContext& context, const Node& node, OAuthTokenPolicy& policy) {
  const Fields fields(context.report, node, check_keys("token"));
  const Entry* cache = fields.find("cache");
  if (cache != nullptr && cache->value->text != "never") {
    Millis span{0};
    if (fields.duration("cache", {Seconds{30}, hours{24}}, span)) policy.cache = span;
  }
  std::string word = "fail";
  fields.choice("on_401", {"fail", "refetch"}, word);
  policy.refetch_on_401 = word == "refetch";
  const bool cached = cache != nullptr && cache->value->text != "never";
  if (policy.refetch_on_401 && !cached)
    context.report
        .add("E0113", fields.find("on_401")->at, "`on_401: refetch` is about cached tokens")
        .help = "add cache: 10m; a token that was fetched in the same run is never fetched again";
}

// `audience` is a parameter with a key of its own: most providers want one.
void decode_parameters(CheckContext& context, const Fields& fields, OAuthAction& action) {
  if (const Entry* entry = fields.find("parameters"))
    action.parameters = decode_pairs(context, "parameters", *entry->value);
  const Entry* audience = fields.find("audience");
  if (audience == nullptr) return;
  const auto is_audience = [](const auto& pair) { return pair.first == "audience"; };
  if (std::any_of(action.parameters.begin(), action.parameters.end(), is_audience)) {
    context.report.add("E0113", audience->at, "`audience` stands in `parameters` as well").help =
        "keep one of them";
    return;
  }
  std::string text;
  read(context, fields, "audience", text);
  if (!text.empty()) action.parameters.emplace(action.parameters.begin(), "audience", text);
}

// Keys of one flow alone.
void refuse_of_others(CheckContext& context, const Fields& fields, const OAuthAction& action) {
  const auto refuse = [&](std::string_view key, std::string_view flow) {
    const Entry* entry = fields.find(key);
    if (entry == nullptr || action.flow == flow) return;
    context.report.add("E0113", entry->at, fmt::format("`{}` belongs to `flow: {}`", key, flow));
  };
  for (const std::string_view key : {"login", "redirect_uri", "pkce"}) refuse(key, kCode);
  refuse("refresh_token", "refresh_token");
  const Entry* token = fields.find("token");
  if (token != nullptr && action.flow == "refresh_token")
    context.report.add("E0113", token->at, "a refresh is never taken from a cache").help =
        "write `token` at the step that gets the refresh token";
}

void decode_refresh_token(CheckContext& context, const Fields& fields, OAuthAction& action) {
  read(context, fields, "refresh_token", action.refresh_token);
  if (action.flow != "refresh_token" || fields.has("refresh_token")) return;
  Node captured;
  captured.kind = NodeKind::scalar;
  captured.at = fields.at();
  captured.text = kCapturedToken;
  context.references.check(captured);
  action.refresh_token = kCapturedToken;
}

}  // namespace

std::optional<OAuthAction> decode_oauth2(CheckContext& context, const Node& node) {
  if (!node.is_map()) {
    add_wrong_type(context.report, "oauth2", node, "a map").help =
        "for example oauth2: {issuer: \"https://id.example.com\", client_id: probe, ...}";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("oauth2"));
  OAuthAction action;
  const std::vector<std::string> flows{"authorization_code", "client_credentials", "refresh_token"};
  if (fields.is_later("flow", "device_code",
                      "one of authorization_code, client_credentials, refresh_token"))
    return std::nullopt;
  fields.choice("flow", flows, action.flow);
  decode_endpoints(context, fields, action);
  decode_client(context, fields, action);
  if (!fields.is_later("pkce", "plain", "write S256, or none"))
    fields.choice("pkce", {"S256", "none"}, action.pkce);
  read(context, fields, "redirect_uri", action.redirect_uri);
  if (action.flow == kCode)
    fields.require("redirect_uri", "redirect_uri: https://localhost/callback");
  read(context, fields, "scope", action.scope);
  decode_parameters(context, fields, action);
  decode_refresh_token(context, fields, action);
  if (const Entry* login = fields.find("login")) decode_login(context, *login->value, action.login);
  if (const Entry* token = fields.find("token"))
    decode_policy(context, *token->value, action.token);
  fields.duration("clock_skew", {Seconds{0}, hours{1}}, action.skew_max);
  fields.flag("userinfo", action.userinfo);
  fields.flag("insecure", action.insecure);
  refuse_of_others(context, fields, action);
  return action;
}

void look_at_expectations(Step& step) {
  auto* oauth = std::get_if<OAuthAction>(&step.action);
  if (oauth == nullptr) return;
  for (const Expectation& expectation : step.expect)
    if (expectation.subject == Subject::fact && expectation.key == "token.reuse")
      oauth->try_used_token = true;
}

}  // namespace picket::checks
