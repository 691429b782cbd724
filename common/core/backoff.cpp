#include "common/core/backoff.h"

#include <algorithm>

namespace picket {

Millis Backoff::next() {
  Millis ceiling = options_.first;
  for (int i = 0; i < failures_ && ceiling < options_.max; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, options_.max);
  ++failures_;
  return random_.between(ceiling / 2, ceiling);
}

}  // namespace picket
