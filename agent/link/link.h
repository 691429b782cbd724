// The agent's talk with the controller: one loop sends records, one holds the long poll. Failures
// never end it; it backs off and goes on. Owned by the agent, on the core executor.
#pragma once

#include <cstdint>
#include <string>

#include "agent/link/caller.h"
#include "agent/link/link_events.h"
#include "agent/link/plan_codec.h"
#include "agent/link/record_source.h"
#include "common/async/offload.h"
#include "common/async/task_group.h"
#include "common/core/backoff.h"

namespace picket::agent {

struct LinkOptions {
  std::string session;    // random, of this start of the agent
  std::string state_dir;  // for the last good plan
  BatchLimits batch;
  Millis linger{20};
  Millis seal_after{std::chrono::minutes{10}};  // an outage of this length makes a backlog
  bool tests{true};                             // takes orders of `picket test`
  Millis refused_retry{60'000};                 // after 401, 403 or a certificate that fails
};

struct LinkPorts {
  async::Executor executor;
  async::DisciplinedClock& clock;
  async::BlockingPool& pool;
  Disk& disk;
  Caller& caller;
  RecordSource& records;
  LinkEvents& events;
  Random random;
};

struct LinkStats {
  std::uint64_t records_sent{0};
  std::uint64_t batches{0};
  std::uint64_t failures{0};
  std::uint64_t gaps{0};  // 409 answers
  std::uint64_t orders{0};
  std::uint64_t orders_expired{0};
  bool connected{false};  // the newest call was answered
};

class Link {
 public:
  Link(LinkPorts ports, LinkOptions options);

  // The first poll asks for the whole plan: it is answered at once, and tells the time.
  void start();

  // Waits for the first answer of a poll, at most until the deadline. True when it came.
  async::Task<bool> first_contact(Deadline deadline);

  // Ends the polls and tells the controller that this agent runs nothing any more, until it has
  // answered once or this is cancelled. Results are sent on.
  async::Task<void> say_goodbye();

  // Ends the polls, sends what waits while that succeeds and time is left, and ends. A goodbye that
  // was not answered is tried once more.
  async::Task<void> drain(Deadline deadline);

  // Whether orders of `picket test` are taken, from the next poll on.
  void take_tests(bool tests) { options_.tests = tests; }

  LinkStats stats() const { return stats_; }

 private:
  // link_results.cpp
  async::Task<void> results_loop();
  async::Task<bool> send_waiting();
  async::Task<bool> send(std::vector<v1::SpoolBatch> batches);
  async::Task<bool> take_cursors(const v1::ResultsRequest& sent, Answer answer);
  async::Task<bool> handle_refusal(const v1::ResultsRequest& sent, Refusal refusal);

  // link.cpp
  async::Task<bool> say_goodbye_once();
  async::Task<void> poll_loop();
  async::Task<bool> poll_once();
  async::Task<bool> take_plan(v1::DesiredState desired);
  async::Task<void> keep_plan(v1::DesiredState desired);
  void take_orders(const v1::PollResponse& response);
  void take_tests(const v1::PollResponse& response, std::uint64_t seen);
  void answered(const Answer& answer, std::int64_t controller_unix_ms);
  Millis pause_after(const Refusal& refusal, Backoff& backoff);
  void note(const Refusal& refusal);

  LinkPorts ports_;
  LinkOptions options_;
  LinkStats stats_;
  std::string have_;
  std::uint64_t orders_seen_{0};
  bool one_by_one_{false};
  std::size_t records_max_;
  Backoff results_backoff_;
  Backoff poll_backoff_;
  int short_polls_lost_{0};  // in a row
  MonoTime last_contact_;
  std::optional<MonoTime> last_logged_;
  ErrorCode last_logged_code_{ErrorCode::internal};
  bool polled_{false};
  bool said_goodbye_{false};
  async::Notice contact_;
  async::TaskGroup polls_;
  async::TaskGroup tasks_;
};

}  // namespace picket::agent
