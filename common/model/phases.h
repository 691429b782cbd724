// Where the time of a request went. The same five names in model, YAML and wire.
// A plain value, measured in common/http; exported metrics use the field's older names.
#pragma once

#include "common/core/time.h"

namespace picket {

// Consecutive spans; a phase that was not reached is zero. Their sum is the exchange's duration
// as far as it came.
struct Phases {
  Nanos dns{0};       // name resolution
  Nanos connect{0};   // TCP handshake
  Nanos tls{0};       // TLS handshake
  Nanos wait{0};      // request sent to first byte of the response
  Nanos transfer{0};  // first to last byte
  bool operator==(const Phases&) const = default;

  Nanos total() const { return dns + connect + tls + wait + transfer; }
};

inline Phases operator+(const Phases& a, const Phases& b) {
  return {a.dns + b.dns, a.connect + b.connect, a.tls + b.tls, a.wait + b.wait,
          a.transfer + b.transfer};
}

}  // namespace picket
