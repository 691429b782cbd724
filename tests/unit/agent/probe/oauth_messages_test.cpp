#include "agent/probe/oauth_messages.h"

#include <catch2/catch.hpp>

namespace picket::agent {
namespace {

OAuthAction code_action() {
  OAuthAction action;
  action.issuer = "https://id.test";
  action.client_id = "shop & co";
  action.redirect_uri = "https://localhost/cb";
  action.scope = "openid orders:read";
  return action;
}

http::Exchange answer(int status, std::string body) {
  http::Exchange exchange;
  exchange.status = status;
  exchange.body = std::move(body);
  return exchange;
}

template <class T>
std::string message_of(const OrFailure<T>& result) {
  if (result) return "good";
  return std::string(to_string(result.error().kind)) + ": " + result.error().message;
}

TEST_CASE("metadata are read strictly", "[oauth]") {
  const std::string good =
      R"({"issuer":"https://id.test","authorization_endpoint":"https://id.test/a",)"
      R"("token_endpoint":"https://id.test/t","jwks_uri":"https://id.test/k",)"
      R"("authorization_response_iss_parameter_supported":true})";
  const auto endpoints = read_metadata(answer(200, good), code_action());
  REQUIRE(endpoints);
  CHECK(endpoints->authorization == "https://id.test/a");
  CHECK(endpoints->jwks == "https://id.test/k");
  CHECK(endpoints->iss_is_sent);
  OAuthAction own = code_action();
  own.token_endpoint = "https://other.test/t";
  CHECK(read_metadata(answer(200, good), own)->token == "https://other.test/t");

  struct Row {
    int status;
    std::string body;
    std::string failure;
  };
  const Row row = GENERATE(values<Row>({
      {500, "<h1>oops</h1>", "oauth_discovery: discovery: answered 500: <h1>oops</h1>"},
      {200, "", "oauth_discovery: discovery: the metadata are no JSON: an empty body"},
      {200, "[]", "oauth_discovery: discovery: the metadata are no JSON: []"},
      {200, R"({"issuer":"https://id.test/"})",
       "oauth_discovery: discovery: the metadata are of issuer `https://id.test/`, wanted "
       "`https://id.test`: tokens of it would be refused everywhere"},
      {200, R"({"issuer":"https://id.test"})",
       "oauth_discovery: discovery: the metadata have no authorization_endpoint"},
      {200, R"({"issuer":"https://id.test","authorization_endpoint":"x"})",
       "oauth_discovery: discovery: the metadata have no token_endpoint"},
      {200, R"({"issuer":"https://id.test","authorization_endpoint":"x","token_endpoint":"y"})",
       "oauth_discovery: discovery: the metadata have no jwks_uri"},
  }));
  CHECK(message_of(read_metadata(answer(row.status, row.body), code_action())) == row.failure);
}

TEST_CASE("the metadata's address ends in one slash less or more", "[oauth]") {
  CHECK(metadata_url("https://id.test/realm/") ==
        "https://id.test/realm/.well-known/openid-configuration");
}

TEST_CASE("an authorization request is encoded", "[oauth]") {
  OAuthEndpoints endpoints;
  endpoints.authorization = "https://id.test/a?tenant=1";
  OAuthAction action = code_action();
  action.parameters = {{"prompt", "login consent"}};
  const std::string url = authorization_url(endpoints, action, {"st", "no", "ver"});
  CHECK(url ==
        "https://id.test/a?tenant=1&response_type=code&client_id=shop%20%26%20co&redirect_uri="
        "https%3A%2F%2Flocalhost%2Fcb&scope=openid%20orders%3Aread&state=st&nonce=no&"
        "code_challenge=z1Qq2hNe4-3LvnsxADGSx1KVx-_w7-dZOgoLD3ktUlY&code_challenge_method=S256&"
        "prompt=login%20consent");
}

TEST_CASE("only the redirect URI itself is the callback", "[oauth]") {
  CHECK(is_callback("https://localhost/cb?code=1", "https://localhost/cb"));
  CHECK(is_callback("https://localhost/cb", "https://localhost/cb"));
  CHECK(is_callback("app:/cb?x=1&code=1", "app:/cb?x=1"));
  CHECK_FALSE(is_callback("https://localhost/cbx?code=1", "https://localhost/cb"));
  CHECK_FALSE(is_callback("https://localhost/", "https://localhost/cb"));
  CHECK_FALSE(is_callback("https://localhost/cb", ""));
}

TEST_CASE("the authorization response is compared with the request", "[oauth]") {
  OAuthEndpoints endpoints;
  endpoints.issuer = "https://id.test";
  const OAuthNonces nonces{"s1", "n1", ""};
  const std::string base = "https://localhost/cb";
  CHECK(*read_callback(base + "?code=a%2Bb+c&state=s1", endpoints, nonces) == "a+b c");
  const std::string iss = "&iss=https%3A%2F%2Fid.test";
  CHECK(*read_callback(base + "?code=c&state=s1" + iss + "#_=_", endpoints, nonces) == "c");

  struct Row {
    std::string query;
    bool iss_is_sent;
    std::string failure;
  };
  const Row row = GENERATE(values<Row>({
      {"?error=invalid_scope&error_description=no+such+scope&state=s1", false,
       "oauth_authorize: authorize: refused, invalid_scope: no such scope"},
      {"?error=access_denied", false, "oauth_consent: authorize: refused, access_denied"},
      {"?code=c", false, "oauth_authorize: authorize: the answer has no `state`"},
      {"?code=c&state=s2", false,
       "oauth_authorize: authorize: the answer has another `state` than was sent: `s2`"},
      {"?code=c&state=s1", true,
       "oauth_authorize: authorize: the answer is of issuer ``, wanted `https://id.test`"},
      {"?code=c&state=s1&iss=https://evil", false,
       "oauth_authorize: authorize: the answer is of issuer `https://evil`, wanted "
       "`https://id.test`"},
      {"?state=s1", false, "oauth_authorize: authorize: the answer has neither `code` nor `error`"},
      {"", false, "oauth_authorize: authorize: the answer has no `state`"},
  }));
  endpoints.iss_is_sent = row.iss_is_sent;
  CHECK(message_of(read_callback(base + row.query, endpoints, nonces)) == row.failure);
}

TEST_CASE("a client authenticates as it is configured", "[oauth]") {
  OAuthEndpoints endpoints;
  endpoints.token = "https://id.test/t";
  OAuthAction action = code_action();
  CHECK(client_auth(action) == "none");
  HttpAction request = token_request(endpoints, action, {{"grant_type", "x"}}, "");
  CHECK(request.form == Pairs{{"grant_type", "x"}, {"client_id", "shop & co"}});
  CHECK_FALSE(request.basic);
  action.client_secret = "s+ %";
  CHECK(client_auth(action) == "basic");
  request = token_request(endpoints, action, {}, "");
  CHECK(request.form.empty());
  CHECK(*request.basic == std::pair<std::string, std::string>{"shop%20%26%20co", "s%2B%20%25"});
  action.auth = "post";
  request = token_request(endpoints, action, {}, "");
  CHECK(request.form == Pairs{{"client_id", "shop & co"}, {"client_secret", "s+ %"}});
  action.auth.clear();
  action.private_key = "pem";
  CHECK(client_auth(action) == "private_key_jwt");
  CHECK(token_request(endpoints, action, {}, "a.b.c").form.back().second == "a.b.c");
}

TEST_CASE("a token response is read strictly", "[oauth]") {
  const auto good = read_token_response(
      answer(200, R"({"access_token":"at","token_type":"Bearer","expires_in":300.9,)"
                  R"("scope":"a  b","id_token":"it","refresh_token":"rt"})"),
      code_action(), "token");
  REQUIRE(good);
  CHECK(good->expires_in == Seconds{300});
  CHECK(good->scope == std::vector<std::string>{"a", "b"});
  const auto asked = read_token_response(
      answer(200, R"({"access_token":"at","token_type":"b","id_token":"it","expires_in":"9"})"),
      code_action(), "token");
  CHECK(asked->scope == std::vector<std::string>{"openid", "orders:read"});
  CHECK_FALSE(asked->expires_in);

  struct Row {
    int status;
    std::string body;
    std::string failure;
  };
  const Row row = GENERATE(values<Row>({
      {400, R"({"error":"invalid_grant","error_description":"expired\ncode"})",
       "oauth_token: token: refused with 400, invalid_grant: expired code"},
      {401, R"({"error":"invalid_client"})",
       "oauth_token: token: refused with 401, invalid_client"},
      {502, "Bad Gateway", "oauth_token: token: answered 502: Bad Gateway"},
      {200, "access_token=at", "oauth_token: token: the answer is no JSON: access_token=***"},
      {200, "{}", "oauth_token: token: the answer has no `access_token`"},
      {200, R"({"access_token":7})", "oauth_token: token: the answer has no `access_token`"},
      {200, R"({"access_token":"a"})", "oauth_token: token: the answer has no `token_type`"},
      {200, R"({"access_token":"a","token_type":"Bearer"})",
       "oauth_token: token: the answer has no `id_token`, though the scope has `openid`"},
  }));
  CHECK(message_of(read_token_response(answer(row.status, row.body), code_action(), "token")) ==
        row.failure);
}

TEST_CASE("tokens are found in whatever a token endpoint answers", "[oauth]") {
  using Texts = std::vector<std::string>;
  CHECK(tokens_in(R"({"access_token":"a1","x":"y","refresh_token" : "r\/1","id_token":"i1"})") ==
        Texts{"a1", "r/1", "i1"});
  CHECK(tokens_in(R"({"data":{"access_token":"a1"},"refresh_token":"r1, cut)") ==
        Texts{"a1", "r1, cut"});
  CHECK(tokens_in(R"({"access_token":"ends in a \)") == Texts{"ends in a \\"});
  CHECK(tokens_in("access_token=a%2F1&token_type=bearer\n") == Texts{"a/1"});
  CHECK(tokens_in(R"({"error":"access_token","access_token":7,"code":"E1","id_token")").empty());
  CHECK(tokens_in("").empty());
  CHECK(codes_in("https://localhost/cb?state=s&code=c1#id_token=i1") == Texts{"c1", "i1"});
  CHECK(codes_in("https://localhost/cb").empty());
}

TEST_CASE("a message about an answer shows none of its tokens", "[oauth]") {
  const auto said = [](const http::Exchange& exchange) {
    return message_of(read_token_response(exchange, code_action(), "token"));
  };
  CHECK(said(answer(201, R"({"access_token":"live-1"})")) ==
        R"(oauth_token: token: answered 201: {"access_token":"***"})");
  CHECK(said(answer(200, "access_token=live-1&scope=")) ==
        "oauth_token: token: the answer is no JSON: access_token=***&scope=");
}

}  // namespace
}  // namespace picket::agent
