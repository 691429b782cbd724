// A spool on a disk in memory, in virtual time, with a controller's cursor beside it.
// One thread; each call runs until nothing is ready.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/spool/spool.h"
#include "tests/support/sim/memory_disk.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::test {

struct SpoolWorld {
  // One start of the agent: everything but the disk ends with it.
  struct Life {
    explicit Life(WallTime start) : clock(context.get_executor(), start) {}
    boost::asio::io_context context{1};
    sim::SimClock clock;
    async::TaskGroup tasks{context.get_executor()};
    std::unique_ptr<agent::Spool> owned;
  };

  explicit SpoolWorld(std::uint64_t seed = 1) : random{seed}, disk{random.fork("disk")} {
    options.directory = "/state/spool";
    options.segment_bytes = 2'000;
  }

  static async::Task<void> keep(async::Task<Result<std::unique_ptr<agent::Spool>>> work,
                                std::optional<Result<std::unique_ptr<agent::Spool>>>& out) {
    out = co_await std::move(work);
  }

  Status open() {
    agent::SpoolPorts ports{life->context.get_executor(), life->clock, disk, *pool,
                            random.fork("spool")};
    std::optional<Result<std::unique_ptr<agent::Spool>>> out;
    life->tasks.spawn("open", keep(agent::Spool::open(std::move(ports), options), out));
    settle();
    REQUIRE(out.has_value());
    if (!*out) return fail(out->error());
    life->owned = std::move(**out);
    spool = life->owned.get();
    return {};
  }

  static async::Task<void> end(agent::Spool& it) { co_await it.close(); }
  void close() {
    life->tasks.spawn("close", end(*spool));
    settle();
    kill();
  }

  // Holds what is asked of the disk back while it hangs.
  struct HangingPool final : async::BlockingPool {
    void post(std::function<void()> work) override {
      waiting.push_back(std::move(work));
      if (!hangs) answer();
    }
    void answer() {
      for (auto& work : std::exchange(waiting, {})) work();
    }
    bool hangs{false};
    std::vector<std::function<void()>> waiting;
  };

  // Ends without a word to the disk: kill -9.
  void kill() {
    const WallTime now = life->clock.wall_now();
    spool = nullptr;
    life = std::make_unique<Life>(now);
  }

  static v1::Record record(const std::string& check) {
    v1::Record out;
    out.mutable_missed()->set_check(check);
    return out;
  }

  static async::Task<void> append_one(agent::Spool& it, v1::Record r,
                                      std::shared_ptr<std::optional<Status>> out) {
    *out = co_await it.append(std::move(r));
  }
  std::shared_ptr<std::optional<Status>> start_append(const std::string& check) {
    auto out = std::make_shared<std::optional<Status>>();
    life->tasks.spawn("append", append_one(*spool, record(check), out));
    return out;
  }
  Status append(const std::string& check) {
    const auto out = start_append(check);
    settle();
    REQUIRE(out->has_value());
    return **out;
  }

  static async::Task<void> read(agent::Spool& it, agent::BatchLimits limits,
                                std::vector<v1::SpoolBatch>& out) {
    auto got = co_await it.next_batches(limits);
    if (got) out = std::move(*got);
  }
  std::vector<v1::SpoolBatch> batches(agent::BatchLimits limits = {}) {
    std::vector<v1::SpoolBatch> out;
    life->tasks.spawn("read", read(*spool, limits, out));
    settle();
    return out;
  }

  static async::Task<void> ack(agent::Spool& it, SpoolId id, std::uint64_t next) {
    co_await it.acknowledge(std::move(id), next);
  }
  void acknowledge(const std::string& id, std::uint64_t next) {
    life->tasks.spawn("ack", ack(*spool, SpoolId{id}, next));
    settle();
  }

  void settle() { pass(Nanos{0}); }
  void pass(Nanos span) { sim::run_for(life->context, life->clock, span); }

  Random random;
  sim::MemoryDisk disk;
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  agent::SpoolOptions options;
  agent::Spool* spool{nullptr};
  std::unique_ptr<Life> life{std::make_unique<Life>(WallTime::from_unix_ms(1'800'000'000'000))};
};

// "1 2 3" with gaps as "[4-6]": what the batch holds.
inline std::string show(const v1::SpoolBatch& batch) {
  std::string out;
  for (const auto& record : batch.records()) {
    if (!out.empty()) out += ' ';
    out += record.has_gap() ? "[" + std::to_string(record.gap().from()) + "-" +
                                  std::to_string(record.gap().to()) + "]"
                            : std::to_string(record.seq()) + ":" + record.missed().check();
  }
  return out + (batch.sealed() ? " sealed" : "");
}

}  // namespace picket::test
