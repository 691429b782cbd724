#include "controller/runs/log_walk.h"

#include <limits>
#include <utility>

namespace picket::controller {
namespace {

constexpr std::size_t kPieceBytes = 512 * 1024;  // packed: a few ms of either pool

}  // namespace

async::Task<Status> walk_back(LogPorts ports, LogSpan span, LookAtBatches look,
                              std::function<void()> looked) {
  std::uint64_t before = std::numeric_limits<std::int64_t>::max();
  while (true) {
    const auto read = [&] {
      return ports.store.event_batches_before(before, span.from, span.until, kPieceBytes);
    };
    const auto batches = co_await async::offload(ports.database_pool, read);
    if (!batches) co_return fail(batches.error());
    if (batches->empty()) co_return Status{};
    before = batches->back().first_seq;
    const auto shown = [&look, &batches] { return look(*batches); };
    const auto enough = co_await async::offload(ports.work_pool, shown);
    if (!enough) co_return fail(enough.error());
    if (looked) looked();
    if (*enough) co_return Status{};
  }
}

}  // namespace picket::controller
