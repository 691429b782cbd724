// A runner over scripted answers in virtual time, for the tests of agent/script.
// Owned by one test case; one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>

#include "agent/probe/probes.h"
#include "agent/script/runner.h"
#include "common/async/task_group.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::agent {

class MapSecrets final : public SecretSource {
 public:
  std::map<std::string, std::string> values;
  Result<std::string> get(const std::string& name) override {
    const auto at = values.find(name);
    if (at == values.end())
      return fail(ErrorCode::secret_missing, "secret " + name + " does not exist here");
    return at->second;
  }
};

struct World {
  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'795'314'000'000)};
  async::TaskGroup group{context.get_executor()};
  test::ScriptedHttp http{clock};
  MapSecrets secrets;
  Probes probes{{http, clock}};
  Runner runner{probes, clock, secrets, Random{7}, "picket/0.1.0"};
  std::vector<AttemptFailed> reported;
  bool keep_evidence{false};
  RunKind kind{RunKind::scheduled};

  // Runs the check to its end in virtual time.
  RunResult run(const Check& check) {
    RunOrder order;
    order.check = std::make_shared<const Check>(check);
    order.key.check = check.name;
    order.key.region = RegionName{"eu-west-1"};
    order.key.kind = kind;
    order.keep_evidence = keep_evidence;
    order.on_first_failure = [this](const AttemptFailed& failed) { reported.push_back(failed); };
    RunResult result;
    group.spawn("run", keep(runner, std::move(order), result));
    sim::run_for(context, clock, hours{1});
    return result;
  }

 private:
  static async::Task<void> keep(Runner& runner, RunOrder order, RunResult& out) {
    out = co_await runner.run(std::move(order));
  }
};

inline Step http_step(const std::string& name, const std::string& method, const std::string& url) {
  Step step;
  step.name = name;
  HttpAction action;
  action.method = method;
  action.url = url;
  step.action = action;
  return step;
}

inline HttpAction& http_of(Step& step) { return std::get<HttpAction>(step.action); }

inline Expectation expect_status(int low, int high) {
  Expectation expectation;
  expectation.subject = Subject::status;
  expectation.status = {{low, high}};
  expectation.at = {"shop.check.yaml", 41, 11};
  return expectation;
}

inline Expectation expect(Subject subject, const std::string& key, MatchOp op, Value operand) {
  Expectation expectation;
  expectation.subject = subject;
  expectation.key = key;
  Matcher matcher;
  matcher.op = op;
  matcher.operand = std::move(operand);
  expectation.matchers.push_back(std::move(matcher));
  expectation.at = {"shop.check.yaml", 50, 3};
  return expectation;
}

inline Capture capture_of(const std::string& name, CaptureSource source,
                          const std::string& expression) {
  Capture capture;
  capture.name = name;
  capture.source = source;
  capture.expression = expression;
  return capture;
}

inline Check check_of(std::vector<Step> steps, int retries = 0) {
  Check check;
  check.name = CheckName{"shop"};
  check.timeout = Millis{10'000};
  check.retries = retries;
  check.single = false;
  check.steps = std::move(steps);
  check.at = {"shop.check.yaml", 3, 5};
  return check;
}

}  // namespace picket::agent
