// Ways to break a provider: each fails at the right hop, with a kind and a message that say which.
#include <catch2/catch.hpp>

#include "tests/integration/oauth/oidc_fixture.h"

namespace picket {
namespace {

using test::failure_of;
using test::labels_of;
using test::OAuthKeys;
using test::Oidc;

struct Way {
  std::string name;
  std::string faults;
  OAuthKeys keys;       // changed ones of a login
  std::string failure;  // begins so: kind, hop, what is wrong
  std::string hop;      // the last one that was made
};

void check_way(const Way& way) {
  CAPTURE(way.name);
  Oidc& oidc = Oidc::fresh();
  oidc.set_faults(way.faults.empty() ? "{}" : way.faults);
  const RunResult result = oidc.run(Oidc::step("login", oidc.code_keys(way.keys)));
  const StepResult& step = result.attempts.at(0).steps.at(0);
  CHECK_THAT(failure_of(step), Catch::StartsWith(way.failure));
  REQUIRE_FALSE(step.requests.empty());
  CHECK(step.requests.back().label == way.hop);
  CHECK(result.verdict == RunVerdict::fail);
  CHECK_THAT(test::everything_in(result), !Catch::Contains("secret-password"));
}

TEST_CASE("what is wrong with the client's registration is told at its hop", "[oauth]") {
  if (!test::has_npm_servers()) return;
  const OAuthKeys basic{{"client_id", "basic"}, {"client_secret", "expired-secret"}};
  const std::string redirect = "https://localhost/other";
  for (const Way& way : std::vector<Way>{
           {"wrong secret", "", basic,
            "oauth_token: token: refused with 401, invalid_client: client authentication failed",
            "token"},
           {"wrong redirect URI",
            "",
            {{"redirect_uri", redirect}},
            "oauth_authorize: authorize: answered 400:",
            "authorize"},
           {"unknown client",
            "",
            {{"client_id", "nobody"}},
            "oauth_authorize: authorize: answered 400:",
            "authorize"},
           {"PKCE is asked for",
            "",
            {{"pkce", "none"}},
            "oauth_authorize: authorize: refused, invalid_request: Authorization Server policy "
            "requires PKCE",
            "authorize"},
           {"unknown scope",
            "",
            {{"parameters", "{prompt: never-heard-of}"}},
            "oauth_authorize: authorize: refused, invalid_request: unsupported prompt",
            "authorize"},
       })
    check_way(way);
}

TEST_CASE("what is wrong with the pages is told at its hop", "[oauth]") {
  if (!test::has_npm_servers()) return;
  const std::string wrong = "{form: {username: probe, password: not-it}}";
  const std::string bad_seed =
      "{form: {username: probe, password: \"${{ secrets.SSO_PASSWORD }}\"}, "
      "totp: AAAAAAAAAAAAAAAA}";
  for (const Way& way : std::vector<Way>{
           {"wrong password",
            "",
            {{"login", wrong}},
            "oauth_login: login: the provider asks for the login again: \"Wrong user name or "
            "password.\"",
            "login"},
           {"renamed fields",
            R"({"login_renamed": true})",
            {},
            "oauth_login: login form: no form has the fields of login.form; the one with a "
            "password asks for `login`, `pass`: has the page changed?",
            "login form"},
           {"form made by scripts",
            R"({"login_no_form": true})",
            {},
            "oauth_login: redirect: the page \"Sign in\" has no form to answer",
            "redirect"},
           {"login page fails",
            R"({"login_status": 503, "login_no_form": true})",
            {},
            "oauth_authorize: redirect: answered 503: Sign in",
            "redirect"},
           {"second factor appears",
            R"({"totp": "page"})",
            {},
            "oauth_login: login: the provider asks for a one-time code (`otp`): give its seed in "
            "login.totp",
            "login"},
           {"wrong seed",
            R"({"totp": "page"})",
            {{"login", bad_seed}},
            "oauth_login: second factor: the one-time code was refused: \"Wrong code.\"",
            "second factor"},
           {"consent appears",
            R"({"consent": true})",
            {},
            "oauth_consent: consent page: the provider asks for consent (\"Consent\", buttons: "
            "Allow, Deny)",
            "consent page"},
       })
    check_way(way);
}

TEST_CASE("what is wrong with the provider's endpoints is told at its hop", "[oauth]") {
  if (!test::has_npm_servers()) return;
  for (const Way& way : std::vector<Way>{
           {"no metadata",
            R"({"discovery_status": 503})",
            {},
            "oauth_discovery: discovery: answered 503: provoked 503",
            "discovery"},
           {"other issuer",
            R"({"discovery_issuer": "https://id.test"})",
            {},
            "oauth_discovery: discovery: the metadata are of issuer `https://id.test`, wanted `"
            "http://127.0.0.1:",
            "discovery"},
           {"metadata without keys",
            R"({"discovery": {"jwks_uri": null}})",
            {},
            "oauth_discovery: discovery: the metadata have no jwks_uri",
            "discovery"},
           {"other state",
            R"({"state": "other"})",
            {},
            "oauth_authorize: authorize: the answer has another `state` than was sent: `other`",
            "redirect"},
           {"other iss",
            R"({"iss": "https://id.test"})",
            {},
            "oauth_authorize: authorize: the answer is of issuer `https://id.test`, wanted `http:",
            "redirect"},
           {"token endpoint fails",
            R"({"token_status": 500})",
            {},
            "oauth_token: token: answered 500: provoked 500",
            "token"},
           {"no id_token",
            R"({"id_token": "missing"})",
            {},
            "oauth_token: token: the answer has no `id_token`, though the scope has `openid`",
            "token"},
           {"garbage for a token",
            R"({"id_token": "garbage"})",
            {},
            "oauth_token: token: the id_token cannot be read: the header is no JSON",
            "token"},
           {"no access token",
            R"({"token": {"access_token": null}})",
            {},
            "oauth_token: token: the answer has no `access_token`",
            "token"},
           {"no keys",
            R"({"jwks": "empty"})",
            {},
            "oauth_keys: jwks: the provider serves no key: no token of it can be checked",
            "jwks"},
           {"keys fail",
            R"({"jwks_status": 502})",
            {},
            "oauth_keys: jwks: answered 502: provoked 502",
            "jwks"},
           {"keys unreachable",
            R"({"jwks_unreachable": true})",
            {},
            "connect_reset: jwks: ",
            "jwks"},
           {"userinfo fails",
            R"({"userinfo_status": 500})",
            {{"userinfo", "true"}, {"scope", "openid"}},
            "oauth_userinfo: userinfo: answered 500: provoked 500",
            "userinfo"},
       })
    check_way(way);
}

TEST_CASE("what is wrong with the id_token is told", "[oauth]") {
  if (!test::has_npm_servers()) return;
  for (const Way& way : std::vector<Way>{
           {"tampered",
            R"({"signature": "tampered"})",
            {},
            "oauth_signature: id_token: the RS256 signature is not that of the provider's key "
            "`RS256-",
            "jwks"},
           {"not signed",
            R"({"signature": "none"})",
            {},
            "oauth_signature: id_token: it is not signed (alg `none`)",
            "jwks"},
           {"wrong audience",
            R"({"claims": {"aud": "other"}})",
            {},
            "oauth_claims: id_token: `aud` is `other`, wanted `public`",
            "jwks"},
           {"wrong issuer",
            R"({"claims": {"iss": "https://id.test"}})",
            {},
            "oauth_claims: id_token: `iss` is `https://id.test`, wanted `http://127.0.0.1:",
            "jwks"},
           {"nonce missing",
            R"({"claims": {"nonce": null}})",
            {},
            "oauth_claims: id_token: `nonce` is missing",
            "jwks"},
           {"other nonce",
            R"({"claims": {"nonce": "replayed"}})",
            {},
            "oauth_claims: id_token: `nonce` is `replayed`, wanted `",
            "jwks"},
           {"clock ahead",
            R"({"claims": {"iat": 300, "exp": 3600}})",
            {},
            "oauth_claims: id_token: it is issued ",
            "jwks"},
           {"expired",
            R"({"claims": {"exp": -300}})",
            {},
            "oauth_claims: id_token: it expired 5 min",
            "jwks"},
       })
    check_way(way);
}

TEST_CASE("keys rotated without overlap are an unknown key, with overlap they are none",
          "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc::fresh().ask("POST", "/test/rotate", R"({"overlap": true})");
  const Way stale{"rotated",
                  R"({"jwks": "stale"})",
                  {},
                  "oauth_signature: id_token: it is signed with key `RS256-",
                  "jwks"};
  check_way(stale);
  Oidc& oidc = Oidc::fresh();
  const RunResult result = oidc.run(Oidc::step("login", oidc.code_keys()));
  CHECK(failure_of(result.attempts.at(0).steps.at(0)) == "passed");
}

TEST_CASE("a slow endpoint is a timeout in its hop", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  oidc.set_faults(R"({"token_delay_ms": 60000})");
  const RunResult result =
      oidc.run(Oidc::step("login", oidc.code_keys()) + "        timeout: 3s\n");
  const StepResult& step = result.attempts.at(0).steps.at(0);
  CHECK_THAT(failure_of(step), Catch::StartsWith("timeout: token: "));
  CHECK(labels_of(step).back() == "token");
  CHECK(step.duration < std::chrono::milliseconds{3'250});
}

TEST_CASE("a refresh token that is accepted twice, or not rotated, fails", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const auto refresh = [&](const std::string& faults) {
    oidc.set_faults(faults);
    const OAuthKeys keys{
        {"flow", "refresh_token"}, {"issuer", oidc.issuer()}, {"client_id", "public"}};
    const RunResult result =
        oidc.run(Oidc::step("login", oidc.code_keys()) +
                 Oidc::step("refresh", keys, "{token: {rotated: true, reuse: refused}}"));
    return failure_of(result.attempts.at(0).steps.at(1));
  };
  CHECK(refresh(R"({"refresh_reuse": true})") ==
        R"(expectation: expect.token.reuse: wanted "refused", got "accepted")");
  CHECK(refresh(R"({"no_rotation": true})") ==
        R"(expectation: expect.token.rotated: wanted true, got false)");
}

}  // namespace
}  // namespace picket
