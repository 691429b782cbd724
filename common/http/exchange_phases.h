// From the moments an exchange passed to its five phases. Pure; reads no clock and knows nothing
// of curl.
#pragma once

#include <optional>

#include "common/model/phases.h"

namespace picket::http {

// Moments since the transfer started (DNS is over by then); nothing: not reached.
struct ExchangeMarks {
  Nanos dns{0};                     // name resolution, before the transfer
  std::optional<Nanos> connected;   // TCP, or the proxy's tunnel, is there
  std::optional<Nanos> tls_done;    // only where TLS is spoken
  std::optional<Nanos> first_byte;  // of the response
  Nanos ended{0};
  bool tls{false};
};

// Phases that are never negative and whose sum is dns + ended: what was under way when the
// exchange ended has the time up to then.
Phases make_phases(const ExchangeMarks& marks);

}  // namespace picket::http
