#include <catch2/catch.hpp>
#include <filesystem>

#include "controller/store/store.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/controller/store/days.h"

using namespace picket;
using namespace picket::controller;
using picket::test::day;
using picket::test::open_store;

namespace {

EvidenceRow evidence(const std::string& check, WallTime round, bool last_good = false) {
  return {CheckName{check}, RegionName{"eu"}, round, "scheduled", 0,
          "fail",           last_good,        round, "run"};
}

IncidentRow incident(const std::string& id, WallTime opening, std::optional<WallTime> resolved) {
  IncidentRow row;
  row.id = IncidentId{id};
  row.check = CheckName{"shop"};
  row.state = resolved ? IncidentState::resolved : IncidentState::open;
  row.opening_round = opening;
  row.opened = opening;
  row.resolved = resolved;
  return row;
}

std::vector<std::uint64_t> batches(Store& store) {
  std::vector<std::uint64_t> found;
  const auto each = [&](const EventBatchRow& batch) -> Status {
    found.push_back(batch.first_seq);
    return {};
  };
  REQUIRE(store.for_each_event_batch(std::uint64_t{0}, each));
  return found;
}

std::size_t evidence_count(Store& store) {
  EvidenceFilter filter;
  filter.check = CheckName{"shop"};
  filter.limit = 1000;
  return store.evidence(filter).value().size();
}

}  // namespace

TEST_CASE("an event batch goes only when it is old and folded", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    const WallTime at = day(static_cast<double>(i));
    set.events.push_back({i, i, at, at, "batch"});
  }
  set.checkpoint_seq = 2;
  REQUIRE(store->commit(set));
  const WallTime now = day(12);  // 7 days of retention: days 1 to 4 are older
  CHECK(store->prune(now, {}).value().rows == 2);
  CHECK(batches(*store).front() == 3);
  WriteSet folded;
  folded.checkpoint_seq = 10;
  REQUIRE(store->commit(folded));
  CHECK(store->prune(now, {}).value().rows == 2);
  CHECK(batches(*store).front() == 5);
  CHECK(store->last_event_seq().value() == 10);
}

TEST_CASE("the last sequence is known when every batch is pruned", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.events.push_back({1, 41, day(1), day(1), "batch"});
  set.checkpoint_seq = 41;
  REQUIRE(store->commit(set));
  REQUIRE(store->prune(day(30), {}));
  CHECK(batches(*store).empty());
  CHECK(store->last_event_seq().value() == 41);
}

TEST_CASE("evidence of incidents and of last good runs outlives the rest", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.incidents.push_back(incident("01", day(10), day(11)));
  set.incidents.push_back(incident("02", day(20), std::nullopt));
  set.evidence = {evidence("shop", day(5)),    evidence("shop", day(10) - minutes{30}),
                  evidence("shop", day(10.5)), evidence("shop", day(12)),
                  evidence("shop", day(21)),   evidence("shop", day(1), true)};
  REQUIRE(store->commit(set));
  CHECK(store->prune(day(100), {}).value().rows == 2);  // of days 5 and 12
  CHECK(evidence_count(*store) == 3);
  CHECK(store->last_good(CheckName{"shop"}).value().size() == 1);
}

TEST_CASE("an incident goes after 400 days, with its timeline, pages and runs", "[store]") {
  const auto store = open_store();
  WriteSet set;
  set.incidents.push_back(incident("01", day(10), day(11)));
  set.incidents.push_back(incident("02", day(10), day(11)));
  set.timeline.push_back({IncidentId{"01"}, day(10), "paged", "told"});
  set.evidence.push_back(evidence("shop", day(10.5)));
  OutboxRow page;
  page.id = "page-1";
  page.incident = IncidentId{"01"};
  page.state = OutboxState::accepted;
  page.finished = day(11);
  set.outbox.push_back(page);
  page.id = "page-2";
  page.incident = IncidentId{"02"};
  page.state = OutboxState::unknown;
  page.finished.reset();
  set.outbox.push_back(page);
  REQUIRE(store->commit(set));
  CHECK(store->prune(day(300), {}).value().rows == 0);
  REQUIRE(store->prune(day(500), {}));
  REQUIRE(store->prune(day(500), {}));
  CHECK_FALSE(store->incident(IncidentId{"01"}).value());
  CHECK(store->timeline(IncidentId{"01"}).value().empty());
  CHECK(store->outbox_of_incident(IncidentId{"01"}).value().empty());
  CHECK(store->incident(IncidentId{"02"}).value());  // a page of it is still owed
  CHECK(store->outbox_unfinished().value().size() == 1);
}

TEST_CASE("a call removes no more than its limit, and says that there is more", "[store]") {
  const auto store = open_store();
  WriteSet set;
  for (int i = 0; i < 25; ++i)
    set.rounds.push_back({CheckName{"shop"}, day(1) + Millis{i}, "up", "s"});
  REQUIRE(store->commit(set));
  RetentionOptions options;
  options.rows_max = 10;
  std::vector<std::int64_t> removed;
  PruneReport report;
  do {
    report = store->prune(day(1000), options).value();
    removed.push_back(report.rows);
  } while (report.more);
  CHECK(removed == std::vector<std::int64_t>{10, 10, 5});
}

TEST_CASE("a definition stays while it is in force or the newest of its time", "[store]") {
  const auto store = open_store();
  WriteSet set;
  const auto define = [&](const std::string& revision, double at) {
    set.definitions.push_back({CheckName{"shop"}, Revision{revision}, "d", day(at)});
  };
  define("a", 1);
  define("b", 2);
  define("c", 3);
  define("d", 900);
  set.active_checks = {{CheckName{"shop"}, Revision{"a"}, "shop.check.yaml"}};
  REQUIRE(store->commit(set));
  REQUIRE(store->prune(day(1000), {}));
  const auto has = [&](const std::string& revision) {
    return store->definition(CheckName{"shop"}, Revision{revision}).value().has_value();
  };
  CHECK(has("a"));
  CHECK_FALSE(has("b"));
  CHECK(has("c"));  // was in force until "d" came: runs of the kept days refer to it
  CHECK(has("d"));
}

TEST_CASE("pruned space is given back to the file system", "[store]") {
  const test::TempDir folder;
  const std::string path = folder.file("store.db");
  {
    const auto store = open_store(path);
    WriteSet set;
    for (std::uint64_t i = 1; i <= 200; ++i)
      set.events.push_back({i, i, day(1), day(1), std::string(20'000, 'x')});
    set.checkpoint_seq = 200;
    REQUIRE(store->commit(set));
  }
  const auto before = std::filesystem::file_size(path);
  {
    const auto store = open_store(path);
    for (int i = 0; i < 10; ++i) REQUIRE(store->prune(day(100), {}));
  }
  CHECK(std::filesystem::file_size(path) < before / 4);
}
