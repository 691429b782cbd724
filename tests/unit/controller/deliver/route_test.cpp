#include "controller/deliver/route.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

TEST_CASE("a route survives its JSON, and holds no secret", "[deliver]") {
  const Receiver receiver{"webhook/ops",  ReceiverKind::webhook, "https://hooks.example/x?a=\"1\"",
                          "whsec_secret", "pagerduty/ops",       ""};
  const std::string json = render_route(receiver);
  CHECK(json.find("whsec_secret") == std::string::npos);
  const auto route = parse_route(json);
  REQUIRE(route);
  CHECK(route->receiver == receiver.name);
  CHECK(route->kind == receiver.kind);
  CHECK(route->url == receiver.url);
  CHECK(route->fallback == receiver.fallback);
  CHECK(route->credential == credential_of("whsec_secret"));
}

TEST_CASE("credentials tell secrets apart, and no secret has none", "[deliver]") {
  CHECK(credential_of("a") != credential_of("b"));
  CHECK(credential_of("a").size() == 16);
  CHECK(credential_of("").empty());
}

TEST_CASE("a route that makes no sense is corrupt", "[deliver]") {
  for (const char* text : {"", "[]", "nonsense", "{}", R"({"receiver":"a","url":"https://x"})",
                           R"({"receiver":"a","url":"https://x","kind":"fax"})",
                           R"({"receiver":"","url":"https://x","kind":"webhook"})",
                           R"({"receiver":1,"url":"https://x","kind":"webhook"})"}) {
    INFO(text);
    const auto route = parse_route(text);
    REQUIRE(!route);
    CHECK(route.error().code == ErrorCode::corrupt);
  }
}
