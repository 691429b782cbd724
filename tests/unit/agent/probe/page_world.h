// A page probe over scripted answers in virtual time, for its tests. Owned by one test case; one
// thread.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "agent/probe/page_probe.h"
#include "common/async/task_group.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::agent {

struct PageWorld {
  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'795'314'000'000)};
  async::TaskGroup group{context.get_executor()};
  test::ScriptedHttp http{clock};
  HttpProbe probe{http, clock};
  PageAction action;
  std::optional<Error> error;
  Nanos taken{0};

  explicit PageWorld(const std::string& html) {
    action.url = "https://shop.test/";
    page("https://shop.test/", html);
  }

  static test::Reply reply(std::string body, std::string type, Nanos delay = Millis{10}) {
    test::Reply made;
    made.body = std::move(body);
    made.headers = {{"content-type", std::move(type)}};
    made.delay = delay;
    return made;
  }
  void page(const std::string& url, const std::string& html) {
    http.on("GET", url, reply(html, "text/html"));
  }
  void serve(const std::string& url, std::string body = "x", Nanos delay = Millis{10}) {
    http.on("GET", url, reply(std::move(body), "text/plain", delay));
  }
  void answer(const std::string& url, int status, std::string location = {}) {
    test::Reply made;
    made.status = status;
    made.delay = Millis{10};
    if (!location.empty()) made.headers = {{"location", std::move(location)}};
    http.on("GET", url, made);
  }
  void refuse(const std::string& url, FailureKind kind) {
    test::Reply made;
    made.failure = kind;
    http.on("GET", url, made);
  }

  ProbeOutcome run(Nanos timeout = Seconds{30}) {
    const SessionOptions attempt{.user_agent = "picket/1",
                                 .trace_id = "0af7651916cd43dd8448eb211c80319c",
                                 .span_seed = 1,
                                 .check = {}};
    const auto session = probe.open(attempt);
    const ProbePorts ports{.client = http, .clock = clock};
    ProbeContext probe_context{.http = *session,
                               .ports = ports,
                               .attempt = attempt,
                               .step = "page",
                               .secret_headers = {},
                               .deadline = Deadline::after(clock.now(), timeout)};
    ProbeOutcome outcome;
    group.spawn("page", keep(probe_context, outcome));
    sim::run_for(context, clock, minutes{2});
    return outcome;
  }

  std::vector<std::string> urls() const {
    std::vector<std::string> out;
    for (const http::Request& request : http.requests()) out.push_back(request.url);
    return out;
  }
  bool was_asked(const std::string& url) const {
    const auto all = urls();
    return std::find(all.begin(), all.end(), url) != all.end();
  }

 private:
  async::Task<void> keep(ProbeContext& probe_context, ProbeOutcome& out) {
    const MonoTime begin = clock.now();
    auto outcome = co_await run_page(action, probe_context);
    taken = clock.now() - begin;
    if (outcome)
      out = std::move(*outcome);
    else
      error = outcome.error();
  }
};

}  // namespace picket::agent
