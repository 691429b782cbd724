#include "agent/control_targets.h"

#include <algorithm>
#include <utility>

#include "common/async/with_deadline.h"

namespace picket::agent {
namespace {

constexpr std::uint64_t kBodyBytes = 4096;  // that it answers is enough

bool none_answered(const ControlReport& report) {
  return !report.answers.empty() &&
         std::none_of(report.answers.begin(), report.answers.end(),
                      [](const ControlAnswer& answer) { return answer.answered; });
}

}  // namespace

void ControlTargets::set(std::vector<std::string> targets) {
  if (targets.size() > kControlTargetsMax) targets.resize(kControlTargetsMax);
  if (targets == targets_) return;
  targets_ = std::move(targets);
  wanted_ = true;
  news_.notify_all();
}

void ControlTargets::run_failed() {
  if (targets_.empty() || wanted_) return;
  wanted_ = true;
  news_.notify_all();
}

async::Task<void> ControlTargets::drain() {
  tasks_.cancel_all();
  co_await tasks_.join();
}

async::Task<bool> ControlTargets::news() {
  co_await news_.wait();
  co_return true;
}

async::Task<void> ControlTargets::loop() {
  while (true) {
    while (targets_.empty()) co_await news_.wait();
    wanted_ = false;
    ControlReport report = co_await look();
    if (none_answered(report)) {
      co_await ports_.clock.sleep_for(kAgainAfter);
      report = co_await look();
    }
    cut_off_ = none_answered(report);
    if (!report.answers.empty()) ports_.report(std::move(report));
    co_await ports_.clock.sleep_for(kLeast);
    const Deadline beat = Deadline::after(ports_.clock.now(), kBeat - kLeast);
    while (!wanted_ && !cut_off_ && !beat.passed(ports_.clock.now())) {
      async::Task<bool> waiting = news();
      co_await async::with_deadline(ports_.clock, beat, std::move(waiting));
    }
  }
}

// One after the other: they are few, and a report is of one moment or of none.
async::Task<ControlReport> ControlTargets::look() {
  ControlReport report{ports_.clock.wall_now(), {}};
  const std::vector<std::string> targets = targets_;
  for (const std::string& target : targets) {
    std::string url = target;
    auto answer = co_await ask(std::move(url));
    if (answer) report.answers.push_back(std::move(*answer));
  }
  co_return report;
}

// Any response shows that the network works. Nothing: the agent itself does not let it through, or
// could not measure.
async::Task<std::optional<ControlAnswer>> ControlTargets::ask(std::string target) {
  http::Request request;
  request.url = target;
  request.headers = {{"user-agent", ports_.user_agent}};
  request.timeout = kTimeout;
  request.connect_timeout = kTimeout;
  request.body_bytes_max = kBodyBytes;
  const auto exchange = co_await ports_.client.exchange(std::move(request));
  if (!exchange) co_return std::nullopt;
  ControlAnswer answer{std::move(target), exchange->status != 0, {}};
  if (answer.answered || !exchange->failure) co_return answer;
  const FailureKind kind = exchange->failure->kind;
  if (kind == FailureKind::blocked_address) co_return std::nullopt;
  if (is_unmeasured(kind) && kind != FailureKind::agent_network) co_return std::nullopt;
  answer.why = std::string{to_string(kind)};
  co_return answer;
}

}  // namespace picket::agent
