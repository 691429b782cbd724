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

TEST_CASE("every kind of receiver survives its route", "[deliver]") {
  for (const auto kind : {ReceiverKind::pagerduty, ReceiverKind::webhook, ReceiverKind::slack,
                          ReceiverKind::alertmanager, ReceiverKind::email}) {
    const Receiver receiver{"a/b", kind, "https://x.example", "secret", "", ""};
    CHECK(parse_route(render_route(receiver))->kind == kind);
  }
}

TEST_CASE("the credential is the secret's where the secret is the recipient, else the name's",
          "[deliver]") {
  const auto credential = [](ReceiverKind kind, const std::string& name,
                             const std::string& secret) {
    return make_route(Receiver{name, kind, "https://x.example", secret, "", ""}).credential;
  };
  for (const auto kind : {ReceiverKind::pagerduty, ReceiverKind::webhook, ReceiverKind::slack}) {
    CHECK(credential(kind, "a/b", "one") == credential(kind, "c/d", "one"));
    CHECK(credential(kind, "a/b", "one") != credential(kind, "a/b", "two"));
  }
  for (const auto kind : {ReceiverKind::alertmanager, ReceiverKind::email}) {
    CHECK(credential(kind, "a/b", "one") == credential(kind, "a/b", "two"));
    CHECK(credential(kind, "a/b", "") != credential(kind, "c/d", ""));
    CHECK_FALSE(credential(kind, "a/b", "").empty());
  }
  CHECK(credential(ReceiverKind::alertmanager, "a/b", "") !=
        credential(ReceiverKind::email, "a/b", ""));
}

TEST_CASE("a row of an earlier version has the credential of today", "[deliver]") {
  Route stored = make_route({"a/b", ReceiverKind::email, "smtp://x.example", "", "", ""});
  const std::string today = stored.credential;
  stored.credential = credential_of("receiver a/b");
  CHECK(parse_route(render_route(stored))->credential == today);
  stored.kind = ReceiverKind::webhook;  // whose secret may be anything
  CHECK(parse_route(render_route(stored))->credential == stored.credential);
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
