// Random bytes from the kernel, for tokens, keys, spool ids and span ids.
// For any thread; never for jitter or choices that a seed must repeat: that is Random.
#pragma once

#include <cstddef>
#include <string>

namespace picket {

// `bytes` bytes from getrandom(2), as lower-case hex. Aborts when the kernel has none: without
// randomness nothing here is safe.
std::string secure_random_hex(std::size_t bytes);

}  // namespace picket
