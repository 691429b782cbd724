#include "common/core/secure_random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

#include "common/core/hex.h"

namespace picket {

std::string secure_random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t n = ::getrandom(raw.data() + have, bytes - have, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) std::abort();
    have += static_cast<std::size_t>(n);
  }
  return to_hex(raw);
}

}  // namespace picket
