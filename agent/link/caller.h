// One call to the controller: request out, answer or the reason why not, told apart by who must
// act. Owned by the link; core executor. No retries here.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/core/result.h"
#include "common/http/http_client.h"

namespace picket::agent {

struct CallerOptions {
  std::string controller;  // "https://picket.example.com:8443"
  std::string user_agent;
};

struct Call {
  std::string method;
  std::string path;  // with the query
  std::string body;
  Nanos timeout{Seconds{30}};
};

struct Answer {
  std::string body;
  MonoTime received;
  Nanos elapsed{0};
};

struct Refusal {
  Error error;
  int status{0};  // 0: no response
  std::optional<Millis> retry_after;
  std::uint64_t next_seq{0};  // of sequence_gap
};

class Caller {
 public:
  Caller(http::HttpClient& client, async::DisciplinedClock& clock, CallerOptions options)
      : client_(client), clock_(clock), options_(std::move(options)) {}

  // The client certificate of later calls. The controller's time is not before `issued`.
  void set_identity(std::string certificate_pem, std::string private_key_pem, WallTime issued);

  // The clock was set by the controller's time, by so much.
  std::function<void(Millis step)> on_time_corrected;

  // Refusals: unreachable, timeout, network (no response); certificate_refused (either side's);
  // join_token_refused, unauthorized; sequence_gap; overloaded (429, 503); protocol (400, 413 and
  // what makes no sense).
  // Where our clock says that the controller's certificate has expired, or is not valid yet, the
  // clock may be what is wrong: the controller is asked for its time, by which the certificate is
  // then judged.
  // Cancellation: throws operation_aborted.
  async::Task<tl::expected<Answer, Refusal>> call(Call call);

 private:
  http::Request request_of(Call call) const;
  async::Task<bool> learn_time();

  http::HttpClient& client_;
  async::DisciplinedClock& clock_;
  CallerOptions options_;
  http::TlsOptions tls_;
  WallTime issued_;
};

// What a finished exchange means. Pure.
tl::expected<std::string, Refusal> judge_exchange(const http::Exchange& exchange,
                                                  const std::string& controller);

}  // namespace picket::agent
