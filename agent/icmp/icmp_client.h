// Interface header. Echo requests to one address, measured: what the icmp probe asks of the
// network. Plain values; one executor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/model/failure.h"

namespace picket::agent {

struct PingRequest {
  std::string address;  // numeric, IPv6 without brackets
  int count{3};
  Nanos interval{Millis{200}};
  std::size_t payload_bytes{56};
  Nanos patience{Seconds{2}};  // an answer that comes later counts as lost
};

struct PingSeries {
  std::optional<Failure> failure;  // icmp_unreachable or timeout; `rtts` holds what came before
  std::vector<std::optional<Nanos>> rtts;  // one per packet sent, in order; nothing: lost
  int ignored{0};                          // packets that answer something else
  bool raw{false};                         // through CAP_NET_RAW
  Nanos duration{0};
};

class IcmpClient {
 public:
  virtual ~IcmpClient() = default;

  // Sends `count` packets and waits for their answers, until the deadline at the latest.
  // Error: unauthorized (the agent may not send ICMP; the hint says what would allow it),
  // resource_exhausted, io. Cancellation: at once; throws operation_aborted.
  virtual async::Task<Result<PingSeries>> ping(PingRequest request, Deadline deadline) = 0;
};

}  // namespace picket::agent
