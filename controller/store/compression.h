// Blobs of the store, compressed with zstd and checksummed, for whoever makes rows of the store.
// Pure functions for any thread; they never throw.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket::controller {

std::string compress(std::string_view bytes);

// corrupt: no zstd frame, damaged, or larger than `bytes_max` when unpacked.
Result<std::string> decompress(std::string_view blob, std::size_t bytes_max = 256UL << 20);

}  // namespace picket::controller
