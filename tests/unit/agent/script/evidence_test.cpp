#include "agent/script/evidence.h"

#include <catch2/catch.hpp>

#include "common/core/hex.h"
#include "common/core/text.h"
#include "common/http/url.h"
#include "common/wire/wire.h"
#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

const std::string kBase = "https://shop.test/";
const std::string kCanary = "CANARY/\"1\" <&>é";  // every escape there is changes it
const std::string kSession = "session-canary-22";
const std::string kToken = "token-canary-3333";

// What a hostile or careless server may do with what it is sent.
std::vector<std::string> forms_of(const std::string& value) {
  std::string json;
  std::string html;
  for (const char c : value) {
    json += c == '"' ? "\\\"" : std::string{c};
    html += c == '"' ? "&quot;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;"
                                                                                  : std::string{c};
  }
  return {value, http::percent_encode(value), to_lower_ascii(http::percent_encode(value)), json,
          html, to_base64(value), to_base64("anna:" + value)};
}

std::string echo_all() {
  std::string body;
  for (const std::string& secret : {kCanary, kSession, kToken})
    for (const std::string& form : forms_of(secret)) body += "[" + form + "]\n";
  return body;
}

test::Reply hostile(int status) {
  test::Reply reply;
  reply.status = status;
  reply.body = std::string(1990, '.') + echo_all();  // secrets lie across the cut as well
  reply.headers = {{"set-cookie", "sid=" + kSession + "; Path=/"},
                   {"x-echo", kCanary + " " + http::percent_encode(kCanary)},
                   {"x-" + kToken, "1"},
                   {"authorization", "Bearer " + kToken},
                   {"x-pop", kToken},
                   {"content-type", "text/plain; v=" + kSession}};
  return reply;
}

Check careless_check() {
  Step login = http_step("log in", "POST", kBase + "in");
  HttpAction& action = http_of(login);
  action.query = {{"u", "${{ secrets.PASSWORD }}"}};
  action.basic = {{"anna", "${{ secrets.PASSWORD }}"}};
  action.headers = {{"x-key", "${{ secrets.PASSWORD }}"}};
  action.body_kind = BodyKind::form;
  action.form = {{"password", "${{ secrets.PASSWORD }}"}};
  login.captures = {capture_of("access_token", CaptureSource::regex, "token-canary-[0-9]+")};
  login.continue_on_failure = true;
  login.expect = {
      expect(Subject::body, "", MatchOp::equals, Value{std::string{"${{ secrets.PASSWORD }}"}}),
      expect(Subject::header, "x-echo", MatchOp::equals, Value{std::string{"x"}})};
  Step use = http_step("use", "POST", kBase + "use/${{ capture.access_token }}");
  http_of(use).bearer = "${{ capture.access_token }}";
  http_of(use).body_kind = BodyKind::json;
  http_of(use).body = R"({"p":"${{ secrets.PASSWORD }}","t":"${{ capture.access_token }}"})";
  Check check = check_of({login, use}, 1);
  check.secrets = {"PASSWORD"};
  return check;
}

}  // namespace

TEST_CASE("no canary leaves in any form, whatever the target sends back", "[evidence]") {
  World w;
  w.keep_evidence = true;
  w.secrets.values["PASSWORD"] = kCanary;
  w.http.otherwise([](const http::Request&) { return hostile(500); });
  const RunResult result = w.run(careless_check());
  REQUIRE(result.attempts.size() == 2);
  const std::string wire = wire::serialize(wire::encode(result));
  for (const std::string& secret : {kCanary, kSession, kToken})
    for (const std::string& form : forms_of(secret)) {
      INFO(form);
      CHECK(to_lower_ascii(wire).find(to_lower_ascii(form)) == std::string::npos);
    }
  CHECK(wire.find("CANARY") == std::string::npos);
  CHECK(wire.find("anary-") == std::string::npos);
  CHECK(wire.find("$PASSWORD") != std::string::npos);
  for (const AttemptFailed& failed : w.reported) {
    const std::string reported = wire::serialize(wire::encode(failed));
    CHECK(reported.find("CANARY") == std::string::npos);
    CHECK(reported.find("anary-") == std::string::npos);
  }
}

TEST_CASE("a URL that a secret makes invalid does not show it, wherever the message is cut",
          "[evidence]") {
  for (std::size_t padding = 100; padding < 1100; padding += 7) {
    World w;
    w.secrets.values["PASSWORD"] = "canary with spaces";
    Check check = check_of(
        {http_step("home", "GET", kBase + std::string(padding, 'x') + "${{ secrets.PASSWORD }}")});
    check.secrets = {"PASSWORD"};
    const Failure failure = w.run(check).attempts[0].steps[0].failures.at(0);
    CHECK(failure.kind == FailureKind::invalid_request);
    CHECK(failure.message.find("cana") == std::string::npos);
    CHECK(failure.message.size() <= 1000);
  }
}

TEST_CASE("evidence is cut, clean and valid UTF-8 whatever the target sends", "[evidence]") {
  World w;
  test::Reply reply;
  reply.status = 500;
  reply.body = "\x1b[2J\xff\x00\xc3(" + std::string(1'000'000, 'x');
  for (int i = 0; i < 100; ++i)
    reply.headers.emplace_back("x-h" + std::to_string(i), "\xfe" + std::string(2000, 'y'));
  w.http.on("GET", kBase, reply);
  const RunResult result = w.run(check_of({http_step("home", "GET", kBase)}));
  const RequestEvidence& evidence = *result.attempts[0].steps[0].requests.at(0).evidence;
  CHECK(evidence.body_start.size() <= kBodyStartBytes);
  CHECK(is_valid_utf8(evidence.body_start));
  CHECK(evidence.body_start.find('\x1b') == std::string::npos);
  CHECK(evidence.response_headers.size() == kHeadersMax);
  for (const auto& [name, value] : evidence.response_headers) {
    CHECK(value.size() <= kHeaderBytesMax);
    CHECK(is_valid_utf8(value));
  }
}

TEST_CASE("the request's body is evidence too: redacted, cut, with its full size", "[evidence]") {
  World w;
  w.secrets.values["PASSWORD"] = "hunter22";
  w.http.on("POST", kBase, test::Reply{});
  w.keep_evidence = true;
  Step step = http_step("log in", "POST", kBase);
  auto& action = std::get<HttpAction>(step.action);
  action.body_kind = BodyKind::raw;
  action.body = "password=${{ secrets.PASSWORD }}&" + std::string(5000, 'x');
  Check check = check_of({step});
  check.secrets = {"PASSWORD"};
  const RunResult result = w.run(check);
  const RequestEvidence& evidence = *result.attempts[0].steps[0].requests.at(0).evidence;
  CHECK(evidence.request_body_start.starts_with("password=***&xxx"));
  CHECK(evidence.request_body_start.size() <= kBodyStartBytes);
  CHECK(evidence.request_body_bytes == 5018);
}

TEST_CASE("hops know when they began and how large their body was", "[evidence]") {
  World w;
  test::Reply reply;
  reply.body = std::string(5000, 'x');
  w.http.on("GET", kBase, reply);
  w.keep_evidence = true;
  Step wait;
  wait.name = "wait";
  wait.action = WaitAction{Millis{700}};
  const RunResult result = w.run(check_of({wait, http_step("home", "GET", kBase)}));
  const RequestResult& request = result.attempts[0].steps[1].requests.at(0);
  CHECK(request.start == Millis{700});
  CHECK(request.evidence->body_decoded_bytes == 5000);
  CHECK(request.evidence->body_start.size() <= kBodyStartBytes);
}

TEST_CASE("a passing step keeps evidence only when it is asked for", "[evidence]") {
  World w;
  w.http.on("GET", kBase, test::Reply{});
  const Check check = check_of({http_step("home", "GET", kBase)});
  CHECK_FALSE(w.run(check).attempts[0].steps[0].requests[0].evidence.has_value());
  w.keep_evidence = true;
  CHECK(w.run(check).attempts[0].steps[0].requests[0].evidence.has_value());
}

TEST_CASE("credentials are masked in headers even when nobody called them secret", "[evidence]") {
  Hop hop;
  hop.request.url = kBase;
  hop.request.headers = {{"Authorization", "Bearer abc"}, {"Cookie", "a=1; b=2"}};
  hop.exchange.headers = {{"Set-Cookie", "sid=xyz; Path=/; HttpOnly"}, {"x-api-key", "k"}};
  const RequestEvidence evidence = make_evidence(hop, Redactor{});
  CHECK(evidence.request_headers[0].second == "Bearer ***");
  CHECK(evidence.request_headers[1].second == "a=***; b=***");
  CHECK(evidence.response_headers[0].second == "sid=***; Path=/; HttpOnly");
  CHECK(evidence.response_headers[1].second == "***");
  CHECK(evidence.curl.find("$AUTHORIZATION") != std::string::npos);
  CHECK(evidence.curl.find("\"$COOKIE_A\"") != std::string::npos);
}

TEST_CASE("captures from cookies and tokens are secret unless the check says otherwise",
          "[evidence]") {
  const auto body_of = [](const Capture& capture) {
    World w;
    test::Reply reply;
    reply.status = 200;
    reply.body = "value-of-capture";
    reply.headers = {{"set-cookie", "c=value-of-capture"}, {"x-v", "value-of-capture"}};
    w.http.on("GET", kBase, reply);
    w.keep_evidence = true;
    Step step = http_step("home", "GET", kBase);
    step.captures = {capture};
    return w.run(check_of({step})).attempts[0].steps[0].requests[0].evidence->body_start;
  };
  Capture header = capture_of("order", CaptureSource::header, "x-v");
  Capture token = capture_of("csrf_token", CaptureSource::regex, ".+");
  // The cookie itself is masked by value in any case: here it is the capture that tells.
  header.secret = true;
  CHECK(body_of(header) == "***");
  CHECK(body_of(token) == "***");
  CHECK(looks_like_token(token, "x"));
  CHECK_FALSE(looks_like_token(capture_of("id", CaptureSource::jsonpath, "$.id"), "42"));
  CHECK(looks_like_token(capture_of("id", CaptureSource::jsonpath, "$.id"),
                         "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc"));
}
