#include "common/http/exchange_phases.h"

#include <algorithm>

namespace picket::http {

Phases make_phases(const ExchangeMarks& marks) {
  Phases phases;
  phases.dns = std::max(Nanos{0}, marks.dns);
  const Nanos ended = std::max(Nanos{0}, marks.ended);
  Nanos reached{0};
  // Clocks of curl and OpenSSL's callbacks differ by microseconds: each mark is clamped between
  // the one before and the end.
  const auto span_to = [&](const std::optional<Nanos>& mark) {
    const Nanos until = std::clamp(mark.value_or(ended), reached, std::max(reached, ended));
    const Nanos span = until - reached;
    reached = until;
    return span;
  };
  phases.connect = span_to(marks.connected);
  if (marks.tls) phases.tls = span_to(marks.tls_done);
  phases.wait = span_to(marks.first_byte);
  phases.transfer = span_to(std::nullopt);
  return phases;
}

}  // namespace picket::http
