#include "agent/test_runs.h"

#include "agent/link/plan_codec.h"
#include "agent/result_record.h"
#include "common/core/log.h"
#include "common/wire/wire.h"

namespace picket::agent {
namespace {

constexpr int kTries = 3;
constexpr Millis kPause{1'000};

// Whether the same result may be taken the next time.
bool worth_trying_again(const Refusal& refusal) {
  switch (refusal.error.code) {
    case ErrorCode::unreachable:
    case ErrorCode::timeout:
    case ErrorCode::network:
    case ErrorCode::overloaded: return true;
    default: return false;
  }
}

}  // namespace

void TestRuns::add(OrderedTest test) {
  if (draining_) return;
  if (waiting_.size() >= kWaitingMax) {
    log::warn("too many test runs are waiting, one is dropped",
              {{"check", test.check->name.value}, {"test", test.test}});
    return;
  }
  waiting_.push_back(std::move(test));
  if (working_ >= kConcurrentMax) return;
  ++working_;
  workers_.spawn("test runs", work());
}

async::Task<void> TestRuns::work() {
  while (!waiting_.empty()) {
    OrderedTest test = std::move(waiting_.front());
    waiting_.pop_front();
    if (test.expires <= ports_.clock.wall_now()) continue;
    RunResult result = co_await run(test);
    co_await report(test, std::move(result));
  }
  --working_;
}

async::Task<RunResult> TestRuns::run(const OrderedTest& test) {
  RunOrder order;
  order.check = test.check;
  order.key.check = test.check->name;
  order.key.region = ports_.region;
  order.key.round = ports_.clock.wall_now();
  order.key.kind = RunKind::manual;
  order.revision = test.revision;
  order.keep_evidence = true;
  co_return co_await ports_.runner.run(std::move(order));
}

async::Task<void> TestRuns::report(const OrderedTest& test, RunResult result) {
  v1::TestResultRequest message;
  message.set_test(test.test);
  v1::Record record = make_record(std::move(result));  // cut to what a message may carry
  *message.mutable_run() = std::move(*record.mutable_run());
  for (int tried = 1;; ++tried) {
    Call call;
    call.method = "POST";
    call.path = "/agent/v1/test-results";
    call.body = wire::serialize(message);
    auto answer = co_await ports_.caller.call(std::move(call));
    if (answer) co_return;
    const bool again = tried < kTries && worth_trying_again(answer.error());
    if (!again) {
      log::warn("result of a test run not sent",
                {{"check", test.check->name.value}, {"why", render(answer.error().error)}});
      co_return;
    }
    co_await ports_.clock.sleep_for(kPause * tried);
  }
}

async::Task<void> TestRuns::drain() {
  draining_ = true;
  waiting_.clear();
  workers_.cancel_all();
  co_await workers_.join();
}

}  // namespace picket::agent
