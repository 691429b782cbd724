#include "agent/probe/http_probe.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::agent;

namespace {

test::Reply redirect(int status, const std::string& location) {
  test::Reply reply;
  reply.status = status;
  reply.headers = {{"Location", location}};
  return reply;
}

struct World {
  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'795'314'000'000)};
  async::TaskGroup group{context.get_executor()};
  test::ScriptedHttp http{clock};
  HttpProbe probe{http, clock};
  std::unique_ptr<HttpSession> session =
      probe.open(SessionOptions{"picket/1", "0af7651916cd43dd8448eb211c80319c", 1});

  ProbeOutcome get(const std::string& url, int redirects_max = 10) {
    HttpAction action;
    action.url = url;
    action.redirects_max = redirects_max;
    return send(action);
  }

  ProbeOutcome send(const HttpAction& action, std::vector<std::string> secret_headers = {}) {
    HttpCall request{action, std::move(secret_headers), Deadline::after(clock.now(), Seconds{10})};
    ProbeOutcome outcome;
    group.spawn("probe", keep(*session, std::move(request), outcome));
    sim::run_for(context, clock, minutes{1});
    return outcome;
  }

 private:
  static async::Task<void> keep(HttpSession& session, HttpCall request, ProbeOutcome& out) {
    auto outcome = co_await session.request(std::move(request));
    if (outcome) out = std::move(*outcome);
  }
};

FailureKind kind_of(const ProbeOutcome& outcome) {
  REQUIRE(outcome.failure.has_value());
  return outcome.failure->kind;
}

}  // namespace

TEST_CASE("methods change over redirects as browsers change them", "[probe]") {
  struct Row {
    int status;
    const char* method;
    const char* wanted;
  };
  for (const Row& row : {Row{301, "POST", "GET"}, Row{302, "POST", "GET"}, Row{303, "POST", "GET"},
                         Row{307, "POST", "POST"}, Row{308, "POST", "POST"}, Row{301, "PUT", "PUT"},
                         Row{302, "DELETE", "DELETE"}, Row{303, "PUT", "GET"},
                         Row{303, "HEAD", "HEAD"}, Row{301, "GET", "GET"}}) {
    World w;
    HttpAction action;
    action.method = row.method;
    action.url = "https://a.test/";
    action.body_kind = BodyKind::raw;
    action.body = "payload";
    w.http.on(row.method, "https://a.test/", redirect(row.status, "/next"));
    w.http.otherwise([](const http::Request&) { return test::Reply{}; });
    const ProbeOutcome outcome = w.send(action);
    INFO(row.status << ' ' << row.method);
    REQUIRE(outcome.hops.size() == 2);
    const http::Request& second = outcome.hops[1].request;
    CHECK(second.method == row.wanted);
    const bool kept = std::string{row.method} == row.wanted;
    CHECK((second.body == "payload") == kept);
    CHECK(http::find_header(second.headers, "content-type").has_value() == kept);
  }
}

TEST_CASE("every hop is measured and the last one is the answer", "[probe]") {
  World w;
  test::Reply slow = redirect(302, "https://b.test/x");
  slow.delay = Millis{100};
  w.http.on("GET", "https://a.test/", slow);
  test::Reply last;
  last.delay = Millis{200};
  last.headers = {{"x-pop", "FRA"}};
  w.http.on("GET", "https://b.test/x", last);
  const ProbeOutcome outcome = w.get("https://a.test/");
  REQUIRE(outcome.hops.size() == 2);
  CHECK_FALSE(outcome.failure.has_value());
  CHECK(outcome.hops[0].duration == Millis{100});
  CHECK(outcome.hops[1].duration == Millis{200});
  CHECK(outcome.hops[1].pop == "FRA");
}

TEST_CASE("the check's own cookie header goes along while the origin stays", "[probe]") {
  World w;
  HttpAction action;
  action.url = "https://a.test/";
  action.headers = {{"cookie", "own=1"}};
  test::Reply first = redirect(302, "/next");
  first.headers.emplace_back("set-cookie", "jar=2");
  w.http.on("GET", "https://a.test/", first);
  w.http.on("GET", "https://a.test/next", redirect(302, "https://b.test/"));
  w.http.on("GET", "https://b.test/", redirect(302, "https://a.test/last"));
  w.http.otherwise([](const http::Request&) { return test::Reply{}; });
  const ProbeOutcome outcome = w.send(action);
  REQUIRE(outcome.hops.size() == 4);
  const auto cookies = [&](std::size_t hop) {
    std::string out;
    for (const auto& [name, value] : outcome.hops[hop].request.headers)
      if (name == "cookie") out += value + ";";
    return out;
  };
  CHECK(cookies(0) == "own=1;");
  CHECK(cookies(1) == "own=1;jar=2;");
  CHECK(cookies(2) == "");
  CHECK(cookies(3) == "jar=2;");
}

TEST_CASE("credentials are not sent to another origin, nor back again", "[probe]") {
  for (const std::string to : {"https://b.test/", "http://a.test/", "https://a.test:8443/"}) {
    World w;
    HttpAction action;
    action.url = "https://a.test/";
    action.bearer = "tok";
    action.headers = {{"x-key", "secret"}, {"x-plain", "1"}, {"cookie", "own=1"}};
    w.http.on("GET", "https://a.test/", redirect(302, to));
    w.http.on("GET", to, redirect(302, "https://a.test/back"));
    w.http.otherwise([](const http::Request&) { return test::Reply{}; });
    const ProbeOutcome outcome = w.send(action, {"x-key"});
    INFO(to);
    REQUIRE(outcome.hops.size() == 3);
    CHECK(http::find_header(outcome.hops[0].request.headers, "authorization") == "Bearer tok");
    for (int hop : {1, 2}) {
      const http::Headers& headers = outcome.hops[static_cast<size_t>(hop)].request.headers;
      CHECK_FALSE(http::find_header(headers, "authorization").has_value());
      CHECK_FALSE(http::find_header(headers, "x-key").has_value());
      CHECK_FALSE(http::find_header(headers, "cookie").has_value());
      CHECK(http::find_header(headers, "x-plain") == "1");
    }
  }
}

TEST_CASE("credentials stay on the same origin", "[probe]") {
  World w;
  HttpAction action;
  action.url = "https://a.test/";
  action.bearer = "tok";
  w.http.on("GET", "https://a.test/", redirect(302, "https://a.test:443/next"));
  w.http.otherwise([](const http::Request&) { return test::Reply{}; });
  const ProbeOutcome outcome = w.send(action);
  REQUIRE(outcome.hops.size() == 2);
  CHECK(http::find_header(outcome.hops[1].request.headers, "authorization") == "Bearer tok");
}

TEST_CASE("redirects end at their limit, and none are followed at zero", "[probe]") {
  World w;
  w.http.otherwise([](const http::Request&) { return redirect(302, "/again"); });
  const ProbeOutcome looping = w.get("https://a.test/", 3);
  CHECK(kind_of(looping) == FailureKind::redirect_limit);
  CHECK(looping.hops.size() == 4);
  const ProbeOutcome shown = w.get("https://a.test/", 0);
  CHECK_FALSE(shown.failure.has_value());
  CHECK(shown.hops.back().exchange.status == 302);
}

TEST_CASE("a redirect that leaves HTTP is refused before anything is opened", "[probe]") {
  for (const char* location : {"file:///etc/passwd", "gopher://a.test/", "javascript:alert(1)",
                               "https://", "//", "http://a.test\x01/"}) {
    World w;
    w.http.on("GET", "https://a.test/", redirect(302, location));
    const ProbeOutcome outcome = w.get("https://a.test/");
    INFO(location);
    CHECK(kind_of(outcome) == FailureKind::redirect_invalid);
    CHECK(outcome.hops.size() == 1);
  }
}

TEST_CASE("a redirect status without a location is the answer", "[probe]") {
  World w;
  test::Reply bare;
  bare.status = 302;
  w.http.on("GET", "https://a.test/", bare);
  CHECK_FALSE(w.get("https://a.test/").failure.has_value());
}

TEST_CASE("cookies of one step are sent with the next, and a session ends with its attempt",
          "[probe]") {
  World w;
  test::Reply login = redirect(303, "/account");
  login.headers.emplace_back("Set-Cookie", "sid=1; Path=/; Secure; HttpOnly");
  w.http.on("GET", "https://a.test/login", login);
  w.http.otherwise([](const http::Request&) { return test::Reply{}; });
  const ProbeOutcome outcome = w.get("https://a.test/login");
  REQUIRE(outcome.hops.size() == 2);
  CHECK(http::find_header(outcome.hops[1].request.headers, "cookie") == "sid=1");
  REQUIRE(outcome.cookies.size() == 1);
  CHECK(outcome.cookies[0].http_only);
  const ProbeOutcome later = w.get("https://a.test/later");
  CHECK(http::find_header(later.hops[0].request.headers, "cookie") == "sid=1");
  w.session = w.probe.open(SessionOptions{"picket/1", {}, 2});
  const ProbeOutcome fresh = w.get("https://a.test/later");
  CHECK_FALSE(http::find_header(fresh.hops[0].request.headers, "cookie").has_value());
}

TEST_CASE("every hop has the run's trace and a span of its own", "[probe]") {
  World w;
  w.http.on("GET", "https://a.test/", redirect(302, "/next"));
  w.http.otherwise([](const http::Request&) { return test::Reply{}; });
  const ProbeOutcome outcome = w.get("https://a.test/");
  REQUIRE(outcome.hops.size() == 2);
  const auto first = http::find_header(outcome.hops[0].request.headers, "traceparent").value();
  const auto second = http::find_header(outcome.hops[1].request.headers, "traceparent").value();
  CHECK(first.starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
  CHECK(first.size() == 55);
  CHECK(first != second);
  HttpAction own;
  own.url = "https://a.test/own";
  own.headers = {{"traceparent", "00-mine"}};
  CHECK(http::find_header(w.send(own).hops[0].request.headers, "traceparent") == "00-mine");
}

TEST_CASE("all hops share one deadline", "[probe]") {
  World w;
  w.http.otherwise([](const http::Request&) {
    test::Reply reply = redirect(302, "/again");
    reply.delay = Seconds{4};
    return reply;
  });
  const ProbeOutcome outcome = w.get("https://a.test/");
  CHECK(kind_of(outcome) == FailureKind::timeout);
  CHECK(outcome.hops.size() == 3);
}

TEST_CASE("every address is asked alike and a redirect stays at its address", "[probe]") {
  World world;
  world.http.answer("GET", "http://a.test/", [](const http::Request& request) {
    test::Reply reply = redirect(302, "http://a.test/in");
    reply.headers.emplace_back("Set-Cookie", "seen=" + request.address);
    reply.addresses = {"192.0.2.1", "192.0.2.2"};
    return reply;
  });
  world.http.answer("GET", "http://a.test/in", [](const http::Request& request) {
    test::Reply reply;
    if (request.address == "192.0.2.2") reply.failure = FailureKind::connect_refused;
    return reply;
  });
  HttpAction action;
  action.url = "http://a.test/";
  action.route.every_address = true;
  const ProbeOutcome outcome = world.send(action);
  const auto& requests = world.http.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[0].first_address_only);
  CHECK(requests[0].address.empty());
  CHECK(requests[1].address == "192.0.2.1");
  CHECK(requests[2].address == "192.0.2.2");
  CHECK(requests[3].address == "192.0.2.2");
  CHECK_FALSE(http::find_header(requests[2].headers, "cookie"));
  CHECK(http::find_header(requests[3].headers, "cookie") == "seen=192.0.2.2");
  CHECK(kind_of(outcome) == FailureKind::connect_refused);
  CHECK_THAT(outcome.failure->message, Catch::StartsWith("1 of 2 addresses fail: 192.0.2.2: "));
  CHECK(outcome.answers.empty());  // nothing is judged of a step that failed
  CHECK(outcome.hops.back().label == "192.0.2.2");
}

TEST_CASE("cookies of one name are kept apart by their paths", "[probe]") {
  World world;
  test::Reply reply;
  reply.headers = {{"Set-Cookie", "id=1; Path=/"},
                   {"Set-Cookie", "id=2; Path=/shop"},
                   {"Set-Cookie", "id=3; Path=/"}};
  world.http.on("GET", "http://a.test/", reply);
  const ProbeOutcome outcome = world.get("http://a.test/");
  REQUIRE(outcome.cookies.size() == 2);
  CHECK(outcome.cookies[0].value == "2");
  CHECK(outcome.cookies[1].value == "3");
}
