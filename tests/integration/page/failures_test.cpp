// Pages that are broken: each is told by its kind, and in time.
#include <catch2/catch.hpp>

#include "tests/integration/page/page_fixture.h"

using namespace picket;
using namespace picket::test;

namespace {

// The page with this markup, as a check with this beside its URL.
StepResult run(const std::string& html, const std::string& more = {}) {
  PageFixture& fixture = page_fixture();
  fixture.write_page("broken.html", html);
  return fixture.run("    page: {url: \"@shop@/broken.html\", resource_timeout: 5s}\n" + more);
}

void fails(const StepResult& step, FailureKind kind, const std::string& part) {
  CHECK(step.status == StepStatus::failed);
  REQUIRE(step.failures.size() == 1);
  INFO(step.failures[0].message);
  CHECK(to_string(step.failures[0].kind) == to_string(kind));
  CHECK(step.failures[0].message.find(part) != std::string::npos);
}

void warns(const StepResult& step, const std::string& part) {
  CHECK(step.status == StepStatus::degraded);
  REQUIRE(step.warnings.size() == 1);
  INFO(step.warnings[0].message);
  CHECK(step.warnings[0].message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("a script of the page's own that is gone fails the run", "[page]") {
  const StepResult step = run("<script src=gone.js></script>");
  fails(step, FailureKind::page_resource,
        "script " + page_fixture().url("shop", "/gone.js") + " answered 404 after ");
  REQUIRE(step.requests.size() == 2);
  CHECK(step.requests[0].status == 404);
  CHECK(step.requests[0].evidence.has_value());
}

TEST_CASE("a changed file fails the run", "[page]") {
  fails(run("<script src=@cdn@/lib.js integrity='sha256-AAAA'></script>"),
        FailureKind::page_integrity,
        "is sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=, not "
        "sha256-AAAA");
}

TEST_CASE("a third party that is down warns, and fails the run when it is required", "[page]") {
  constexpr const char* kDown = "<script src=@pay@/down.js></script>";
  warns(run(kDown), "third party pay.test: script ");
  fails(run(kDown, "    budgets: {origins: {pay.test: {required: true}}}\n"),
        FailureKind::third_party, "required origin pay.test: script ");
  fails(run("<p>", "    budgets: {origins: {pay.test: {required: true}}}\n"),
        FailureKind::third_party, "required origin pay.test: the page has nothing from it");
}

TEST_CASE("names that do not exist and redirects that go round warn", "[page]") {
  warns(run("<img src=http://nowhere.test/a.png>"),
        "third party nowhere.test: image "
        "http://nowhere.test/a.png: dns_nxdomain, ");
  warns(run("<script src=@cdn@/round.js></script>"), "redirect_limit, more than 10 redirects");
}

TEST_CASE("a resource without end is cut at the limit", "[page]") {
  const StepResult step = run("<script src=" + page_fixture().endless_url() + "></script>");
  warns(step, "third party endless.test: script ");
  CHECK(step.warnings[0].message.find("body_too_large, ") != std::string::npos);
  CHECK(step.duration < Seconds{5});
}

TEST_CASE("markup beyond the limits fails the run", "[page]") {
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "<div>";
  fails(run(deep), FailureKind::page_unreadable, "nested deeper than 256 elements");
}

TEST_CASE("a page that is not there fails by its status, without looking further", "[page]") {
  const StepResult step = page_fixture().run("    page: \"@shop@/nothing.html\"\n");
  fails(step, FailureKind::http_status, "expect.status: wanted 200-399, got 404");
  CHECK(step.requests.size() == 1);
}
