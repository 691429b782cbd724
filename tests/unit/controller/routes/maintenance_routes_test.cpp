#include "controller/routes/maintenance_routes.h"

#include "tests/unit/controller/routes/route_desk.h"

using namespace picket;
using namespace picket::controller;
using Json = nlohmann::json;
using picket::test::Query;

namespace {

Silence silence_of(const std::string& id, const std::string& matcher, WallTime from) {
  Silence silence;
  silence.id = id;
  silence.matchers = {*parse_silence_matcher(matcher)};
  silence.author = "anna";
  silence.comment = "a move";
  silence.created = from - hours{1};
  silence.from = from;
  silence.until = from + hours{2};
  return silence;
}

// `nightly` has a window each night, `plain` none.
struct Desk : test::RouteDesk {
  MaintenanceRoutes routes{{*pool, turn}};

  Desk() {
    Check nightly = test::make_check("nightly");
    nightly.owner = "pay";
    MaintenanceWindow window;
    window.start_minute = 120;
    window.duration = hours{1};
    window.reason = "backup";
    nightly.maintenance = {window};
    define(nightly);
    define(test::make_check("plain"));
  }
  Result<Json> get(Query query = {}) {
    return RouteDesk::get(routes.routes(), "/maintenance", "", std::move(query));
  }
};

}  // namespace

TEST_CASE("GET maintenance: windows and silences that come, the earliest first", "[routes]") {
  Desk desk;
  const WallTime now = desk.turn.now();
  desk.turn.set_silence(silence_of("later", "owner=pay", now + hours{30}));
  desk.turn.set_silence(silence_of("now", "owner=pay", now));
  const auto answer = desk.get({{"days", "2"}});
  REQUIRE(answer);
  const Json& spans = answer->at("spans");
  REQUIRE(spans.size() == 3);
  CHECK(spans[0].at("kind") == "window");
  CHECK(spans[0].at("begin") == "2026-11-22T02:00:00.000Z");
  CHECK(spans[0].at("end") == "2026-11-22T03:00:00.000Z");
  CHECK(spans[0].at("active") == false);
  CHECK(spans[0].at("reason") == "backup");
  CHECK(spans[0].at("checks") == Json{"nightly"});
  CHECK(spans[0].at("silence").is_null());
  CHECK(spans[1].at("begin") == "2026-11-23T02:00:00.000Z");
  CHECK(spans[2].at("kind") == "silence");
  CHECK(spans[2].at("reason") == "a move");
  CHECK(spans[2].at("silence").at("id") == "later");
  CHECK(spans[2].at("silence").at("matchers") == Json{"owner=pay"});
  CHECK(answer->at("more") == false);
  CHECK(desk.get()->at("spans").size() == 15);
}

TEST_CASE("GET maintenance of one check: its windows, and silences that match it", "[routes]") {
  Desk desk;
  const WallTime soon = desk.turn.now() + hours{1};
  desk.turn.set_silence(silence_of("by-owner", "owner=pay", soon));
  desk.turn.set_silence(silence_of("by-severity", "severity=critical", soon));
  const auto nightly = desk.get({{"days", "1"}, {"check", "nightly"}});
  REQUIRE(nightly);
  CHECK(nightly->at("spans").size() == 3);
  const auto plain = desk.get({{"days", "1"}, {"check", "plain"}});
  REQUIRE(plain);
  REQUIRE(plain->at("spans").size() == 1);
  CHECK(plain->at("spans")[0].at("silence").at("id") == "by-severity");
}

TEST_CASE("GET maintenance says what is wrong", "[routes]") {
  Desk desk;
  CHECK(desk.get({{"check", "none"}}).error().code == ErrorCode::not_found);
  for (const char* days : {"0", "367", "-1", "", "x", "2d"}) {
    const auto wrong = desk.get({{"days", days}});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == ErrorCode::invalid_argument);
    CHECK(wrong.error().message == "`days` is a number from 1 to 366");
  }
}

TEST_CASE("GET maintenance is bounded", "[routes]") {
  Desk desk;
  const auto answer = desk.get({{"days", "366"}});
  REQUIRE(answer);
  CHECK(answer->at("spans").size() == MaintenanceRoutes::kSpansMax);
  CHECK(answer->at("more") == true);
}
