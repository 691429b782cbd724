// The flows as they should be, against a real provider.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/oauth/oidc_fixture.h"

namespace picket {
namespace {

using test::fact_of;
using test::failure_of;
using test::labels_of;
using test::Oidc;
using Labels = std::vector<std::string>;

const StepResult& step_of(const RunResult& result, std::size_t index = 0) {
  return result.attempts.at(0).steps.at(index);
}

TEST_CASE("a login gives tokens, every hop timed and labelled", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const std::string expect =
      "{token: {type: Bearer, expires_in: {gte: 5m}, scope: {includes: orders:read}, cached: "
      "false}, id_token: {signature: valid, alg: RS256, skew: {lt: 5s}, claims: {aud: public, iss: "
      "\"" +
      oidc.issuer() + "\", sub: probe}}, access_token: {claims: {aud: urn:shop}}}";
  const std::string api =
      "      - name: api\n        http: {url: \"" + oidc.issuer() +
      "/me\", bearer: \"${{ capture.access_token }}\"}\n        expect: {status: [200, 401]}\n";
  const RunResult result = oidc.run(Oidc::step("login", oidc.code_keys(), expect) + api);
  const StepResult& step = step_of(result);
  CHECK(failure_of(step) == "passed");
  CHECK(labels_of(step) ==
        Labels{"discovery", "authorize", "login form", "login", "redirect", "token", "jwks"});
  for (const RequestResult& request : step.requests) CHECK(request.phases.wait > Nanos{0});
  CHECK(result.verdict == RunVerdict::pass);
  const std::string all = test::everything_in(result);
  CHECK_THAT(all, !Catch::Contains("secret-password") && !Catch::Contains("eyJ") &&
                      Catch::Contains("***"));
}

TEST_CASE("pages with a second factor, consent and other forms are answered", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  struct Row {
    std::string faults;
    std::string login;
    Labels labels;
  };
  const std::string form = "form: {username: probe, password: secret-password}";
  const std::string totp = ", totp: JBSW Y3DP EHPK 3PXP";
  const Row row = GENERATE_REF(values<Row>({
      {R"({"totp": "page"})",
       "{" + form + totp + "}",
       {"login form", "login", "second factor", "redirect"}},
      {R"({"totp": "same_page"})", "{" + form + totp + "}", {"login form", "login", "redirect"}},
      {R"({"consent": true})",
       "{" + form + ", consent: true}",
       {"login form", "login", "redirect", "consent page", "consent", "redirect"}},
      {R"({"login_lang": "decoys"})", "{" + form + "}", {"login form", "login", "redirect"}},
      {R"({"login_renamed": true})",
       "{form: {login: probe, pass: secret-password}}",
       {"login form", "login", "redirect"}},
  }));
  oidc.set_faults(row.faults);
  const RunResult result = oidc.run(Oidc::step("login", oidc.code_keys({{"login", row.login}})));
  Labels wanted{"discovery", "authorize"};
  wanted.insert(wanted.end(), row.labels.begin(), row.labels.end());
  wanted.insert(wanted.end(), {"token", "jwks"});
  CHECK(failure_of(step_of(result)) == "passed");
  CHECK(labels_of(step_of(result)) == wanted);
}

TEST_CASE("id_tokens of every algorithm are checked under the served keys", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const auto client = GENERATE(as<std::string>{}, "basic", "ps256", "es256", "eddsa");
  const auto keys = oidc.code_keys({{"client_id", client}, {"client_secret", client + "-secret"}});
  const RunResult result = oidc.run(Oidc::step("login", keys, "{id_token: {signature: valid}}"));
  CHECK(failure_of(step_of(result)) == "passed");
  const std::string alg = client == "basic" ? "rs256" : client;
  CHECK(Catch::toLower(fact_of(step_of(result), "id_token.alg")) == alg);
}

TEST_CASE("a client authenticates in each of the ways", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const std::string expect = "{token: {type: Bearer, scope: {includes: orders:read}}}";
  const auto passes = [&](const test::OAuthKeys& changed) {
    const RunResult result = oidc.run(Oidc::step("token", oidc.client_keys(changed), expect));
    CHECK(labels_of(step_of(result)) == Labels{"discovery", "token"});
    CHECK_THAT(test::everything_in(result), !Catch::Contains("-secret"));
    return failure_of(step_of(result));
  };
  oidc.secrets["CLIENT"] = "basic-secret";
  CHECK(passes({{"client_secret", "\"${{ secrets.CLIENT }}\""}}) == "passed");
  oidc.secrets["CLIENT"] = "post-secret";
  CHECK(passes({{"client_id", "post"},
                {"client_secret", "\"${{ secrets.CLIENT }}\""},
                {"auth", "post"}}) == "passed");
  const auto pems = nlohmann::json::parse(oidc.ask("GET", "/test/keys"));
  const std::map<std::string, std::string> algorithms{
      {"jwt", "RS256"}, {"jwt-ps256", "PS256"}, {"jwt-es256", "ES256"}, {"jwt-eddsa", "EdDSA"}};
  for (const auto& [client, algorithm] : algorithms) {
    oidc.secrets["KEY"] = pems.at(client);
    CHECK(passes({{"client_id", client},
                  {"client_secret", ""},
                  {"private_key", "\"${{ secrets.KEY }}\""},
                  {"key_id", client + "-key"},
                  {"signing_alg", algorithm}}) == "passed");
  }
}

TEST_CASE("endpoints may be given instead of the metadata", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const auto keys =
      oidc.client_keys({{"issuer", ""}, {"token_endpoint", oidc.issuer() + "/token"}});
  const RunResult result = oidc.run(Oidc::step("token", keys));
  CHECK(failure_of(step_of(result)) == "passed");
  CHECK(labels_of(step_of(result)) == Labels{"token"});
}

TEST_CASE("a refresh token is rotated, and its reuse refused", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const auto refresh = [&](const std::string& expect) {
    const test::OAuthKeys keys{
        {"flow", "refresh_token"}, {"issuer", oidc.issuer()}, {"client_id", "public"}};
    return oidc.run(Oidc::step("login",
                               oidc.code_keys({{"userinfo", "true"}, {"scope", "openid profile"}}),
                               "{userinfo: {sub: probe, name: A Probe}}") +
                    Oidc::step("refresh", keys, expect));
  };
  const RunResult plain = refresh("{token: {rotated: true}}");
  CHECK(failure_of(step_of(plain, 0)) == "passed");
  CHECK(failure_of(step_of(plain, 1)) == "passed");
  CHECK(labels_of(step_of(plain, 1)) == Labels{"discovery", "token", "jwks"});
  const RunResult tried = refresh("{token: {rotated: true, reuse: refused}}");
  CHECK(failure_of(step_of(tried, 1)) == "passed");
  CHECK(labels_of(step_of(tried, 1)) == Labels{"discovery", "token", "jwks", "used token"});
}

TEST_CASE("kept tokens are used by the next run, and fetched anew when refused", "[oauth]") {
  if (!test::has_npm_servers()) return;
  Oidc& oidc = Oidc::fresh();
  const auto engine = oidc.make_engine();
  const std::string steps =
      Oidc::step(
          "login",
          oidc.code_keys({{"scope", "openid profile"}, {"token", "{cache: 10m, on_401: refetch}"}}),
          "{token: {type: Bearer}}") +
      "      - name: me\n        http: {url: \"" + oidc.issuer() +
      "/me\", bearer: \"${{ capture.access_token }}\"}\n";
  const RunResult first = oidc.run(steps, engine.get());
  CHECK(failure_of(step_of(first, 1)) == "passed");
  CHECK(fact_of(step_of(first), "token.cached") == "false");
  const int logins = oidc.count("/token");

  const RunResult second = oidc.run(steps, engine.get());
  CHECK(failure_of(step_of(second, 1)) == "passed");
  CHECK(fact_of(step_of(second), "token.cached") == "true");
  CHECK(oidc.count("/token") == logins);
  REQUIRE(labels_of(step_of(second)).size() == 1);
  CHECK_THAT(labels_of(step_of(second)).front(), Catch::StartsWith("tokens of "));

  oidc.ask("POST", "/test/revoke");
  const RunResult third = oidc.run(steps, engine.get());
  CHECK(third.verdict == RunVerdict::pass);
  CHECK(fact_of(step_of(third, 1), "token.refetched") == "true");
  CHECK(oidc.count("/token") == logins + 1);
  CHECK(labels_of(step_of(third, 1)).front() == "kept token refused");
  CHECK_THAT(test::everything_in(third), !Catch::Contains("eyJ"));
}

}  // namespace
}  // namespace picket
