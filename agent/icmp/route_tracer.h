// Interface header. The way to an address that does not answer, router by router: what the runner
// adds to the evidence of a failed run. Plain values; one executor.
#pragma once

#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"

namespace picket::agent {

class RouteTracer {
 public:
  virtual ~RouteTracer() = default;

  // Lines like "3  203.0.113.1  12.3 ms", for the evidence; none when the tracer's budget is spent
  // or nothing could be sent. `remote` is "203.0.113.7:443" or "[2001:db8::1]:443", an address that
  // the address guard has let through. Ends at the deadline with what it has.
  // Cancellation: at once; throws operation_aborted.
  virtual async::Task<std::vector<std::string>> trace(std::string remote, Deadline deadline) = 0;
};

}  // namespace picket::agent
