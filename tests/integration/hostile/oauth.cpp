// Providers of OAuth 2: JSON that is nested without end, at each place where a flow reads some.
#include "common/jose/base64url.h"
#include "common/model/oauth_action.h"
#include "tests/integration/hostile/behaviour.h"

namespace picket::test {
namespace {

constexpr std::size_t kDepth = 200'000;

std::string nested(const std::string& name, std::size_t depth = kDepth) {
  return "{\"" + name + "\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Takes a flow whose every endpoint is the target.
HostileTarget row(const char* what, const char* kind, const char* flow, std::string bytes) {
  return {"oauth", what, kind, [flow, bytes = std::move(bytes)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(answers(bytes));
            OAuthAction action;
            action.flow = flow;
            if (action.flow == "discovery") {
              action.flow = "client_credentials";
              action.issuer = server->url("");
            } else {
              action.authorization_endpoint = server->url("/authorize");
              action.token_endpoint = server->url("/token");
            }
            action.client_id = "shop";
            action.client_secret = "secret";
            action.redirect_uri = "https://localhost/cb";
            scene.other = action;
            scene.servers = {server};
          }};
}

std::string token_with_deep_claims() {
  const std::string claims = jose::to_base64url(nested("sub", 20'000));
  return R"({"token_type":"Bearer","access_token":"e30.)" + claims + R"(.c2ln"})";
}

}  // namespace

Targets hostile_oauth() {
  return {
      row("metadata of 200,000 nested lists", "oauth_discovery", "discovery",
          answer("200 OK", nested("issuer"))),
      row("an error of 200,000 nested lists instead of a login page", "oauth_authorize",
          "authorization_code", answer("500 Oops", nested("error"))),
      row("an answer of 200,000 nested lists instead of tokens", "oauth_token",
          "client_credentials", answer("200 OK", nested("access_token"))),
      row("a refusal of 200,000 nested lists instead of tokens", "oauth_token",
          "client_credentials", answer("400 Bad Request", nested("error"))),
      row("an access token with claims of 20,000 nested lists", "passes", "client_credentials",
          answer("200 OK", token_with_deep_claims())),
  };
}

}  // namespace picket::test
