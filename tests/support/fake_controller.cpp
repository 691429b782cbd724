#include "tests/support/fake_controller.h"

#include "common/async/with_deadline.h"

namespace picket::test {
namespace {

http::Exchange response(int status, std::string body,
                        const std::string& type = "application/x-protobuf") {
  http::Exchange out;
  out.request_written = true;
  out.status = status;
  out.headers.emplace_back("Content-Type", type);
  out.body = std::move(body);
  return out;
}

http::Exchange faulty(const FakeController::Fault& fault) {
  if (fault.failure) {
    http::Exchange out;
    out.failure = Failure{*fault.failure, "scripted failure", {}};
    return out;
  }
  v1::ErrorBody body;
  body.set_code(fault.code);
  body.set_message("scripted answer");
  body.set_next_seq(fault.next_seq);
  auto out = response(fault.status, body.SerializeAsString(), fault.content_type);
  if (!fault.retry_after.empty()) out.headers.emplace_back("Retry-After", fault.retry_after);
  return out;
}

std::string query(const std::string& url, const std::string& name) {
  const auto at = url.find(name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 1;
  return url.substr(from, url.find('&', from) - from);
}

async::Task<bool> wait_for(async::Notice& notice) {
  co_await notice.wait();
  co_return true;
}

}  // namespace

std::int64_t FakeController::now_ms() const { return (clock_.wall_now() + ahead).unix_ms(); }

void FakeController::set_desired(v1::DesiredState desired) {
  desired_ = std::move(desired);
  changed_.notify_all();
}

void FakeController::order(v1::RunOrder order) {
  order.set_number(orders_.size() + tests_.size() + 1);
  orders_.push_back(std::move(order));
  changed_.notify_all();
}

void FakeController::test(v1::TestOrder test) {
  test.set_number(orders_.size() + tests_.size() + 1);
  tests_.push_back(std::move(test));
  changed_.notify_all();
}

async::Task<Result<http::Exchange>> FakeController::exchange(http::Request request) {
  requests.push_back(request);
  co_await clock_.sleep_for(trip);
  std::optional<Fault> fault = always;
  if (!fault && !faults.empty()) {
    fault = faults.front();
    faults.pop_front();
  }
  if (fault && !fault->after_taking) co_return faulty(*fault);
  if (const auto refused = judged(request)) {
    Fault by_date;
    by_date.failure = refused;
    co_return faulty(by_date);
  }
  http::Exchange out = co_await answer(request);
  co_await clock_.sleep_for(late);
  if (fault) co_return faulty(*fault);
  co_return out;
}

std::optional<FailureKind> FakeController::judged(const http::Request& request) const {
  if (judge == nullptr || !request.tls.check_dates) return std::nullopt;
  if (judge->wall_now() < valid_from) return FailureKind::tls_not_yet_valid;
  if (judge->wall_now() > valid_until) return FailureKind::tls_expired;
  return std::nullopt;
}

async::Task<http::Exchange> FakeController::answer(const http::Request& request) {
  if (request.url.find("/agent/v1/poll") != std::string::npos) co_return co_await poll(request.url);
  if (request.url.ends_with("/agent/v1/results")) co_return results(request);
  co_return enroll(request);
}

std::uint64_t FakeController::take(const v1::SpoolBatch& batch) {
  std::uint64_t& cursor = cursors.try_emplace(batch.spool_id(), 1).first->second;
  for (const auto& record : batch.records()) {
    if (record.seq() > cursor) return 0;
    const std::uint64_t end = record.has_gap() ? record.gap().to() + 1 : record.seq() + 1;
    if (end <= cursor) continue;
    records.push_back(record);
    cursor = end;
  }
  return cursor;
}

http::Exchange FakeController::results(const http::Request& request) {
  v1::ResultsRequest message;
  if (!message.ParseFromString(request.body)) return response(400, "");
  v1::ResultsResponse out;
  if (request.body.empty()) {
    if (!request.tls.certificate_pem.empty()) {
      out.set_controller_unix_ms(now_ms());
      return response(200, out.SerializeAsString());
    }
    v1::ErrorBody refused;
    refused.set_code("certificate_refused");
    refused.set_controller_unix_ms(now_ms());
    return response(403, refused.SerializeAsString());
  }
  batches.emplace_back();
  for (const auto& batch : message.spools()) {
    batches.back().push_back(batch.spool_id());
    const std::uint64_t next = take(batch);
    if (next == 0) {
      Fault gap;
      gap.status = 409;
      gap.code = "sequence_gap";
      gap.next_seq = cursors[batch.spool_id()];
      return faulty(gap);
    }
    auto& cursor = *out.add_cursors();
    cursor.set_spool_id(batch.spool_id());
    cursor.set_next_seq(next);
  }
  out.set_controller_unix_ms(now_ms());
  return response(200, out.SerializeAsString());
}

http::Exchange FakeController::enroll(const http::Request& request) {
  v1::EnrollRequest message;
  const bool renewal = request.url.ends_with("/renew");
  if (!message.ParseFromString(request.body) && !renewal) return response(400, "");
  if (!renewal && message.join_token() != join_token) {
    Fault refused;
    refused.status = 401;
    refused.code = "join_token_refused";
    return faulty(refused);
  }
  ++enrolments;
  v1::RenewRequest renew;
  if (renewal && !renew.ParseFromString(request.body)) return response(400, "");
  return response(200, sign(renewal ? renew.csr_pem() : message.csr_pem()).SerializeAsString());
}

async::Task<http::Exchange> FakeController::poll(std::string url) {
  ++polls;
  const std::uint64_t seen = std::stoull(query(url, "orders"));
  const std::string hold = query(url, "hold");
  const Nanos wished = hold.empty() ? poll_hold : Nanos{Seconds{std::stoi(hold)}};
  const MonoTime until = clock_.now() + std::min(Nanos{poll_hold}, wished);
  const std::string have = query(url, "have");
  const auto is_news = [&] {
    return desired_.digest() != have || orders_.size() + tests_.size() > seen;
  };
  while (!is_news() && clock_.now() < until) {
    async::Task<bool> woken = wait_for(changed_);
    co_await async::with_deadline(clock_, Deadline{until}, std::move(woken));
  }
  v1::PollResponse out;
  if (desired_.digest() != have) *out.mutable_desired() = desired_;
  for (const auto& order : orders_)
    if (order.number() > seen) *out.add_orders() = order;
  for (const auto& test : tests_)
    if (test.number() > seen && query(url, "tests") == "1") *out.add_tests() = test;
  out.set_controller_unix_ms(now_ms());
  co_return response(200, out.SerializeAsString());
}

}  // namespace picket::test
