#include "common/model/run_difference.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;

namespace {

RequestResult answer(int status) {
  RequestResult request{.method = "GET", .url = "https://shop.example/"};
  request.status = status;
  request.http_version = "2";
  request.remote_address = "192.0.2.1:443";
  request.phases = {Millis{4}, Millis{10}, Millis{20}, Millis{40}, Millis{5}};
  request.body_bytes = 1000;
  request.pop = "AMS";
  request.cache_status = "HIT";
  TlsFacts tls{.version = "TLSv1.3"};
  CertificateFacts leaf{.subject = "CN=shop.example", .issuer = "CN=CA 1"};
  leaf.not_after = WallTime::from_unix_ms(1'800'000'000'000);
  leaf.sha256 = std::string(64, 'a');
  tls.chain.push_back(leaf);
  request.tls = tls;
  RequestEvidence evidence;
  evidence.response_headers = {{"Server", "nginx"}, {"Date", "now"}, {"X-Zone", "a"}};
  evidence.body_start = "<html>\n<h1>Shop</h1>\n";
  evidence.resolved_addresses = {"192.0.2.1", "192.0.2.2"};
  request.evidence = evidence;
  return request;
}

RunResult run_of(RequestResult request, bool failed) {
  StepResult step{.name = "home"};
  if (failed) {
    step.status = StepStatus::failed;
    step.failures.push_back({FailureKind::http_status, "wanted 200", {}});
  }
  step.requests.push_back(std::move(request));
  Attempt attempt{.verdict = failed ? RunVerdict::fail : RunVerdict::pass};
  attempt.steps.push_back(std::move(step));
  RunResult run{.verdict = attempt.verdict};
  run.attempts.push_back(std::move(attempt));
  return run;
}

RunResult good() { return run_of(answer(200), false); }

std::vector<std::string> names(const std::vector<RunDifference>& differences) {
  std::vector<std::string> out;
  for (const RunDifference& one : differences) out.push_back(one.what);
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("what is the same is not told, what fails comes first", "[difference]") {
  const auto differences = compare_runs(run_of(answer(502), true), good());
  CHECK(names(differences) == Names{"step", "status"});
  CHECK(render(differences[0]) == "home: step: passed -> failed: wanted 200");
  CHECK(render(differences[1]) == "home: status: 200 -> 502");
}

TEST_CASE("everything that moved is told, the most telling first", "[difference]") {
  RequestResult bad = answer(502);
  bad.url = "https://shop.example/down";
  bad.remote_address = "192.0.2.9:443";
  bad.http_version = "1.1";
  bad.pop = "FRA";
  bad.cache_status = "MISS";
  bad.body_bytes = 10;
  bad.phases.wait = Millis{900};
  bad.phases.dns = Millis{500};
  bad.phases.tls = Millis{60};  // more than twice, but not 100 ms more
  bad.tls->chain[0].sha256 = std::string(64, 'b');
  bad.tls->chain[0].issuer = "CN=CA 2";
  bad.evidence->resolved_addresses = {"192.0.2.9"};
  bad.evidence->response_headers = {{"server", "varnish"}, {"date", "later"}, {"x-zone", "b"}};
  bad.evidence->body_start = "<html>\n<h1>Bad gateway</h1>\n";
  const auto differences = compare_runs(run_of(bad, true), good());
  CHECK(names(differences) == Names{"step", "status", "url", "certificate", "certificate issuer",
                                    "address", "resolved addresses", "pop", "cache", "protocol",
                                    "header server", "header x-zone", "body", "size", "phase wait",
                                    "phase dns"});
  CHECK(differences[12].before == "<h1>Shop</h1>");
  CHECK(differences[12].now == "<h1>Bad gateway</h1>");
  CHECK(differences[14].before == "40 ms");
  CHECK(differences[14].now == "900 ms");
}

TEST_CASE("a changed redirect chain is told hop by hop", "[difference]") {
  RunResult before = good();
  RunResult after = run_of(answer(404), true);
  RequestResult hop = answer(302);
  hop.url = "https://login.example/";
  auto& requests = after.attempts[0].steps[0].requests;
  requests.insert(requests.begin(), hop);
  const auto differences = compare_runs(after, before);
  CHECK(names(differences) == Names{"step", "status", "requests", "request 1", "request 2"});
  CHECK(differences[2].now == "2");
  CHECK(differences[3].now == "https://login.example/");
}

TEST_CASE("an earlier step that was answered from elsewhere is told after the failed one",
          "[difference]") {
  RunResult before = good();
  RunResult after = run_of(answer(500), true);
  StepResult first{.name = "log in"};
  first.requests.push_back(answer(200));
  before.attempts[0].steps.insert(before.attempts[0].steps.begin(), first);
  first.requests[0].pop = "FRA";
  after.attempts[0].steps.insert(after.attempts[0].steps.begin(), first);
  const auto differences = compare_runs(after, before);
  REQUIRE(differences.size() == 3);
  CHECK(render(differences[2]) == "log in: pop: AMS -> FRA");
}

TEST_CASE("no answer at all is compared as far as it came", "[difference]") {
  RequestResult none{.method = "GET", .url = "https://shop.example/"};
  none.remote_address = "192.0.2.9:443";
  const auto differences = compare_runs(run_of(none, true), good());
  CHECK(names(differences) == Names{"step", "status", "address", "pop", "cache"});
  CHECK(render(differences[1]) == "home: status: 200 -> nothing");
}

TEST_CASE("a step that the good run did not have says so", "[difference]") {
  RunResult before = good();
  before.attempts[0].steps[0].name = "other";
  const auto differences = compare_runs(run_of(answer(500), true), before);
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].before == "not there");
}

TEST_CASE("a run without failures or attempts has no differences", "[difference]") {
  CHECK(compare_runs(good(), good()).empty());
  CHECK(compare_runs(RunResult{}, good()).empty());
  CHECK(compare_runs(run_of(answer(500), true), RunResult{}).size() == 1);
}

TEST_CASE("differences are few, short, clean lines whatever the target sent", "[difference]") {
  RequestResult bad = answer(500);
  bad.pop = std::string(5000, 'x') + "\x1b[2J\n";
  bad.url = std::string("https://shop.example/\xff\xfe") + std::string(5000, 'y');
  bad.evidence->body_start = std::string(2000, '\x07');
  bad.evidence->response_headers.clear();
  for (int i = 0; i < 60; ++i)
    bad.evidence->response_headers.emplace_back("x-" + std::to_string(i), std::string(1000, 'z'));
  const auto differences = compare_runs(run_of(bad, true), good());
  CHECK(differences.size() <= kDifferencesMax);
  for (const RunDifference& one : differences) {
    const std::string line = render(one);
    CHECK(is_valid_utf8(line));
    CHECK(line.size() < 1000);
    CHECK(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20; }));
  }
  const auto headers = std::count_if(differences.begin(), differences.end(), [](const auto& one) {
    return one.what.starts_with("header ");
  });
  CHECK(headers == 6);
  CHECK(compare_runs(run_of(bad, true), good(), 3).size() == 3);
}
