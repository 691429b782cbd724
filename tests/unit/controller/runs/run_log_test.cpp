// Runs read back from the event log: which, in what order, and in how large pieces.
#include "controller/runs/run_log.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <optional>

#include "common/async/task_group.h"
#include "common/wire/wire.h"
#include "controller/evaluate/event_codec.h"
#include "controller/store/compression.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/memory_store.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);

// Counts what it is given.
class CountingPool final : public async::BlockingPool {
 public:
  void post(std::function<void()> work) override {
    ++jobs;
    work();
  }
  int jobs{0};
};

struct Log {
  std::unique_ptr<Store> store{test::open_store()};
  CountingPool database;
  CountingPool work;
  v1::EventBatch batch;
  std::uint64_t seq{0};
  WallTime now{kStart};

  void run(const std::string& check, const std::string& region,
           RunVerdict verdict = RunVerdict::pass, bool superseded = false) {
    now = now + Seconds{10};
    test::RunSpec spec{.verdict = verdict};
    auto result = test::make_run(test::make_check(check), RegionName{region}, now, spec);
    RunReceived received{std::move(result), "agent"};
    received.superseded = superseded;
    *batch.add_events() = encode(Event{++seq, now, std::move(received)});
  }
  // `padding` makes the stored batch that large; it is skipped as any other check's event.
  void commit(std::size_t padding = 0) {
    const std::uint64_t first = seq + 1 - static_cast<std::uint64_t>(batch.events_size());
    if (padding != 0) {
      std::string noise;
      for (std::uint32_t state = 1; noise.size() < padding;
           state = state * 1'664'525 + 1'013'904'223)
        noise += static_cast<char>('a' + (state >> 24) % 26);
      test::RunSpec spec{.step = noise};
      auto result = test::make_run(test::make_check("padding"), RegionName{"eu"}, now, spec);
      *batch.add_events() = encode(Event{++seq, now, RunReceived{std::move(result), "agent"}});
    }
    WriteSet set;
    set.events.push_back({first, seq, kStart, now, compress(wire::serialize(batch))});
    REQUIRE(store->commit(set));
    batch.Clear();
  }
  Result<std::vector<RunResult>> read(RunQuery query) {
    boost::asio::io_context io;
    async::TaskGroup group{io.get_executor()};
    std::optional<Result<std::vector<RunResult>>> out;
    group.spawn("read", keep({database, work, *store}, std::move(query), out));
    io.run();
    return std::move(*out);
  }
  static async::Task<void> keep(LogPorts ports, RunQuery query,
                                std::optional<Result<std::vector<RunResult>>>& out) {
    auto reading = read_runs(ports, std::move(query));
    out = co_await std::move(reading);
  }
};

RunQuery query_of(const char* check, std::size_t limit = 50) {
  RunQuery query;
  query.check = CheckName{check};
  query.until = kStart + hours{1};
  query.limit = limit;
  return query;
}

std::vector<std::int64_t> seconds_of(const std::vector<RunResult>& runs) {
  std::vector<std::int64_t> out;
  for (const RunResult& run : runs)
    out.push_back((run.started - kStart).count() / 1000 + 1);  // it lasts 0.3 s
  return out;
}

using Times = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("the newest runs of a check come first, over the batches of the log", "[runs]") {
  Log log;
  log.run("shop", "eu");     // 10
  log.run("shop-eu", "us");  // 20: another check, whose name holds this one's
  log.commit();
  log.run("shop", "us", RunVerdict::fail);  // 30
  log.run("shop", "eu");                    // 40
  log.run("shop", "eu", RunVerdict::pass, true);
  log.commit();
  CHECK(seconds_of(log.read(query_of("shop")).value()) == Times{40, 30, 10});
  CHECK(seconds_of(log.read(query_of("shop", 2)).value()) == Times{40, 30});
  CHECK(log.read(query_of("sho")).value().empty());
  RunQuery query = query_of("shop");
  query.region = RegionName{"eu"};
  CHECK(seconds_of(log.read(query).value()) == Times{40, 10});
  query.region.reset();
  query.ended = RunQuery::Ended::failed;
  CHECK(seconds_of(log.read(query).value()) == Times{30});
  query.ended = RunQuery::Ended::good;
  CHECK(seconds_of(log.read(query).value()) == Times{40, 10});
  query.until = kStart + Seconds{35};
  CHECK(seconds_of(log.read(query).value()) == Times{10});
}

TEST_CASE("a long log is read in pieces, and only as far as it must be", "[runs]") {
  Log log;
  for (int i = 0; i < 4; ++i) {
    log.run("shop", "eu");
    log.commit(800'000);  // over half of a piece each, packed
  }
  CHECK(log.read(query_of("shop", 1)).value().size() == 1);
  CHECK(log.database.jobs == 1);
  CHECK(log.work.jobs == 1);
  log.database.jobs = 0;
  CHECK(seconds_of(log.read(query_of("shop")).value()) == Times{40, 30, 20, 10});
  CHECK(log.database.jobs >= 3);
  CHECK(log.database.jobs <= 5);
}

TEST_CASE("a batch that does not parse is an error, not a gap", "[runs]") {
  Log log;
  log.run("shop", "eu");
  log.commit();
  WriteSet set;
  set.events.push_back({9, 9, kStart, log.now, compress("no batch")});
  REQUIRE(log.store->commit(set));
  const auto runs = log.read(query_of("shop"));
  REQUIRE(!runs);
  CHECK(runs.error().code == ErrorCode::corrupt);
}
