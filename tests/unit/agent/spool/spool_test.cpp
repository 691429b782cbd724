#include "tests/unit/agent/spool/spool_world.h"

using namespace picket;
using namespace picket::agent;
using test::show;
using test::SpoolWorld;

namespace {

std::string shown(SpoolWorld& w, BatchLimits limits = {}) {
  std::string out;
  for (const auto& batch : w.batches(limits)) out += (out.empty() ? "" : " | ") + show(batch);
  return out;
}

}  // namespace

TEST_CASE("a record is synced before its append returns", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  const int before = w.disk.syncs();
  CHECK(w.append("a"));
  CHECK(w.disk.syncs() == before + 1);
  CHECK(shown(w) == "1:a");
}

TEST_CASE("records that arrive together share one sync", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  const int before = w.disk.syncs();
  for (int i = 0; i < 100; ++i) w.start_append("a");
  w.settle();
  CHECK(w.spool->stats().waiting == 100);
  CHECK(w.disk.syncs() - before <= 4);  // one group while it waits, few by segment size
}

TEST_CASE("what was durable is sent after a crash, as a sealed spool behind the live one",
          "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (const auto* name : {"a", "b", "c"}) REQUIRE(w.append(name));
  w.kill();
  w.disk.crash();
  REQUIRE(w.open());
  REQUIRE(w.append("new"));
  CHECK(shown(w) == "1:new | 1:a 2:b 3:c sealed");
}

TEST_CASE("batches repeat until they are acknowledged, then go on", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (const auto* name : {"a", "b", "c"}) REQUIRE(w.append(name));
  BatchLimits two;
  two.records = 2;
  CHECK(shown(w, two) == "1:a 2:b");
  CHECK(shown(w, two) == "1:a 2:b");
  w.acknowledge(w.batches()[0].spool_id(), 3);
  CHECK(shown(w) == "3:c");
  w.acknowledge(w.batches()[0].spool_id(), 4);
  CHECK(shown(w).empty());
  CHECK(w.spool->stats().waiting == 0);
}

TEST_CASE("an acknowledged backlog leaves no file", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (int i = 0; i < 300; ++i) REQUIRE(w.append("check-" + std::to_string(i)));
  w.kill();
  REQUIRE(w.open());
  while (true) {
    const auto batches = w.batches({100, 1'000'000});
    if (batches.empty()) break;
    w.acknowledge(batches[0].spool_id(), batches[0].first_seq() + 100);
  }
  CHECK(w.disk.files() == std::vector<std::string>{"/state/spool/format"});
}

TEST_CASE("a cursor that moves back is served again while the records exist", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (int i = 0; i < 200; ++i) REQUIRE(w.append("x"));
  const std::string id = w.batches()[0].spool_id();
  w.acknowledge(id, 190);
  w.acknowledge(id, 5);
  const auto batch = w.batches({1'000, 1'000'000})[0];
  CHECK(batch.first_seq() == 5);
  REQUIRE(batch.records(0).has_gap());  // acknowledged segments are gone
  CHECK(batch.records(0).gap().from() == 5);
  CHECK(batch.records(1).seq() == batch.records(0).gap().to() + 1);
  CHECK(batch.records(batch.records_size() - 1).seq() == 200);
}

TEST_CASE("a long outage's backlog becomes its own spool, live results go first", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (const auto* name : {"a", "b"}) REQUIRE(w.append(name));
  w.spool->seal();
  w.settle();
  REQUIRE(w.append("live"));
  CHECK(shown(w) == "1:live | 1:a 2:b sealed");
  CHECK(w.spool->stats().backlogs == 1);
}

TEST_CASE("nothing is sealed when nothing waits", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  w.acknowledge(w.batches()[0].spool_id(), 2);
  w.spool->seal();
  w.settle();
  CHECK(w.spool->stats().backlogs == 0);
}

TEST_CASE("a full disk keeps results in memory, sends them, and heals", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  w.disk.set_capacity(w.disk.used() + 10);
  const Status refused = w.append("b");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::disk_full);
  CHECK(w.spool->stats().disk_failing);
  CHECK(shown(w) == "1:a 2:b");
  w.disk.set_capacity(std::nullopt);
  w.pass(Seconds{5});
  CHECK_FALSE(w.spool->stats().disk_failing);
  w.kill();
  w.disk.crash();
  REQUIRE(w.open());
  CHECK(shown(w) == "1:a 2:b sealed");
}

TEST_CASE("when memory is full too, the oldest are lost and told as a gap", "[spool]") {
  SpoolWorld w;
  w.options.memory_records = 3;
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  w.disk.set_capacity(w.disk.used());
  for (const auto* name : {"b", "c", "d", "e", "f"}) CHECK_FALSE(w.append(name));
  CHECK(shown(w) == "1:a [2-3] 4:d 5:e 6:f");
  CHECK(w.spool->stats().lost == 2);
  w.disk.set_capacity(std::nullopt);
  w.pass(Seconds{5});
  CHECK(shown(w) == "1:a [2-3] 4:d 5:e 6:f");
}

TEST_CASE("an agent starts on a full disk", "[spool]") {
  SpoolWorld w;
  w.disk.set_capacity(0);
  REQUIRE(w.open());
  CHECK_FALSE(w.append("a"));
  CHECK(shown(w) == "1:a");
}

TEST_CASE("what the controller took from memory need not be written", "[spool]") {
  SpoolWorld w;
  w.disk.set_capacity(0);
  REQUIRE(w.open());
  CHECK_FALSE(w.append("a"));
  w.acknowledge(w.batches()[0].spool_id(), 2);
  CHECK(w.spool->stats().waiting == 0);
  w.disk.set_capacity(std::nullopt);
  w.pass(Seconds{2});
  REQUIRE(w.append("b"));
  CHECK(shown(w) == "2:b");
}

TEST_CASE("writes that fail are repeated, with the same sequences", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  for (int failures = 1; failures <= 3; ++failures) {
    w.disk.fail_writes(failures);
    CHECK_FALSE(w.append("x"));
    w.pass(Seconds{10});
  }
  w.kill();
  w.disk.crash();
  REQUIRE(w.open());
  CHECK(shown(w) == "1:a 2:x 3:x 4:x sealed");
}

TEST_CASE("a disk that hangs holds up no result, and has all of it when it answers", "[spool]") {
  SpoolWorld w;
  auto owned = std::make_unique<SpoolWorld::HangingPool>();
  SpoolWorld::HangingPool& pool = *owned;
  w.pool = std::move(owned);
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  pool.hangs = true;
  w.start_append("b");
  w.start_append("c");
  w.pass(Millis{1'900});
  CHECK(shown(w) == "1:a");
  w.pass(Millis{200});
  CHECK(shown(w) == "1:a 2:b 3:c");
  CHECK(w.spool->stats().disk_failing);
  w.acknowledge(w.batches()[0].spool_id(), 4);
  w.start_append("d");
  w.settle();
  CHECK(shown(w) == "4:d");
  pool.hangs = false;
  pool.answer();
  w.settle();
  CHECK_FALSE(w.spool->stats().disk_failing);
  CHECK(shown(w) == "4:d");
  CHECK(w.spool->stats().lost == 0);
  w.kill();
  w.disk.crash();
  REQUIRE(w.open());
  CHECK(shown(w).find("4:d") != std::string::npos);
}

TEST_CASE("a read-only directory is an error with the path at the start", "[spool]") {
  SpoolWorld w;
  w.disk.set_read_only(true);
  const Status opened = w.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::io);
  CHECK(opened.error().message.find("/state/spool") != std::string::npos);
}

TEST_CASE("a flipped bit costs one record, which is told as a gap", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (const auto* name : {"a", "b", "c"}) REQUIRE(w.append(name));
  w.kill();
  const std::string path = w.disk.files().front();
  w.disk.flip_bit(path, 8 * (kSegmentHeaderBytes + kFrameHeaderBytes + 1));
  REQUIRE(w.open());
  CHECK(shown(w) == "[1-1] 2:b 3:c sealed");
}

TEST_CASE("damage at the very end is told, not taken for a torn write", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  for (const auto* name : {"a", "b"}) REQUIRE(w.append(name));
  w.kill();
  const std::string path = w.disk.files().front();
  w.disk.flip_bit(path, 8 * (w.disk.size(path).value() - 1));
  REQUIRE(w.open());
  CHECK(shown(w) == "1:a [2-2] sealed");
}

TEST_CASE("the bound of bytes drops the oldest, which stays known after a restart", "[spool]") {
  SpoolWorld w;
  w.options.max_bytes = 8'000;
  REQUIRE(w.open());
  for (int i = 0; i < 400; ++i) REQUIRE(w.append("check"));
  CHECK(w.disk.used() < 11'000);
  const auto lost = w.spool->stats().lost;
  CHECK(lost > 100);
  const auto batch = w.batches({1'000, 1'000'000})[0];
  REQUIRE(batch.records(0).has_gap());
  CHECK(batch.records(0).gap().from() == 1);
  CHECK(batch.records(0).gap().to() == lost);
  CHECK(batch.records(batch.records_size() - 1).seq() == 400);
  w.kill();
  REQUIRE(w.open());
  const auto again = w.batches({1'000, 1'000'000})[0];
  CHECK(again.first_seq() == lost + 1);  // the controller asks for what is before
  w.acknowledge(again.spool_id(), 7);
  CHECK(w.batches()[0].records(0).gap().to() == lost);
}

TEST_CASE("records older than the bound of age are dropped, even the last of a backlog",
          "[spool]") {
  SpoolWorld w;
  w.options.max_age = hours{24};
  REQUIRE(w.open());
  for (const auto* name : {"a", "b"}) REQUIRE(w.append(name));
  w.kill();
  REQUIRE(w.open());
  w.pass(hours{25});
  REQUIRE(w.append("live"));
  CHECK(shown(w) == "1:live | [1-2] sealed");
  w.kill();
  REQUIRE(w.open());
  const auto batches = w.batches();
  REQUIRE(batches.size() == 2);
  CHECK(show(batches[0]) == "[2-2] sealed");  // the controller answers that it wants 1
  w.acknowledge(batches[0].spool_id(), 1);
  CHECK(show(w.batches()[0]) == "[1-2] sealed");
}

TEST_CASE("a record larger than the format allows is refused and takes no sequence", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  const Status refused = w.append(std::string(5'000'000, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  REQUIRE(w.append("a"));
  CHECK(shown(w) == "1:a");
}

TEST_CASE("a spool that is acknowledged leaves nothing when it is closed", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  w.acknowledge(w.batches()[0].spool_id(), 2);
  w.close();
  CHECK(w.disk.files() == std::vector<std::string>{"/state/spool/format"});
  REQUIRE(w.open());
  CHECK(shown(w).empty());
}

TEST_CASE("what another agent left is set aside, counted as lost and forgotten in time",
          "[spool]") {
  SpoolWorld w;
  w.options.owner = "eu-west-1/a";
  REQUIRE(w.open());
  for (const auto* name : {"a", "b", "c"}) REQUIRE(w.append(name));
  w.kill();
  w.options.owner = "us-east-1/a";
  REQUIRE(w.open());
  CHECK(shown(w).empty());
  CHECK(w.spool->stats().lost == 3);
  CHECK(w.spool->stats().waiting == 0);
  REQUIRE(w.append("ours"));
  const auto aside = [&] {
    int count = 0;
    for (const auto& file : w.disk.files()) count += file.find("/aside-") != file.npos ? 1 : 0;
    return count;
  };
  CHECK(aside() == 1);
  w.kill();
  REQUIRE(w.open());
  CHECK(shown(w) == "1:ours sealed");
  CHECK(w.spool->stats().lost == 0);
  w.kill();
  w.life->clock.step_wall(hours{24 * 8});
  REQUIRE(w.open());
  CHECK(aside() == 0);
}

TEST_CASE("an owner that cannot be noted is not taken for the one before", "[spool]") {
  SpoolWorld w;
  w.options.owner = "eu-west-1/a";
  REQUIRE(w.open());
  w.kill();
  w.options.owner = "us-east-1/a";
  w.disk.set_capacity(0);
  REQUIRE(w.open());
  REQUIRE_FALSE(w.append("ours"));
  w.disk.set_capacity(1'000'000);
  w.pass(Seconds{2});
  w.kill();
  REQUIRE(w.open());
  CHECK(shown(w) == "1:ours sealed");
}

TEST_CASE("foreign files in the spool's directory are left alone", "[spool]") {
  SpoolWorld w;
  REQUIRE(w.disk.make_directory("/state/spool"));
  REQUIRE(w.disk.append("/state/spool/notes.txt", "mine"));
  REQUIRE(w.open());
  REQUIRE(w.append("a"));
  CHECK(w.disk.read("/state/spool/notes.txt") == "mine");
}
