#include "common/model/run_traits.h"

#include <catch2/catch.hpp>

using namespace picket;
using Set = std::set<std::string>;

namespace {

RequestResult resource(const std::string& url, int status) {
  RequestResult request{.beside = true, .method = "GET", .url = url};
  request.status = status;
  return request;
}

RunResult page(FailureKind kind, const std::string& message) {
  StepResult step{.name = "http"};
  step.status = StepStatus::failed;
  step.failures.push_back({kind, message, {}});
  step.requests = {resource("https://js.example:8443/a.js", 503),
                   resource("https://fonts.example/f", 200)};
  RequestResult own{.method = "GET", .url = "https://shop.example/"};
  own.status = 200;
  own.remote_address = "192.0.2.1:443";
  own.pop = "FRA";
  TlsFacts tls;
  tls.chain.push_back({.subject = "CN=shop", .issuer = "CN=CA"});
  tls.chain[0].sha256 = std::string(64, 'f');
  own.tls = tls;
  step.requests.push_back(own);
  Attempt attempt{.verdict = RunVerdict::fail};
  attempt.steps.push_back(step);
  RunResult run{.verdict = RunVerdict::fail};
  run.attempts.push_back(attempt);
  return run;
}

}  // namespace

TEST_CASE("a failed step met what answered its last request", "[traits]") {
  const RunTraits traits = traits_of_failure(page(FailureKind::http_status, "wanted 200"));
  CHECK(traits.values.at("pop") == Set{"FRA"});
  CHECK(traits.values.at("address") == Set{"192.0.2.1:443"});
  CHECK(traits.values.at("certificate") == Set{"CN=shop (sha256 ffffffffffffffff)"});
  CHECK(traits.values.at("issuer") == Set{"CN=CA"});
  CHECK(traits.values.at("origin") == Set{"shop.example"});
}

TEST_CASE("an expired chain names the certificate that expired, not a leaf that is valid",
          "[traits]") {
  RunResult run = page(FailureKind::tls_expired, "certificate has expired");
  run.started = WallTime{hours{24 * 100}};
  TlsFacts& tls = *run.attempts[0].steps[0].requests.back().tls;
  tls.chain[0].not_after = WallTime{hours{24 * 90}};
  tls.chain.push_back(
      {.subject = "CN=CA", .issuer = "CN=Root", .not_after = WallTime{hours{24 * 99}}});
  tls.chain[1].sha256 = std::string(64, 'a');
  const auto certificate = [&] { return traits_of_failure(run).values.at("certificate"); };
  CHECK(certificate() == Set{"CN=shop (sha256 ffffffffffffffff)"});
  tls.chain[0].not_after = WallTime{hours{24 * 190}};
  CHECK(certificate() == Set{"CN=CA (sha256 aaaaaaaaaaaaaaaa)"});
  tls.chain[1].not_after = WallTime{hours{24 * 190}};  // the root, which servers do not send
  CHECK(certificate() == Set{"CN=Root"});
}

TEST_CASE("a page that fails by a resource met what the resource met", "[traits]") {
  const RunTraits traits = traits_of_failure(page(FailureKind::page_resource, "script failed"));
  CHECK(traits.values.at("origin") == Set{"js.example"});
  CHECK_FALSE(traits.values.contains("pop"));
}

TEST_CASE("a required origin with nothing on the page is named by the failure", "[traits]") {
  RunResult run =
      page(FailureKind::third_party, "required origin pay.example: the page has nothing from it");
  auto& requests = run.attempts[0].steps[0].requests;
  requests.erase(requests.begin(), requests.begin() + 2);
  CHECK(traits_of_failure(run).values.at("origin") == Set{"pay.example"});
}

TEST_CASE("a good run met everything that answered well", "[traits]") {
  RunResult run = page(FailureKind::http_status, "");
  run.verdict = RunVerdict::degraded;
  CHECK(traits_of_pass(run).values.at("origin") == Set{"fonts.example", "shop.example"});
}

TEST_CASE("an attempt is partial: it tells POP and address only", "[traits]") {
  FailureSummary failure{.kind = FailureKind::timeout};
  failure.pop = "FRA";
  const RunTraits traits = traits_of_failure(failure, WallTime::from_unix_ms(5));
  CHECK(traits.partial);
  CHECK(traits.at == WallTime::from_unix_ms(5));
  CHECK(traits.values.size() == 1);
}

TEST_CASE("values are bounded and clean", "[traits]") {
  RunTraits traits;
  for (int i = 0; i < 200; ++i) add_trait(traits, Dimension::pop, std::to_string(i) + "\x1b\n");
  CHECK(traits.values.at("pop").size() == kTraitValuesMax);
  for (const std::string& value : traits.values.at("pop"))
    CHECK(value.find('\n') == std::string::npos);
  add_trait(traits, Dimension::origin, "");
  CHECK_FALSE(traits.values.contains("origin"));
}
