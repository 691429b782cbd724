// Pages with real third parties: what is measured and what a good one looks like.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/integration/page/page_fixture.h"

using namespace picket;
using namespace picket::test;

namespace {

std::string messages(const std::vector<Failure>& failures) {
  std::string out;
  for (const Failure& failure : failures) out += failure.message + "\n";
  return out;
}

}  // namespace

TEST_CASE("a page of three hosts is fetched whole", "[page]") {
  PageFixture& fixture = page_fixture();
  fixture.write_page("good.html", R"(<link rel=stylesheet href=loop.css><script src=own.js></script>
    <script src=@cdn@/lib.js integrity='sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='>
    </script><script src=@pay@/moved.js></script><img src=logo.png><img src=@ads@/pixel.png>)");
  const StepResult step = fixture.run(R"(
    page: {url: "@shop@/good.html", block: [ads.test], known_origins: [cdn.test, pay.test]}
    expect:
      status: 200
      page: {failed: 0, blocked: 1, requests: 9}
      third_party: {new_origins: {count: 0}, requests: 3, origins: 2}
    budgets:
      over: fail
      page: {duration: 20s, transfer: 100KB, origins: 3}
      origins: {pay.test: {requests: 2, required: true}}
)");
  CHECK(messages(step.failures) == "");
  CHECK(messages(step.warnings) == "");
  CHECK(step.status == StepStatus::passed);
  CHECK(fact(step, "origin.pay.test.ok") == "true");
  CHECK(fact(step, "over_budget.page") == "false");
  REQUIRE(step.requests.size() == 9);
  CHECK(step.requests.back().url == fixture.url("shop", "/good.html"));
  const auto from = [&](const std::string& address) {
    return std::count_if(step.requests.begin(), step.requests.end(), [&](const auto& request) {
      return request.remote_address.starts_with(address + ":");
    });
  };
  CHECK(from("127.0.0.1") == 6);
  CHECK(from("127.0.0.2") == 1);
  CHECK(from("127.0.0.3") == 2);
  CHECK(from("127.0.0.4") == 0);
}

TEST_CASE("imports that go round are fetched once", "[page]") {
  PageFixture& fixture = page_fixture();
  fixture.write_page("loop.html", "<link rel=stylesheet href=loop.css>");
  const StepResult step = fixture.run(R"(
    page: "@shop@/loop.html"
    expect: {page: {requests: 4, failed: 0}}
)");
  CHECK(messages(step.failures) == "");
}

TEST_CASE("a slow third party is named by the budget that it passes", "[page]") {
  PageFixture& fixture = page_fixture();
  fixture.write_page("slow.html", "<script src=" + fixture.drip_url() + "></script>");
  const StepResult step = fixture.run(R"(
    page: "@shop@/slow.html"
    budgets: {third_party: {duration: 200ms}, origins: {slow.test: {duration: 200ms}}}
)");
  CHECK(step.status == StepStatus::degraded);
  REQUIRE(step.warnings.size() == 2);
  const std::string& total = step.warnings[0].message;
  CHECK(total.find("budgets.third_party.duration: wanted ") == 0);
  CHECK(total.find(": slow.test took ") != std::string::npos);
  CHECK(total.find("script " + fixture.drip_url() + ", transfer ") != std::string::npos);
  CHECK(step.warnings[1].message.find("budgets.origins.slow.test.duration: wanted ") == 0);
  CHECK(fact(step, "third_party.slowest") == "slow.test");
  CHECK(fact(step, "over_budget.third_party") == "true");
}

TEST_CASE("a third party that nobody knows is told", "[page]") {
  PageFixture& fixture = page_fixture();
  fixture.write_page("new.html", "<script src=@ads@/lib.js></script>");
  const StepResult step = fixture.run(R"(
    page: {url: "@shop@/new.html", known_origins: [cdn.test]}
    expect: {warn: {third_party: {new_origins: {count: 0}}}}
)");
  CHECK(step.status == StepStatus::degraded);
  CHECK(fact(step, "third_party.new_origins") == "ads.test");
}
