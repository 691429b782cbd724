// The controller's side of the link as a scripted HttpClient: decodes what agents send, keeps a
// cursor per spool as the contract says, and fails on demand. Virtual time; one thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/async/notice.h"
#include "common/http/http_client.h"
#include "picket/v1/agent.pb.h"

namespace picket::test {

class FakeController final : public http::HttpClient {
 public:
  FakeController(async::Executor executor, async::Clock& clock)
      : clock_(clock), changed_(std::move(executor)) {}

  async::Task<Result<http::Exchange>> exchange(http::Request request) override;

  // What the next answers are instead of the regular ones, in order, for any path.
  struct Fault {
    std::optional<FailureKind> failure;  // of the exchange
    int status{0};
    std::string code;
    std::uint64_t next_seq{0};
    std::string retry_after;
    bool after_taking{false};  // the request had its effect, the answer is lost
    std::string content_type{"application/x-protobuf"};
  };
  std::deque<Fault> faults;
  std::optional<Fault> always;  // while set, every answer

  void set_desired(v1::DesiredState desired);
  void order(v1::RunOrder order);
  void test(v1::TestOrder test);  // handed to agents that say that they take tests

  Nanos trip{Millis{2}};
  Nanos poll_hold{Seconds{50}};
  Nanos late{0};  // from the answer's time until the agent has it
  Millis ahead{0};  // its clock before the agent's
  // Of its certificate, judged by the agent's clock where the request checks dates; no clock: good.
  const async::Clock* judge{nullptr};
  WallTime valid_from;
  WallTime valid_until;
  std::string join_token{"pkt_good"};
  std::function<v1::EnrollResponse(const std::string& csr)> sign;

  std::vector<http::Request> requests;
  std::vector<v1::Record> records;  // taken, in order
  std::map<std::string, std::uint64_t> cursors;
  std::vector<std::vector<std::string>> batches;  // spool ids of each results request
  int polls{0};
  int enrolments{0};

 private:
  std::optional<FailureKind> judged(const http::Request& request) const;
  async::Task<http::Exchange> answer(const http::Request& request);
  http::Exchange results(const http::Request& request);
  http::Exchange enroll(const http::Request& request);
  async::Task<http::Exchange> poll(std::string url);
  std::uint64_t take(const v1::SpoolBatch& batch);
  std::int64_t now_ms() const;

  async::Clock& clock_;
  async::Notice changed_;
  v1::DesiredState desired_;
  std::vector<v1::RunOrder> orders_;
  std::vector<v1::TestOrder> tests_;
};

}  // namespace picket::test
