#include "common/model/incident.h"

#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;

namespace {

const CheckName kCheck{"shop-login"};

Attribution attribution(int failing, FailureKind kind) {
  Attribution made;
  for (int i = 0; i < failing; ++i) made.failing.emplace_back("region-" + std::to_string(i));
  made.reporting = 12;
  made.kind = kind;
  return made;
}

}  // namespace

TEST_CASE("a title says what and where", "[incident]") {
  Attribution made = attribution(9, FailureKind::http_status);
  made.step = "log in";
  made.status = 500;
  made.pop = "FRA";
  CHECK(render_title(kCheck, CheckVerdict::down, made, "") ==
        "shop-login down: step \"log in\", 9 of 12 regions, HTTP 500 from POP FRA");
}

TEST_CASE("one or two regions are named", "[incident]") {
  CHECK(render_title(kCheck, CheckVerdict::regional, attribution(1, FailureKind::connect_refused),
                     "") == "shop-login regional: region region-0, the connection was refused");
  CHECK(render_title(kCheck, CheckVerdict::regional, attribution(2, FailureKind::timeout), "") ==
        "shop-login regional: regions region-0 and region-1, no complete response in time");
}

TEST_CASE("a title names the culprit that is proven, and no other", "[incident]") {
  struct Row {
    SharedTrait trait;
    FailureKind kind;
    const char* title;
  };
  const Row rows[] = {
      {{Dimension::provider, "aws", 4, 3, true},
       FailureKind::timeout,
       "shop-login down: 4 of 12 regions (provider aws), no complete response in time"},
      {{Dimension::provider, "aws", 4, 3, false},
       FailureKind::timeout,
       "shop-login down: 4 of 12 regions, no complete response in time"},
      {{Dimension::agent, "eu-west-1/a", 1, 3, true},
       FailureKind::timeout,
       "shop-login down: agent eu-west-1/a, no complete response in time"},
      {{Dimension::origin, "js.example", 4, 0, true},
       FailureKind::third_party,
       "shop-login down: 4 of 12 regions, a third party that the page requires failed at "
       "js.example"},
  };
  for (const Row& row : rows) {
    Attribution made = attribution(4, row.kind);
    made.shared = {row.trait};
    CHECK(render_title(kCheck, CheckVerdict::down, made, "") == row.title);
  }
  Attribution expired = attribution(12, FailureKind::tls_expired);
  expired.shared = {{Dimension::certificate, "CN=shop (sha256 ab)", 12, 0, true},
                    {Dimension::pop, "FRA", 12, 0, false}};
  CHECK_THAT(render_title(kCheck, CheckVerdict::down, expired, ""),
             Catch::EndsWith(" with certificate CN=shop (sha256 ab)"));
}

TEST_CASE("the summary of the alert comes first", "[incident]") {
  CHECK(render_title(kCheck, CheckVerdict::down, attribution(3, FailureKind::timeout),
                     "Customers cannot check out") ==
        "Customers cannot check out (shop-login down: 3 of 12 regions, no complete response in "
        "time)");
}

TEST_CASE("a title is one clean line within PagerDuty's limit whatever the target sent",
          "[incident]") {
  Attribution made = attribution(3, FailureKind::expectation);
  made.message = std::string(5000, 'x') + "\xff\x1b[2J\r\n";
  made.step = "evil\nstep \xf0\x9f\x98\x80";
  const std::string title =
      render_title(kCheck, CheckVerdict::down, made, std::string(3000, '\xff'));
  CHECK(is_valid_utf8(title));
  CHECK(title.find('\n') == std::string::npos);
  CHECK(title.find('\x1b') == std::string::npos);
  CHECK(cut_utf16(title, 1024) == title);
}

TEST_CASE("states and verdicts have names", "[incident]") {
  for (const char* name : {"suspected", "open", "acknowledged", "resolved"})
    CHECK(to_string(parse_incident_state(name).value()) == name);
  CHECK_FALSE(parse_incident_state("closed").has_value());
  CHECK(to_string(CheckVerdict::no_data) == "no_data");
}
