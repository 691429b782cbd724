#include "tests/support/run_results.h"
#include "tests/support/paths.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace picket::test {
namespace {

const WallTime kStart = WallTime::from_unix_ms(1'800'000'000'000);

TlsFacts tls() {
  TlsFacts facts;
  facts.version = "TLSv1.3";
  facts.cipher = "TLS_AES_256_GCM_SHA384";
  facts.chain.push_back({"CN=shop.test",
                         "CN=Test CA",
                         kStart - hours{24},
                         kStart + hours{240},
                         {"shop.test"},
                         std::string(64, 'a')});
  return facts;
}

RequestResult hop(const std::string& method, const std::string& url, int status, Nanos start) {
  RequestResult made;
  made.method = method;
  made.url = url;
  made.status = status;
  made.http_version = status == 0 ? "" : "2";
  made.remote_address = "203.0.113.7:443";
  made.start = start;
  made.phases = {Millis{3}, Millis{14}, Millis{31}, Millis{158}, Millis{6}};
  made.body_bytes = 21;
  made.tls = tls();
  made.evidence = RequestEvidence{};
  made.evidence->method = method;
  made.evidence->url = url;
  made.evidence->curl = "curl " + url;
  made.evidence->request_headers = {{"user-agent", "picket/0.1.0"}, {"cookie", "sid=***; a=***"}};
  made.evidence->response_headers = {{"content-type", "application/json"}};
  made.evidence->resolved_addresses = {"203.0.113.7", "203.0.113.8"};
  made.evidence->dns_server = "192.0.2.53";
  made.evidence->body_start = "{\"error\":\n\"no stock\"}";
  made.evidence->body_decoded_bytes = 42;
  return made;
}

StepResult step(const std::string& name, StepStatus status, Nanos duration) {
  StepResult made;
  made.name = name;
  made.status = status;
  made.duration = duration;
  return made;
}

RunResult run(RunVerdict verdict, const std::string& check) {
  RunResult made;
  made.key.check = CheckName{check};
  made.key.region = RegionName{"local"};
  made.started = kStart;
  made.verdict = verdict;
  made.duration = Millis{1840};
  made.attempts.resize(1);
  made.attempts[0].started = kStart;
  made.attempts[0].duration = Millis{1840};
  made.attempts[0].verdict = verdict;
  return made;
}

}  // namespace

RunResult failed_journey() {
  RunResult made = run(RunVerdict::fail, "shop-checkout");
  StepResult open = step("open login page", StepStatus::passed, Millis{430});
  open.requests = {hop("GET", "https://shop.test/login?a=1&b", 302, Nanos{1'000'000}),
                   hop("GET", "https://shop.test/welcome", 200, Millis{213})};
  open.requests[0].evidence->response_headers = {
      {"location", "/welcome"}, {"set-cookie", "sid=***; Path=/; Secure; HttpOnly"}};
  open.requests[0].evidence->body_start.clear();
  StepResult add = step("add \"A & B\" to basket", StepStatus::failed, Millis{212});
  add.requests = {hop("POST", "https://shop.test/basket", 500, Millis{440})};
  add.requests[0].evidence->request_body_start = "item=1&password=***";
  add.requests[0].evidence->request_body_bytes = 24;
  add.failures = {{FailureKind::http_status,
                   "expect.status: wanted 201, got 500",
                   {"checks/a,b.check.yaml", 41, 11}}};
  StepResult ping = step("ping", StepStatus::degraded, Millis{20});
  ping.requests = {hop("PING", "icmp://shop.test", 0, Millis{660})};
  ping.requests[0].tls.reset();
  ping.requests[0].phases = {Millis{0}, Millis{0}, Millis{0}, Millis{20}, Millis{0}};
  ping.always = true;
  ping.requests[0].label = "round trip";
  ping.facts = {{"tls.expires_in", Value{std::int64_t{864'000'000}}},
                {"pop", Value{std::string{"FRA"}}}};
  ping.warnings = {{FailureKind::expectation,
                    "expect.warn.duration: wanted < 10 ms, got 20 ms",
                    {"checks/a,b.check.yaml", 52, 9}}};
  made.attempts[0].steps = {open, add, step("pay", StepStatus::skipped, Nanos{0}), ping};
  return made;
}

RunResult passed_on_retry() {
  RunResult made = run(RunVerdict::pass_on_retry, "home");
  StepResult broken = step("http", StepStatus::failed, Millis{5000});
  broken.requests = {hop("GET", "https://shop.test/", 0, Nanos{1'000'000})};
  broken.failures = {{FailureKind::timeout, "no complete response within 5 s", {}}};
  made.attempts[0].verdict = RunVerdict::fail;
  made.attempts[0].steps = {broken};
  StepResult good = step("http", StepStatus::passed, Millis{212});
  good.requests = {hop("GET", "https://shop.test/", 200, Nanos{1'000'000})};
  made.attempts.push_back(made.attempts[0]);
  made.attempts[1].verdict = RunVerdict::pass;
  made.attempts[1].steps = {good};
  return made;
}

RunResult unmeasured() {
  RunResult made = run(RunVerdict::unknown, "payments #1");
  StepResult broken = step("http", StepStatus::failed, Nanos{0});
  broken.failures = {{FailureKind::secret_missing,
                      "the secret TOKEN does not exist here",
                      {"checks/pay.check.yaml", 3, 5}}};
  made.attempts[0].steps = {broken};
  return made;
}

std::string golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(test::source_dir()) / "tests/data/cli" / name;
  if (std::getenv("PICKET_WRITE_GOLDEN") != nullptr && !std::filesystem::exists(path))
    std::ofstream(path, std::ios::binary) << text;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

}  // namespace picket::test
