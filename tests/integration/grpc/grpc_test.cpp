// Whole runs of grpc checks against grpc-js with its health service, in the clear and with TLS, and
// against what is no gRPC server.
#include <catch2/catch.hpp>

#include "tests/support/check_run.h"
#include "tests/support/hostile_server.h"
#include "tests/support/npm_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace picket::agent {
namespace {

struct Bench {
  test::MapSecrets secrets;
  std::vector<Expectation> expect;
  Millis timeout{5'000};

  RunResult run(const GrpcAction& action) {
    Check check;
    check.name = CheckName{"health"};
    check.timeout = timeout;
    check.retries = 0;
    for (const auto& [name, value] : secrets.values) check.secrets.push_back(name);
    Step step;
    step.name = "grpc";
    step.action = action;
    step.expect = expect;
    check.steps = {step};
    return test::run_check(check, secrets);
  }
};

std::string summary(const RunResult& result) {
  const auto failure = summarize_failure(result);
  if (!failure) return "passes";
  return std::string(to_string(failure->kind)) + ": " + failure->message;
}

std::string fact(const RunResult& result, const std::string& name) {
  for (const NamedFact& fact : result.attempts.back().steps.front().facts)
    if (fact.name == name) return std::get<std::string>(fact.value);
  return "(none)";
}

GrpcAction plain(int port, const std::string& service) {
  GrpcAction action;
  action.address = "127.0.0.1:" + std::to_string(port);
  action.service = service;
  action.tls = false;
  return action;
}

Expectation expects(const std::string& name, const std::string& value) {
  Expectation expectation;
  expectation.subject = Subject::fact;
  expectation.key = name;
  Matcher matcher;
  matcher.op = MatchOp::equals;
  matcher.operand = value;
  expectation.matchers = {matcher};
  return expectation;
}

TEST_CASE("each answer of a health service in the clear has its verdict", "[grpc]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  const test::NpmServer server(directory.path(), "grpc_health.mjs");
  struct Row {
    const char* service;
    const char* summary;
    const char* status;
    const char* serving;
  };
  const Row rows[] = {
      {"", "passes", "OK", "SERVING"},
      {"shop.Serving", "passes", "OK", "SERVING"},
      {"shop.NotServing", "grpc_unhealthy: shop.NotServing is NOT_SERVING", "OK", "NOT_SERVING"},
      {"shop.Unknown", "grpc_unhealthy: shop.Unknown is UNKNOWN", "OK", "UNKNOWN"},
      {"shop.None", "grpc_status: the call ended with NOT_FOUND: no service shop.None", "NOT_FOUND",
       "(none)"},
      {"error.UNAVAILABLE", "grpc_status: the call ended with UNAVAILABLE: provoked: UNAVAILABLE",
       "UNAVAILABLE", "(none)"},
      {"error.PERMISSION_DENIED",
       "grpc_status: the call ended with PERMISSION_DENIED: provoked: PERMISSION_DENIED",
       "PERMISSION_DENIED", "(none)"},
  };
  for (const Row& row : rows) {
    INFO(row.service);
    Bench bench;
    const RunResult result = bench.run(plain(server.port(), row.service));
    CHECK(summary(result) == row.summary);
    CHECK(fact(result, "grpc.status") == row.status);
    CHECK(fact(result, "serving") == row.serving);
    CHECK(result.attempts.back().steps.front().requests.back().http_version == "2");
  }
}

TEST_CASE("an expectation judges the answer in place of the probe", "[grpc]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  const test::NpmServer server(directory.path(), "grpc_health.mjs");
  Bench bench;
  bench.expect = {expects("serving", "NOT_SERVING")};
  CHECK(summary(bench.run(plain(server.port(), "shop.NotServing"))) == "passes");
  CHECK_THAT(summary(bench.run(plain(server.port(), "shop.Serving"))),
             Catch::StartsWith("expectation: expect.serving"));
  CHECK_THAT(summary(bench.run(plain(server.port(), "shop.None"))),
             Catch::StartsWith("grpc_status"));
  bench.expect = {expects("grpc.status", "NOT_FOUND")};
  CHECK(summary(bench.run(plain(server.port(), "shop.None"))) == "passes");
  CHECK_THAT(summary(bench.run(plain(server.port(), "shop.Serving"))),
             Catch::StartsWith("expectation: expect.grpc.status"));
}

TEST_CASE("metadata arrives, deadlines end the call", "[grpc]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  const test::NpmServer server(directory.path(), "grpc_health.mjs");
  Bench bench;
  GrpcAction action = plain(server.port(), "shop.Metadata");
  CHECK_THAT(summary(bench.run(action)), Catch::StartsWith("grpc_unhealthy"));
  action.metadata = {{"x-probe", "picket"}};
  const RunResult passed = bench.run(action);
  CHECK(summary(passed) == "passes");
  const auto& evidence = passed.attempts.back().steps.front().requests.back().evidence;
  REQUIRE(evidence);
  CHECK_THAT(evidence->curl, Catch::StartsWith("grpcurl -plaintext -d '{\"service\":"));
  bench.timeout = Millis{500};
  const std::string hung = summary(bench.run(plain(server.port(), "shop.Hang")));
  // Who notices first: the server by grpc-timeout, or we.
  CHECK((hung.starts_with("timeout") || hung.find("DEADLINE_EXCEEDED") != std::string::npos));
}

TEST_CASE("TLS, a CA of one's own and client certificates", "[grpc]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  const test::TestAuthority authority(directory.path(), "ca");
  const auto files = authority.issue({"grpc", "DNS:grpc.test,IP:127.0.0.1", {}, {}, false});
  const auto mine = authority.issue({"probe", "DNS:probe", {}, {}, false});
  const test::NpmServer server(directory.path(), "grpc_health.mjs",
                               "{\"cert\":\"" + files.certificate + "\",\"key\":\"" + files.key +
                                   "\",\"client_ca\":\"" + authority.ca_file() + "\"}");
  Bench bench;
  bench.secrets.values["PROBE"] = test::read_file(mine.certificate) + test::read_file(mine.key);
  GrpcAction action = plain(server.port(), "");
  action.tls = true;
  CHECK_THAT(summary(bench.run(action)), Catch::StartsWith("tls_untrusted"));
  action.route.ca = test::read_file(authority.ca_file());
  // Node closes the connection of a client without a certificate, without an alert.
  CHECK_THAT(summary(bench.run(action)), !Catch::Contains("passes"));
  action.route.client_certificate = "${{ secrets.PROBE }}";
  const RunResult passed = bench.run(action);
  CHECK(summary(passed) == "passes");
  CHECK(passed.attempts.back().steps.front().requests.back().tls->version == "TLSv1.3");
  action.route.server_name = "other.test";
  CHECK_THAT(summary(bench.run(action)), Catch::StartsWith("tls_name_mismatch"));
}

TEST_CASE("what is no gRPC server is said to be none", "[grpc]") {
  Bench bench;
  test::HostileServer web([](test::RawConnection& peer) {
    peer.read_some();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    peer.hold();
  });
  CHECK_THAT(summary(bench.run(plain(web.port(), ""))), Catch::StartsWith("http_protocol"));
  CHECK_THAT(summary(bench.run(plain(test::unused_port(), ""))),
             Catch::StartsWith("connect_refused"));
  // HTTP/2 that answers without trailers: an empty 200 (HPACK 0x88) that ends the stream.
  test::HostileServer bare([](test::RawConnection& peer) {
    peer.read_some();
    peer.send(
        std::string("\0\0\0\4\0\0\0\0\0"
                    "\0\0\0\4\1\0\0\0\0"
                    "\0\0\1\1\5\0\0\0\1\x88",
                    28));
    peer.hold();
  });
  CHECK(summary(bench.run(plain(bare.port(), ""))) == "grpc_protocol: the content type is none");
}

}  // namespace
}  // namespace picket::agent
