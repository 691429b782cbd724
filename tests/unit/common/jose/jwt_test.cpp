#include "common/jose/jwt.h"

#include <catch2/catch.hpp>

#include "common/jose/base64url.h"

namespace picket::jose {
namespace {

std::string token_of(const std::string& header, const std::string& claims) {
  return to_base64url(header) + '.' + to_base64url(claims) + ".c2ln";
}

TEST_CASE("a token is taken apart", "[jose]") {
  const auto jwt = parse_jwt(
      token_of(R"({"alg":"RS256","kid":"k1","typ":"JWT"})", R"({"iss":"https://id","n":7})"));
  REQUIRE(jwt);
  CHECK(jwt->alg == "RS256");
  CHECK(jwt->kid == "k1");
  CHECK(jwt->typ == "JWT");
  CHECK(jwt->claims["iss"] == "https://id");
  CHECK(jwt->signature == "sig");
  CHECK(jwt->signing_input ==
        token_of(R"({"alg":"RS256","kid":"k1","typ":"JWT"})", R"({"iss":"https://id","n":7})")
            .substr(0, jwt->signing_input.size()));
}

TEST_CASE("members of another kind count as absent", "[jose]") {
  const auto jwt = parse_jwt(token_of(R"({"alg":256,"kid":["k"]})", "{}"));
  REQUIRE(jwt);
  CHECK(jwt->alg.empty());
  CHECK(jwt->kid.empty());
}

TEST_CASE("what is no token says which part is wrong", "[jose]") {
  struct Row {
    std::string token;
    std::string why;
  };
  const Row row = GENERATE(values<Row>({
      {"", "1 parts between dots, a signed token has 3"},
      {"opaque-token", "1 parts between dots, a signed token has 3"},
      {"a.b.c.d.e", "5 parts between dots, a signed token has 3"},
      {"!.e30.", "the header is no JSON object in base64url"},
      {to_base64url("[]") + ".e30.", "the header is no JSON object in base64url"},
      {"e30.W10.", "the claims are no JSON object in base64url"},
      {"e30.e30.==", "the signature is no base64url"},
      {to_base64url(R"({"alg":"RS256","crit":["x"]})") + ".e30.",
       "the header demands an extension (`crit`)"},
      {std::string(kJwtBytesMax + 1, 'a'), "65537 bytes, at most 65536"},
  }));
  const auto jwt = parse_jwt(row.token);
  REQUIRE_FALSE(jwt);
  CHECK(jwt.error().message == row.why);
}

TEST_CASE("claims nested deeper than JSON may be are no claims", "[jose]") {
  const auto nested = [](std::size_t depth) {
    return R"({"sub":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(parse_jwt(token_of(R"({"alg":"RS256"})", nested(100))));
  const auto jwt = parse_jwt(token_of(R"({"alg":"RS256"})", nested(20'000)));
  REQUIRE_FALSE(jwt);
  CHECK(jwt.error().message == "the claims are no JSON object in base64url");
}

}  // namespace
}  // namespace picket::jose
