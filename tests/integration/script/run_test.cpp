// The runner over the real HTTP client against servers on loopback.
#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>

#include "common/core/text.h"
#include "tests/support/check_run.h"
#include "tests/support/hostile_server.h"
#include "tests/support/process.h"

using namespace picket;
using namespace picket::agent;
using test::HostileServer;
using test::MapSecrets;
using test::RawConnection;
using test::run_check;

namespace {

Check check_of(const HttpAction& action) {
  Check check;
  check.name = CheckName{"shop"};
  check.timeout = Millis{5'000};
  check.retries = 0;
  Step step;
  step.name = "http";
  step.action = action;
  check.steps = {step};
  return check;
}

FailureKind failure_of(const HttpAction& action) {
  MapSecrets secrets;
  const RunResult result = run_check(check_of(action), secrets);
  CHECK(result.verdict == RunVerdict::fail);
  const auto summary = summarize_failure(result);
  REQUIRE(summary.has_value());
  CHECK(is_valid_utf8(summary->message));
  return summary->kind;
}

HttpAction get(const std::string& url) {
  HttpAction action;
  action.url = url;
  return action;
}

HostileServer::Behaviour answer(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_request();
    peer.send(bytes);
  };
}

std::string redirect_to(const std::string& location) {
  return "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
}

// Remembers every request whole: head and body by Content-Length.
class Recorder {
 public:
  Recorder() : server([this](RawConnection& peer) { record(peer); }) {}

  std::vector<std::string> requests() {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void record(RawConnection& peer) {
    std::string request = peer.read_request();
    const auto end = request.find("\r\n\r\n");
    const auto at = to_lower_ascii(request).find("content-length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
    while (request.size() < end + 4 + length) {
      const std::string more = peer.read_some();
      if (more.empty()) break;
      request += more;
    }
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(request);
    }
    peer.send(
        "HTTP/1.1 500 No\r\nSet-Cookie: sid=s3ss10n-value; Path=/\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n");
  }

  std::mutex mutex_;
  std::vector<std::string> requests_;

 public:
  HostileServer server;
};

// Start line, headers in any order with names in lower case, body. Which encodings are accepted is
// the client's own business.
std::vector<std::string> normal_form(const std::string& request) {
  const auto end = request.find("\r\n\r\n");
  std::vector<std::string> lines;
  for (const std::string& line : split(request.substr(0, end), '\n')) {
    const std::string text{trim_ascii(line)};
    const auto colon = text.find(": ");
    const bool header = colon != std::string::npos && !lines.empty();
    if (text.starts_with("Accept-Encoding: ")) continue;
    lines.push_back(header ? to_lower_ascii(text.substr(0, colon)) + text.substr(colon) : text);
  }
  std::sort(lines.begin() + 1, lines.end());
  lines.push_back(request.substr(end + 4));
  return lines;
}

}  // namespace

TEST_CASE("hostile answers end as failures of their own kind", "[integration]") {
  struct Row {
    const char* what;
    std::string bytes;
    FailureKind kind;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const Row& row :
       {Row{"a header of a megabyte", ok + "X: " + std::string(1 << 20, 'x') + "\r\n\r\n",
            FailureKind::header_too_large},
        Row{"a redirect to the metadata service", redirect_to("http://169.254.169.254/latest/"),
            FailureKind::blocked_address},
        Row{"a redirect to a file", redirect_to("file:///etc/passwd"),
            FailureKind::redirect_invalid},
        Row{"a redirect to itself", redirect_to("/"), FailureKind::redirect_limit},
        Row{"no HTTP", "\x01\xff\x1b[2J\r\n\r\n", FailureKind::http_protocol}}) {
    HostileServer server{answer(row.bytes)};
    INFO(row.what);
    CHECK(failure_of(get(server.url())) == row.kind);
  }
}

TEST_CASE("an endless body ends at its limit", "[integration]") {
  HostileServer server{[](RawConnection& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send(std::string(64 * 1024, 'x'))) {
    }
  }};
  HttpAction action = get(server.url());
  action.body_bytes_max = 1'000'000;
  CHECK(failure_of(action) == FailureKind::body_too_large);
}

TEST_CASE("invalid UTF-8 and control characters do not get past the evidence", "[integration]") {
  HostileServer server{
      answer("HTTP/1.1 500 \x1b[31mNo\r\nX-A: \xff\x1b[2J\r\n"
             "Content-Length: 6\r\n\r\n\xff\x1b[2Jx")};
  MapSecrets secrets;
  const RunResult result = run_check(check_of(get(server.url())), secrets);
  const RequestEvidence evidence = result.attempts[0].steps[0].requests.at(0).evidence.value();
  CHECK(is_valid_utf8(evidence.body_start));
  CHECK(evidence.body_start.find('\x1b') == std::string::npos);
  for (const auto& [name, value] : evidence.response_headers) {
    CHECK(is_valid_utf8(value));
    CHECK(value.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("the curl line of the evidence repeats the request in a shell", "[integration]") {
  Recorder recorder;
  MapSecrets secrets;
  secrets.values = {{"USER", "anna"}, {"PASSWORD", "p@ss 'w\"o$rd`\\é"}};
  HttpAction action = get(recorder.server.url("/in?x=[1]&y='q'"));
  action.method = "POST";
  action.headers = {{"x-quote", "it's $HOME `id` \"x\""}, {"x-empty", ""}, {"x-p", "é"}};
  std::vector<HttpAction> actions(3, action);
  actions[0].body_kind = BodyKind::form;
  actions[0].form = {{"user", "${{ secrets.USER }}"}, {"p w", "${{ secrets.PASSWORD }}"}};
  actions[1].body_kind = BodyKind::json;
  actions[1].body = R"({"p":"${{ secrets.PASSWORD }}"})";
  actions[1].basic = {{"anna", "${{ secrets.PASSWORD }}"}};
  actions[2].body_kind = BodyKind::raw;
  actions[2].body = "@first line\nsecond ${{ secrets.PASSWORD }}\t\\";
  actions[2].bearer = "${{ secrets.PASSWORD }}";
  for (const HttpAction& sent : actions) {
    const std::size_t before = recorder.requests().size();
    Check check = check_of(sent);
    check.secrets = {"PASSWORD", "USER"};
    check.steps.push_back(check.steps[0]);  // the second one sends the cookie of the first
    check.steps[0].continue_on_failure = true;
    const RunResult result = run_check(check, secrets);
    const std::string line = result.attempts[0].steps[1].requests.at(0).evidence->curl;
    INFO(line);
    CHECK(line.find("p@ss") == std::string::npos);
    test::Process shell{{.command = {"bash", "-c", line},
                         .output_file = {},
                         .environment = {"USER=anna", "PASSWORD=" + secrets.values["PASSWORD"],
                                         "COOKIE_SID=s3ss10n-value"},
                         .directory = {}}};
    REQUIRE(shell.wait(std::chrono::seconds{20}) == 0);
    const auto requests = recorder.requests();
    REQUIRE(requests.size() == before + 3);
    CHECK(normal_form(requests[before + 2]) == normal_form(requests[before + 1]));
  }
}
