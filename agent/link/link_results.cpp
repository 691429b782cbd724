#include <algorithm>

#include "agent/link/link.h"
#include "common/core/log.h"
#include "common/wire/wire.h"

namespace picket::agent {
namespace {

constexpr Nanos kReadRetry = Seconds{1};
constexpr std::size_t kKnock = 16;  // records

std::uint64_t cursor_of(const v1::ResultsResponse& response, const std::string& spool) {
  for (const auto& cursor : response.cursors())
    if (cursor.spool_id() == spool) return cursor.next_seq();
  return 0;
}

}  // namespace

async::Task<void> Link::results_loop() {
  while (true) {
    if (co_await send_waiting()) {
      results_backoff_.reset();
      continue;
    }
    const bool failed = results_backoff_.failures() > 0;
    if (failed) continue;
    co_await ports_.records.more().wait();
    if (!ports_.records.urgent()) co_await ports_.clock.sleep_for(options_.linger);
  }
}

// True when something was sent and taken. False: nothing waits, or it failed and the pause that
// the failure asks for is over.
async::Task<bool> Link::send_waiting() {
  BatchLimits limits = options_.batch;
  limits.records = std::min(limits.records, records_max_);
  auto batches = co_await ports_.records.next_batches(limits);
  if (!batches) {
    log::error("records cannot be read", batches.error());
    co_await ports_.clock.sleep_for(kReadRetry);
    results_backoff_.next();
    co_return false;
  }
  if (batches->empty()) {
    results_backoff_.reset();
    co_return false;
  }
  if (!one_by_one_) co_return co_await send(std::move(*batches));
  bool all = true;
  for (auto& batch : *batches) {
    std::vector<v1::SpoolBatch> one;
    one.push_back(std::move(batch));
    const bool taken = co_await send(std::move(one));
    all = all && taken;
  }
  one_by_one_ = !all;
  co_return all;
}

async::Task<bool> Link::send(std::vector<v1::SpoolBatch> batches) {
  v1::ResultsRequest request;
  for (auto& batch : batches) *request.add_spools() = std::move(batch);
  request.set_sent_unix_ms((ports_.clock.wall_now() + ports_.clock.machine_skew()).unix_ms());
  Call call{"POST", "/agent/v1/results", wire::serialize(request), Seconds{30}};
  auto answer = co_await ports_.caller.call(std::move(call));
  if (answer) co_return co_await take_cursors(request, std::move(*answer));
  co_return co_await handle_refusal(request, std::move(answer.error()));
}

async::Task<bool> Link::take_cursors(const v1::ResultsRequest& sent, Answer answer) {
  v1::ResultsResponse response;
  bool moved = response.ParseFromString(answer.body);
  if (moved) {
    answered(answer, response.controller_unix_ms());
    for (const auto& batch : sent.spools()) {
      const std::uint64_t next = cursor_of(response, batch.spool_id());
      moved = moved && next > batch.first_seq();
      const SpoolId spool{batch.spool_id()};
      if (next > 0) co_await ports_.records.acknowledge(spool, next);
      stats_.records_sent += static_cast<std::uint64_t>(batch.records_size());
    }
  }
  if (!moved) {
    Refusal damaged{{ErrorCode::protocol, "the controller's answer moves no cursor", ""}};
    co_await ports_.clock.sleep_for(pause_after(damaged, results_backoff_));
    co_return false;
  }
  ++stats_.batches;
  records_max_ = std::min(records_max_ * 2, options_.batch.records);
  co_return true;
}

async::Task<bool> Link::handle_refusal(const v1::ResultsRequest& sent, Refusal refusal) {
  if (refusal.error.code == ErrorCode::sequence_gap) {
    ++stats_.gaps;
    one_by_one_ = true;  // the answer does not say which spool it means
    if (sent.spools_size() == 1 && refusal.next_seq > 0) {
      const SpoolId spool{sent.spools(0).spool_id()};
      log::warn("controller wants other records of a spool",
                {{"spool", spool.value},
                 {"offered", std::int64_t(sent.spools(0).first_seq())},
                 {"wanted", std::int64_t(refusal.next_seq)}});
      co_await ports_.records.acknowledge(spool, refusal.next_seq);
    }
  }
  // Perhaps it is one record of many, or too large a body: try smaller ones. Where nobody answers
  // a few records knock as well as a mebibyte.
  const bool refused = refusal.error.code == ErrorCode::protocol;
  if (refused || records_max_ > kKnock)
    records_max_ = std::max<std::size_t>(refused ? 1 : kKnock, records_max_ / 2);
  co_await ports_.clock.sleep_for(pause_after(refusal, results_backoff_));
  co_return false;
}

}  // namespace picket::agent
