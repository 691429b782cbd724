// Tokens kept between runs, in virtual time against a scripted provider.
#include "agent/probe/oauth_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;

struct World {
  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'795'314'000'000)};
  async::TaskGroup group{context.get_executor()};
  test::ScriptedHttp http{clock};
  Probes probes{{http, clock}};
  std::unique_ptr<ProbeSession> session;
  int issued{0};
  int status{200};
  Nanos delay{0};

  World() {
    http.answer("POST", "https://id.test/token", [this](const http::Request&) {
      test::Reply reply;
      reply.status = status;
      reply.delay = delay;
      reply.body = status == 200
                       ? fmt::format(R"({{"access_token":"token-{}","token_type":"Bearer",)"
                                     R"("expires_in":600}})",
                                     ++issued)
                       : R"({"error":"server_error"})";
      return reply;
    });
    // The API takes the newest token only.
    http.answer("GET", "https://api.test/", [this](const http::Request& request) {
      test::Reply reply;
      const auto sent = http::find_header(request.headers, "authorization");
      reply.status = sent == fmt::format("Bearer token-{}", issued) ? 200 : 401;
      return reply;
    });
    begin();
  }

  void begin() {  // another run
    SessionOptions options;
    options.check.value = "shop";
    session = probes.open(options);
  }

  ProbeOutcome run(Action action, const std::string& step = "token") {
    ProbeRequest request{.action = std::move(action),
                         .secret_headers = {},
                         .deadline = Deadline::after(clock.now(), 20s),
                         .step = step,
                         .judged = {}};
    ProbeOutcome outcome;
    group.spawn("probe", keep(*session, std::move(request), outcome));
    pass(1s);
    return outcome;
  }

  void pass(Nanos span) { sim::run_until(context, clock, clock.now() + span); }

 private:
  static async::Task<void> keep(ProbeSession& session, ProbeRequest request, ProbeOutcome& out) {
    auto outcome = co_await session.run(std::move(request));
    if (outcome) out = std::move(*outcome);
  }
};

OAuthAction machine(std::optional<Millis> cache = 5min) {
  OAuthAction action;
  action.flow = "client_credentials";
  action.token_endpoint = "https://id.test/token";
  action.client_id = "shop";
  action.client_secret = "secret";
  action.token.cache = cache;
  action.token.refetch_on_401 = true;
  return action;
}

HttpAction api(const std::string& token) {
  HttpAction action;
  action.url = "https://api.test/";
  action.bearer = token;
  return action;
}

std::string token_in(const ProbeOutcome& outcome) {
  return outcome.captures.empty() ? "none" : outcome.captures.front().value;
}

bool is_cached(const ProbeOutcome& outcome) {
  return outcome.facts.at("token.cached").values.front() == Value{true};
}

std::string hops_of(const ProbeOutcome& outcome) {
  std::string out;
  for (const Hop& hop : outcome.hops) out += hop.request.method + " " + hop.label + ";";
  return out;
}

TEST_CASE("without a cache each run fetches its tokens", "[oauth]") {
  World w;
  CHECK(token_in(w.run(machine(std::nullopt))) == "token-1");
  CHECK(token_in(w.run(machine(std::nullopt))) == "token-2");
}

TEST_CASE("a run that uses kept tokens says so", "[oauth]") {
  World w;
  const ProbeOutcome first = w.run(machine());
  CHECK_FALSE(is_cached(first));
  CHECK(hops_of(first) == "POST token;");
  w.pass(3min);
  const ProbeOutcome second = w.run(machine());
  CHECK(is_cached(second));
  CHECK(token_in(second) == "token-1");
  CHECK(hops_of(second) == "CACHE tokens of 3 min 1 s ago;");
  CHECK(second.facts.at("token.age").values.front() == Value{std::int64_t{181'000}});
  CHECK(second.facts.at("token.type").values.front() == Value{std::string{"Bearer"}});
  CHECK(w.http.requests().size() == 1);
  w.pass(2min);
  CHECK(token_in(w.run(machine())) == "token-2");
}

TEST_CASE("other checks, steps, clients and secrets have their own tokens", "[oauth]") {
  World w;
  w.run(machine());
  CHECK(token_in(w.run(machine(), "other step")) == "token-2");
  OAuthAction changed = machine();
  changed.client_secret = "rotated";
  CHECK(token_in(w.run(changed)) == "token-3");
  changed.scope = "orders:read";
  CHECK(token_in(w.run(changed)) == "token-4");
  CHECK(token_in(w.run(machine())) == "token-1");
}

TEST_CASE("tokens are kept no longer than the provider grants", "[oauth]") {
  World w;
  w.run(machine(Millis{1h}));
  w.pass(10min);
  CHECK(token_in(w.run(machine(Millis{1h}))) == "token-2");
}

TEST_CASE("in the last fifth of their life new tokens are fetched in the background", "[oauth]") {
  World w;
  w.run(machine());
  w.pass(4min);
  w.delay = 500ms;
  const ProbeOutcome second = w.run(machine());
  CHECK(token_in(second) == "token-1");  // it did not wait
  CHECK(w.issued == 2);
  CHECK(token_in(w.run(machine())) == "token-2");
}

TEST_CASE("a broken endpoint degrades the next run, and fails it when tokens end", "[oauth]") {
  World w;
  w.run(machine());
  w.status = 500;
  w.pass(4min);
  CHECK(w.run(machine()).warnings.empty());  // learned only after it
  const ProbeOutcome third = w.run(machine());
  CHECK_FALSE(third.failure);
  REQUIRE(third.warnings.size() == 1);
  CHECK(third.warnings[0].kind == FailureKind::oauth_token);
  CHECK(third.warnings[0].message ==
        "fetching new tokens failed, kept ones are used: token: refused with 500, server_error");
  w.run(machine());
  const std::size_t before = w.http.requests().size();
  w.run(machine());  // the breaker is open
  CHECK(w.http.requests().size() == before);
  w.pass(1min);
  const ProbeOutcome expired = w.run(machine());
  REQUIRE(expired.failure);
  CHECK(expired.failure->message == "token: refused with 500, server_error");
  w.status = 200;
  CHECK(token_in(w.run(machine())) == "token-2");
}

TEST_CASE("a refresh that hangs ends by itself, and with the agent", "[oauth]") {
  World w;
  w.run(machine());
  w.pass(4min);
  w.delay = 1h;
  w.run(machine());
  w.pass(31s);
  const ProbeOutcome late = w.run(machine());
  REQUIRE(late.warnings.size() == 1);
  CHECK(late.warnings[0].kind == FailureKind::timeout);
  bool drained = false;
  const auto drain = [](Probes& probes, bool& done) -> async::Task<void> {
    co_await probes.drain();
    done = true;
  };
  w.group.spawn("drain", drain(w.probes, drained));
  w.pass(1ms);
  CHECK(drained);
}

TEST_CASE("a kept token that is refused is fetched anew, once", "[oauth]") {
  World w;
  w.run(machine());
  w.begin();
  ++w.issued;  // somebody ended token-1
  CHECK(token_in(w.run(machine())) == "token-1");
  const ProbeOutcome answer = w.run(api("token-1"), "api");
  CHECK(hops_of(answer) == "GET kept token refused;POST token;GET ;");
  CHECK(answer.hops.back().exchange.status == 200);
  CHECK(answer.facts.at("token.refetched").values.front() == Value{true});
  CHECK(token_in(answer) == "token-3");
  w.begin();
  CHECK(token_in(w.run(machine())) == "token-3");
}

TEST_CASE("a fresh token, or another one, that is refused stays refused", "[oauth]") {
  World w;
  w.run(machine());
  ++w.issued;
  CHECK(hops_of(w.run(api("token-1"), "api")) == "GET ;");  // fetched by this very run
  w.begin();
  w.run(machine());
  CHECK(hops_of(w.run(api("mine"), "api")) == "GET ;");
  OAuthAction strict = machine();
  strict.token.refetch_on_401 = false;
  w.begin();
  w.run(strict);
  CHECK(hops_of(w.run(api("token-1"), "api")) == "GET ;");
  w.begin();
  w.run(machine());
  w.status = 500;
  const ProbeOutcome broken = w.run(api("token-1"), "api");
  REQUIRE(broken.failure);
  CHECK(broken.failure->message == "token: refused with 500, server_error");
}

bool holds(const ProbeOutcome& outcome, const std::string& secret) {
  const auto& all = outcome.secrets;
  return std::find(all.begin(), all.end(), secret) != all.end();
}

TEST_CASE("what an answer that is refused holds is secret all the same", "[oauth]") {
  World w;
  w.http.answer("POST", "https://id.test/token", [](const http::Request& request) {
    test::Reply reply;
    reply.status = 200;
    reply.body = request.body.find("old-1") == std::string::npos
                     ? R"({"access_token":"live-1","refresh_token":"fresh-1"})"
                     : R"({"access_token":"live-2","token_type":"Bearer","refresh_token":"new-2"})";
    return reply;
  });
  w.run(machine(std::nullopt));  // takes the answer of World
  const ProbeOutcome no_type = w.run(machine(std::nullopt));
  REQUIRE(no_type.failure);
  CHECK(holds(no_type, "live-1"));
  CHECK(holds(no_type, "fresh-1"));
  OAuthAction reuse = machine(std::nullopt);
  reuse.flow = "refresh_token";
  reuse.refresh_token = "old-1";
  reuse.try_used_token = true;
  const ProbeOutcome reused = w.run(reuse);
  CHECK(hops_of(reused) == "POST token;POST used token;");
  CHECK(std::count(reused.secrets.begin(), reused.secrets.end(), "new-2") == 2);
  w.http.otherwise([](const http::Request&) {
    test::Reply reply;
    reply.status = 302;
    reply.headers = {{"location", "https://localhost/cb?state=another&code=code-1"}};
    return reply;
  });
  OAuthAction person = machine(std::nullopt);
  person.flow = "authorization_code";
  person.authorization_endpoint = "https://id.test/auth";
  person.redirect_uri = "https://localhost/cb";
  const ProbeOutcome other_state = w.run(person);
  REQUIRE(other_state.failure);
  CHECK(holds(other_state, "code-1"));
}

}  // namespace
}  // namespace picket::agent
