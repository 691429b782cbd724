#include "agent/probe/oauth_flow.h"

#include <fmt/format.h>

#include "common/core/hex.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "common/jose/base64url.h"
#include "common/jose/pkce.h"
#include "common/jose/signing_key.h"

namespace picket::agent {
namespace {

std::string random_text() { return jose::to_base64url(*from_hex(secure_random_hex(32))); }

OAuthNonces make_nonces(const OAuthAction& action) {
  OAuthNonces out;
  out.state = random_text();
  out.nonce = random_text();
  if (action.pkce == "S256")
    out.verifier = jose::make_code_verifier(*from_hex(secure_random_hex(32)));
  return out;
}

HttpAction get_request(std::string url, const OAuthAction& action) {
  HttpAction request;
  request.url = std::move(url);
  request.headers.emplace_back("accept", "application/json");
  request.redirects_max = 0;
  request.insecure = action.insecure;
  return request;
}

bool knows_endpoints(const OAuthAction& action) {
  if (action.issuer.empty()) return true;
  const bool needs_pages = action.flow == "authorization_code";
  return !action.token_endpoint.empty() &&
         (!needs_pages || !action.authorization_endpoint.empty()) &&
         (!asks_for_id_token(action) || !action.jwks_uri.empty()) &&
         (!action.userinfo || !action.userinfo_endpoint.empty());
}

}  // namespace

OAuthFlow::OAuthFlow(OAuthAction action, OAuthFlowPorts ports, std::optional<OAuthProvider> known)
    : action_(std::move(action)), ports_(ports), nonces_(make_nonces(action_)) {
  if (!known) return;
  result_.provider = std::move(*known);
  keys_are_known_ = result_.provider.keys.has_value();
}

bool OAuthFlow::stop(Failure failure) {
  result_.outcome.failure = std::move(failure);
  return false;
}

async::Task<OAuthFlow::Going> OAuthFlow::call(HttpAction action, std::string label) {
  HttpCall request{.action = std::move(action), .secret_headers = {}, .deadline = ports_.deadline};
  auto outcome = co_await ports_.http.request(std::move(request));
  if (!outcome) co_return fail(std::move(outcome.error()));
  for (Hop& hop : outcome->hops) {
    hop.label = label;
    result_.outcome.hops.push_back(std::move(hop));
  }
  for (SetCookie& cookie : outcome->cookies) result_.outcome.cookies.push_back(std::move(cookie));
  if (!outcome->failure) co_return true;
  Failure failure = std::move(*outcome->failure);
  failure.message = label + ": " + failure.message;
  co_return stop(std::move(failure));
}

void OAuthFlow::keep_secret(std::vector<std::string> secrets) {
  for (std::string& secret : secrets)
    if (!secret.empty()) result_.outcome.secrets.push_back(std::move(secret));
}

// What it answers stays out of the evidence, however the answer is judged.
async::Task<OAuthFlow::Going> OAuthFlow::call_for_tokens(HttpAction action, std::string label) {
  const std::size_t before = result_.outcome.hops.size();
  const Going going = co_await call(std::move(action), std::move(label));
  for (std::size_t i = before; i < result_.outcome.hops.size(); ++i)
    keep_secret(tokens_in(result_.outcome.hops[i].exchange.body));
  co_return going;
}

async::Task<OAuthFlow::Going> OAuthFlow::discover() {
  if (!result_.provider.endpoints.token.empty()) co_return true;
  if (knows_endpoints(action_)) {
    result_.provider.endpoints = endpoints_of(action_);
    co_return true;
  }
  const Going going =
      co_await call(get_request(metadata_url(action_.issuer), action_), "discovery");
  if (!going || !*going) co_return going;
  auto endpoints = read_metadata(last(), action_);
  if (!endpoints) co_return stop(endpoints.error());
  result_.provider.endpoints = std::move(*endpoints);
  co_return true;
}

async::Task<OAuthFlow::Going> OAuthFlow::authorize(Pairs& grant) {
  const OAuthEndpoints& endpoints = result_.provider.endpoints;
  OAuthLoginFlow login(action_, authorization_url(endpoints, action_, nonces_));
  OAuthLoginFlow::Next next = login.start();
  while (auto* request = std::get_if<LoginRequest>(&next)) {
    const Going going = co_await call(std::move(request->action), request->label);
    if (!going || !*going) co_return going;
    Hop& hop = result_.outcome.hops.back();
    const auto url = http::parse_url(hop.request.url);
    if (!url) co_return fail(url.error());
    auto following = login.resume(hop.exchange, *url, ports_.clock.wall_now());
    hop.label = login.page_label();
    if (!following) co_return stop(following.error());
    next = std::move(*following);
  }
  const std::string& location = std::get<LoginDone>(next).location;
  keep_secret(codes_in(location));
  auto code = read_callback(location, endpoints, nonces_);
  if (!code) co_return stop(code.error());
  grant = {{"grant_type", "authorization_code"},
           {"code", std::move(*code)},
           {"redirect_uri", action_.redirect_uri}};
  if (!nonces_.verifier.empty()) grant.emplace_back("code_verifier", nonces_.verifier);
  co_return true;
}

Result<std::string> OAuthFlow::assertion() const {
  if (client_auth(action_) != "private_key_jwt") return std::string{};
  const auto key = jose::SigningKey::create(action_.private_key);
  if (!key) return fail(key.error());
  const auto wanted = jose::parse_algorithm(action_.signing_alg);
  jose::ClientAssertion assertion;
  assertion.client_id = action_.client_id;
  assertion.audience = result_.provider.endpoints.token;
  assertion.jti = random_text();
  assertion.now = ports_.clock.wall_now();
  return key->sign(wanted.value_or(key->usual_algorithm()), action_.key_id,
                   jose::assertion_claims(assertion));
}

async::Task<OAuthFlow::Going> OAuthFlow::ask_for_tokens(Pairs grant) {
  auto signed_text = assertion();
  if (!signed_text)
    co_return stop(
        oauth_failure(FailureKind::invalid_request, "token", render(signed_text.error())));
  keep_secret({*signed_text});
  HttpAction request =
      token_request(result_.provider.endpoints, action_, std::move(grant), *signed_text);
  const Going going = co_await call_for_tokens(std::move(request), "token");
  if (!going || !*going) co_return going;
  auto tokens = read_token_response(last(), action_, "token");
  if (!tokens) co_return stop(tokens.error());
  result_.tokens = std::move(*tokens);
  add_token_facts(result_.outcome.facts, result_.tokens);
  result_.outcome.captures = captures_of(result_.tokens);
  co_return true;
}

async::Task<OAuthFlow::Going> OAuthFlow::load_keys() {
  keys_are_known_ = false;
  const Going going = co_await call(get_request(result_.provider.endpoints.jwks, action_), "jwks");
  if (!going || !*going) co_return going;
  auto keys = read_keys(last());
  if (!keys) co_return stop(keys.error());
  result_.provider.keys = std::move(*keys);
  co_return true;
}

// Keys from an earlier run may be older than a rotation: an unknown one is looked for anew, once.
async::Task<OAuthFlow::Going> OAuthFlow::check_id_token() {
  Facts& facts = result_.outcome.facts;
  if (result_.tokens.id_token.empty() || result_.provider.endpoints.jwks.empty()) co_return true;
  const WallTime now = ports_.clock.wall_now();
  const auto token = read_id_token(facts, result_.tokens.id_token, now);
  if (!token) co_return stop(token.error());
  if (!result_.provider.keys) {
    const Going going = co_await load_keys();
    if (!going || !*going) co_return going;
  }
  const bool refreshed = action_.flow == "refresh_token";
  const IdTokenJudging judging{.endpoints = result_.provider.endpoints,
                               .action = action_,
                               .nonce = refreshed ? std::string{} : nonces_.nonce,
                               .access_token = result_.tokens.access_token,
                               .now = now};
  auto failure = judge_id_token(facts, *token, *result_.provider.keys, judging);
  if (failure && failure->kind == FailureKind::oauth_signature && keys_are_known_) {
    const Going going = co_await load_keys();
    if (!going || !*going) co_return going;
    failure = judge_id_token(facts, *token, *result_.provider.keys, judging);
  }
  co_return failure ? stop(std::move(*failure)) : true;
}

async::Task<OAuthFlow::Going> OAuthFlow::ask_userinfo() {
  HttpAction request = get_request(result_.provider.endpoints.userinfo, action_);
  request.bearer = result_.tokens.access_token;
  const Going going = co_await call(std::move(request), "userinfo");
  if (!going || !*going) co_return going;
  const auto good = add_userinfo_facts(result_.outcome.facts, last());
  co_return good ? true : stop(good.error());
}

// Whether a refresh token that has been used is refused, as RFC 9700, 4.14.2, asks for. A provider
// that does so ends the new tokens too.
async::Task<OAuthFlow::Going> OAuthFlow::try_used_token() {
  auto signed_text = assertion();
  if (!signed_text) co_return fail(signed_text.error());
  keep_secret({*signed_text});
  Pairs grant{{"grant_type", "refresh_token"}, {"refresh_token", action_.refresh_token}};
  HttpAction request =
      token_request(result_.provider.endpoints, action_, std::move(grant), *signed_text);
  const Going going = co_await call_for_tokens(std::move(request), "used token");
  if (!going || !*going) co_return going;
  const int status = last().status;
  if (status >= 500)
    co_return stop(oauth_failure(FailureKind::oauth_token, "used token",
                                 fmt::format("answered {}: {}", status, excerpt(last().body))));
  const std::string word = status == 200 ? "accepted" : "refused";
  result_.outcome.facts["token.reuse"] = Found::scalar(word);
  co_return true;
}

async::Task<OAuthFlow::Going> OAuthFlow::steps() {
  Going going = co_await discover();
  Pairs grant{{"grant_type", action_.flow}};
  if (action_.flow == "client_credentials") {
    if (!action_.scope.empty()) grant.emplace_back("scope", action_.scope);
    grant.insert(grant.end(), action_.parameters.begin(), action_.parameters.end());
  } else if (action_.flow == "refresh_token") {
    grant.emplace_back("refresh_token", action_.refresh_token);
  } else if (going && *going) {
    going = co_await authorize(grant);
  }
  if (going && *going) going = co_await ask_for_tokens(std::move(grant));
  if (going && *going) going = co_await check_id_token();
  if (going && *going && action_.userinfo) going = co_await ask_userinfo();
  if (!going || !*going || action_.flow != "refresh_token") co_return going;
  const std::string& fresh = result_.tokens.refresh_token;
  const bool rotated = !fresh.empty() && fresh != action_.refresh_token;
  result_.outcome.facts["token.rotated"] = Found::scalar(rotated);
  if (rotated && action_.try_used_token) going = co_await try_used_token();
  co_return going;
}

async::Task<Result<OAuthFlowResult>> OAuthFlow::run() {
  result_.outcome.secrets.push_back(nonces_.verifier);
  const Going going = co_await steps();
  if (!going) co_return fail(going.error());
  co_return std::move(result_);
}

std::vector<ProbeCapture> captures_of(const TokenResponse& tokens) {
  std::vector<ProbeCapture> out;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out.push_back({name, value});
  };
  add("access_token", tokens.access_token);
  add("id_token", tokens.id_token);
  add("refresh_token", tokens.refresh_token);
  return out;
}

}  // namespace picket::agent
