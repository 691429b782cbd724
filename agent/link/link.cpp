#include "agent/link/link.h"

#include <algorithm>

#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/wire/wire.h"

namespace picket::agent {
namespace {

constexpr Nanos kPollTimeout = Seconds{60};  // the controller holds for about 50 s
// Polls that are lost, also at the start and just after the controller was away, must not make the
// region offline, which it is after 90 s: the next ones are answered soon and follow soon. A
// controller that knows no `hold` answers the long one after them.
constexpr int kShortPolls = 3;
constexpr Nanos kShortPollTimeout = Seconds{10};
constexpr const char* kShortHold = "&hold=3";
constexpr Millis kPollBackoffMost{15'000};
constexpr Nanos kLogEvery = minutes{1};
constexpr Millis kPollPause{1'000};  // when polls are answered at once with nothing new
constexpr Nanos kGoodbyeTimeout = Seconds{3};
constexpr Millis kGoodbyePause{1'000};

async::Task<bool> wait_for(async::Notice& notice) {
  co_await notice.wait();
  co_return true;
}

async::Task<bool> join(async::TaskGroup& group) {
  co_await group.join();
  co_return true;
}

bool needs_operator(const Error& error) {
  return error.code == ErrorCode::certificate_refused || error.code == ErrorCode::unauthorized ||
         error.code == ErrorCode::join_token_refused;
}

}  // namespace

Link::Link(LinkPorts ports, LinkOptions options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      records_max_(options_.batch.records),
      results_backoff_({}, ports_.random.fork("results")),
      poll_backoff_({.max = kPollBackoffMost}, ports_.random.fork("poll")),
      last_contact_(ports_.clock.now()),
      contact_(ports_.executor),
      polls_(ports_.executor),
      tasks_(ports_.executor) {}

void Link::start() {
  last_contact_ = ports_.clock.now();
  polls_.spawn("link poll", poll_loop());
  tasks_.spawn("link results", results_loop());
}

async::Task<bool> Link::first_contact(Deadline deadline) {
  while (!polled_ && !deadline.passed(ports_.clock.now())) {
    async::Task<bool> woken = wait_for(contact_);
    co_await async::with_deadline(ports_.clock, deadline, std::move(woken));
  }
  co_return polled_;
}

async::Task<void> Link::poll_loop() {
  while (true) co_await poll_once();
}

// True when the controller answered.
async::Task<bool> Link::poll_once() {
  Call call;
  call.method = "GET";
  call.path = "/agent/v1/poll?have=" + have_ + "&session=" + options_.session +
              "&orders=" + std::to_string(orders_seen_) + (options_.tests ? "&tests=1" : "");
  call.timeout = kPollTimeout;
  const bool unheard = poll_backoff_.failures() > 0 || !polled_;
  const bool is_short = unheard && short_polls_lost_ < kShortPolls;
  if (is_short) {
    call.path += kShortHold;
    call.timeout = kShortPollTimeout;
  }
  auto answer = co_await ports_.caller.call(std::move(call));
  v1::PollResponse response;
  if (answer && !response.ParseFromString(answer->body)) {
    Refusal damaged{{ErrorCode::protocol, "the controller's answer to a poll is damaged", ""}};
    answer = tl::unexpected(std::move(damaged));
  }
  if (!answer) {
    const bool lost = answer.error().error.code == ErrorCode::timeout;
    short_polls_lost_ += is_short && lost ? 1 : 0;
    const Millis pause = pause_after(answer.error(), poll_backoff_);
    co_await ports_.clock.sleep_for(pause);
    co_return false;
  }
  answered(*answer, response.controller_unix_ms());
  short_polls_lost_ = 0;
  bool planned = true;
  if (response.has_desired()) planned = co_await take_plan(std::move(*response.mutable_desired()));
  if (planned) poll_backoff_.reset();
  const std::uint64_t seen = orders_seen_;
  take_orders(response);
  take_tests(response, seen);
  std::set<CheckName> wanted;
  for (const auto& name : response.evidence_for()) wanted.emplace(name);
  ports_.events.evidence_wanted(std::move(wanted));
  ports_.events.control_targets(
      {response.control_targets().begin(), response.control_targets().end()});
  polled_ = true;
  contact_.notify_all();
  const bool idle =
      !response.has_desired() && response.orders_size() == 0 && response.tests_size() == 0;
  if (idle && answer->elapsed < kPollPause) co_await ports_.clock.sleep_for(kPollPause);
  co_return true;
}

// False: it makes no sense, and the pause before asking again is over.
async::Task<bool> Link::take_plan(v1::DesiredState desired) {
  auto plan = decode_plan(desired);
  if (!plan) {
    Refusal refused{plan.error(), 0, std::nullopt, 0};
    co_await ports_.clock.sleep_for(pause_after(refused, poll_backoff_));
    co_return false;
  }
  if (plan->digest == have_) co_return true;
  have_ = plan->digest;
  ports_.events.plan_received(*plan);
  // Orders do not wait for the disk.
  tasks_.spawn("keep plan", keep_plan(std::move(desired)));
  co_return true;
}

async::Task<void> Link::keep_plan(v1::DesiredState desired) {
  const auto work = [&] { return store_plan(ports_.disk, options_.state_dir, desired); };
  const Status stored = co_await async::offload(ports_.pool, work);
  if (!stored) log::error("plan not kept on disk", stored.error());
}

void Link::take_orders(const v1::PollResponse& response) {
  for (const auto& message : response.orders()) {
    if (message.number() <= orders_seen_) continue;
    orders_seen_ = message.number();
    const auto order = decode_order(message);
    if (!order) {
      log::error("ordered run not understood", order.error());
    } else if (order->expires <= ports_.clock.wall_now()) {
      ++stats_.orders_expired;
    } else {
      ++stats_.orders;
      ports_.events.run_ordered(*order);
    }
  }
}

// Tests share the orders' numbers: `seen` is what was seen before this answer.
void Link::take_tests(const v1::PollResponse& response, std::uint64_t seen) {
  for (const auto& message : response.tests()) {
    if (message.number() <= seen) continue;
    orders_seen_ = std::max(orders_seen_, message.number());
    auto test = decode_test(message);
    if (!test)
      log::error("ordered test not understood", test.error());
    else if (options_.tests)
      ports_.events.test_ordered(std::move(*test));
  }
}

// What every answer tells: the controller is there, and what time it has.
void Link::answered(const Answer& answer, std::int64_t controller_unix_ms) {
  stats_.connected = true;
  last_logged_.reset();
  // What was said at some time of a long wait, or came late, is known no better than that.
  if (controller_unix_ms > 0) {
    const Millis trip = std::max(std::chrono::ceil<Millis>(answer.elapsed), Millis{10});
    const WallTime before = ports_.clock.wall_now();
    ports_.clock.discipline(WallTime::from_unix_ms(controller_unix_ms),
                            answer.received - Nanos{trip} / 2, trip);
    const Millis step = ports_.clock.wall_now() - before;
    if (step != Millis{0}) ports_.events.time_corrected(step);
  }
  const MonoTime now = ports_.clock.now();
  if (now - last_contact_ > options_.seal_after) ports_.records.seal();
  last_contact_ = now;
}

Millis Link::pause_after(const Refusal& refusal, Backoff& backoff) {
  note(refusal);
  Millis pause = backoff.next();
  if (needs_operator(refusal.error)) pause = std::max(pause, options_.refused_retry);
  if (refusal.retry_after) pause = std::max(pause, *refusal.retry_after);
  return pause;
}

void Link::note(const Refusal& refusal) {
  ++stats_.failures;
  stats_.connected = false;
  const MonoTime now = ports_.clock.now();
  const bool again =
      last_logged_ && last_logged_code_ == refusal.error.code && now - *last_logged_ < kLogEvery;
  if (again) return;
  last_logged_ = now;
  last_logged_code_ = refusal.error.code;
  log::warn("controller not reached", {{"why", render(refusal.error)}});
}

async::Task<bool> Link::say_goodbye_once() {
  Call call;
  call.method = "GET";
  call.path = "/agent/v1/poll?have=" + have_ + "&session=" + options_.session +
              "&orders=" + std::to_string(orders_seen_) + "&draining=1&hold=0";
  call.timeout = kGoodbyeTimeout;
  const auto answer = co_await ports_.caller.call(std::move(call));
  said_goodbye_ = answer.has_value();
  if (!answer) note(answer.error());
  co_return said_goodbye_;
}

async::Task<void> Link::say_goodbye() {
  polls_.cancel_all();
  co_await polls_.join();
  bool told = co_await say_goodbye_once();
  while (!told) {
    co_await ports_.clock.sleep_for(kGoodbyePause);
    told = co_await say_goodbye_once();
  }
}

async::Task<void> Link::drain(Deadline deadline) {
  polls_.cancel_all();
  tasks_.cancel_all();
  for (async::TaskGroup* group : {&polls_, &tasks_}) {
    async::Task<bool> joined = join(*group);
    co_await async::with_deadline(ports_.clock, deadline, std::move(joined));
  }
  bool more = true;
  while (more && !deadline.passed(ports_.clock.now())) {
    async::Task<bool> sent = send_waiting();
    more = (co_await async::with_deadline(ports_.clock, deadline, std::move(sent))).value_or(false);
  }
  if (!said_goodbye_ && polled_) {
    async::Task<bool> said = say_goodbye_once();
    co_await async::with_deadline(ports_.clock, deadline, std::move(said));
  }
}

}  // namespace picket::agent
