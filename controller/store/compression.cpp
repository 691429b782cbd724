#include "controller/store/compression.h"

#include <fmt/format.h>
#include <zstd.h>

namespace picket::controller {

namespace {

constexpr int kLevel = 3;

// A checksum makes a flipped bit an error instead of other data.
struct Context {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  Context() {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(context); }
};

}  // namespace

std::string compress(std::string_view bytes) {
  thread_local Context context;
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context.context, out.data(), out.size(), bytes.data(), bytes.size());
  out.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return out;
}

Result<std::string> decompress(std::string_view blob, std::size_t bytes_max) {
  const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return fail(ErrorCode::corrupt, "a stored blob is not a zstd frame");
  if (size > bytes_max)
    return fail(ErrorCode::corrupt, fmt::format("a stored blob unpacks to {} bytes", size));
  std::string out(size, '\0');
  const std::size_t got = ZSTD_decompress(out.data(), out.size(), blob.data(), blob.size());
  if (ZSTD_isError(got) != 0)
    return fail(ErrorCode::corrupt,
                fmt::format("a stored blob is damaged: {}", ZSTD_getErrorName(got)));
  if (got != size) return fail(ErrorCode::corrupt, "a stored blob is shorter than it says");
  return out;
}

}  // namespace picket::controller
