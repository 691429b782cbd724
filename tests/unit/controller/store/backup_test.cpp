#include "controller/store/backup.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "controller/store/sqlite_database.h"
#include "controller/store/store.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/controller/store/days.h"

using namespace picket;
using namespace picket::controller;
using picket::test::open_store;

namespace {

WriteSet events(std::uint64_t seq, std::size_t bytes) {
  WriteSet set;
  const auto at = WallTime::from_unix_ms(static_cast<std::int64_t>(1000 * seq));
  set.events.push_back({seq, seq, at, at, std::string(bytes, static_cast<char>('a' + seq % 26))});
  set.meta.push_back({"last", std::to_string(seq)});
  return set;
}

void flip_bytes(const std::string& path, std::uint64_t offset, int count) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  for (int i = 0; i < count; ++i) file.put('\x5a');
}

}  // namespace

TEST_CASE("a backup made while commits go on is whole and holds one moment", "[store]") {
  const test::TempDir folder;
  const auto store = open_store(folder.file("store.db"));
  std::uint64_t seq = 0;
  while (seq < 50) REQUIRE(store->commit(events(++seq, 20'000)));
  auto job = store->start_backup(folder.file("copy.db"));
  REQUIRE(job);
  int steps = 0;
  while (!(*job)->step(20).value()) {
    REQUIRE(store->commit(events(++seq, 500)));
    ++steps;
    CHECK_FALSE(std::filesystem::exists(folder.file("copy.db")));
  }
  CHECK(steps > 5);
  REQUIRE(verify_backup(folder.file("copy.db")));
  REQUIRE(restore_backup(folder.file("copy.db"), folder.file("restored.db")));
  const auto restored = open_store(folder.file("restored.db"));
  const std::uint64_t last = restored->last_event_seq().value();
  CHECK(last == seq);  // commits of the same controller reach the copy before it is complete
  CHECK(restored->meta("last").value() == std::to_string(last));
}

TEST_CASE("a backup never replaces a file, an abandoned one leaves none", "[store]") {
  const test::TempDir folder;
  const auto store = open_store(folder.file("store.db"));
  for (std::uint64_t seq = 1; seq < 30; ++seq) REQUIRE(store->commit(events(seq, 20'000)));
  {
    auto job = store->start_backup(folder.file("copy.db"));
    REQUIRE(job);
    REQUIRE_FALSE((*job)->step(1).value());
  }
  CHECK_FALSE(std::filesystem::exists(folder.file("copy.db")));
  CHECK_FALSE(std::filesystem::exists(folder.file("copy.db.partial")));
  REQUIRE(store->backup(folder.file("copy.db")));
  CHECK(store->backup(folder.file("copy.db")).error().code == ErrorCode::conflict);
  CHECK(store->backup(folder.file("no/such/folder/copy.db")).error().code == ErrorCode::io);
}

TEST_CASE("a damaged, cut or foreign file is refused as a backup", "[store]") {
  const test::TempDir folder;
  const std::string copy = folder.file("copy.db");
  {
    const auto store = open_store(folder.file("store.db"));
    for (std::uint64_t seq = 1; seq < 30; ++seq) REQUIRE(store->commit(events(seq, 20'000)));
    REQUIRE(store->backup(copy));
  }
  REQUIRE(verify_backup(copy));
  SECTION("damaged pages") { flip_bytes(copy, 8192, 4096); }
  SECTION("cut in half") {
    std::filesystem::resize_file(copy, std::filesystem::file_size(copy) / 2);
  }
  SECTION("not a database") { flip_bytes(copy, 0, 100); }
  SECTION("an empty file") { std::filesystem::resize_file(copy, 0); }
  const auto verified = verify_backup(copy);
  REQUIRE(!verified);
  CHECK(verified.error().code == ErrorCode::corrupt);
  CHECK(restore_backup(copy, folder.file("restored.db")).error().code == ErrorCode::corrupt);
  CHECK_FALSE(std::filesystem::exists(folder.file("restored.db")));
}

TEST_CASE("a restore never replaces a database and needs a backup that exists", "[store]") {
  const test::TempDir folder;
  const auto store = open_store(folder.file("store.db"));
  REQUIRE(store->backup(folder.file("copy.db")));
  const auto onto = restore_backup(folder.file("copy.db"), folder.file("store.db"));
  CHECK(onto.error().code == ErrorCode::conflict);
  CHECK(restore_backup(folder.file("none.db"), folder.file("x.db")).error().code == ErrorCode::io);
}

TEST_CASE("a backup takes the place of a database, which stays beside it whole", "[store]") {
  const test::TempDir folder;
  const std::string target = folder.file("picket.db");
  const std::string copy = folder.file("copy.db");
  {
    const auto store = open_store(target);
    REQUIRE(store->commit(events(1, 100)));
    REQUIRE(store->backup(copy));
    REQUIRE(store->commit(events(2, 100)));
  }
  SECTION("a bad one changes nothing") {
    flip_bytes(copy, 0, 100);
    CHECK(replace_with_backup(copy, target).error().code == ErrorCode::corrupt);
    CHECK_FALSE(std::filesystem::exists(target + ".replaced"));
    CHECK(open_store(target)->last_event_seq().value() == 2);
  }
  SECTION("a good one") {
    // What a controller that was killed leaves behind: not yet in the database itself.
    std::filesystem::copy_file(target, folder.file("wal"));
    std::filesystem::rename(folder.file("wal"), target + "-wal");
    REQUIRE(replace_with_backup(copy, target));
    CHECK(std::filesystem::exists(target + ".replaced-wal"));
    std::filesystem::remove(target + ".replaced-wal");
    CHECK(open_store(target)->last_event_seq().value() == 1);
    CHECK(open_store(target + ".replaced")->last_event_seq().value() == 2);
    CHECK(replace_with_backup(copy, target).error().code == ErrorCode::conflict);
    CHECK(open_store(target)->last_event_seq().value() == 1);
  }
  SECTION("where there is none") {
    std::filesystem::remove(target);
    REQUIRE(replace_with_backup(copy, target));
    CHECK_FALSE(std::filesystem::exists(target + ".replaced"));
    CHECK(open_store(target)->last_event_seq().value() == 1);
  }
}

TEST_CASE("a backup made by a newer program is refused", "[store]") {
  const test::TempDir folder;
  const std::string copy = folder.file("copy.db");
  REQUIRE(open_store(folder.file("store.db"))->backup(copy));
  SqliteOptions options;
  options.path = copy;
  auto newer = SqliteDatabase::open(options);
  REQUIRE(newer);
  REQUIRE((*newer)->execute_script("INSERT INTO schema_migrations VALUES (999, 'later')"));
  newer->reset();
  CHECK(verify_backup(copy).error().code == ErrorCode::conflict);
}

TEST_CASE("an error of the system says what helps against it", "[store]") {
  const auto hint = [](int number) { return sqlite_error(SQLITE_IOERR, number, "x").hint; };
  CHECK(hint(EFBIG).find("LimitFSIZE") != std::string::npos);
  CHECK(hint(EIO).find("disk fails") != std::string::npos);
  CHECK(hint(ENOSPC).find("free space") != std::string::npos);
  CHECK(hint(0).find("permissions") != std::string::npos);
  CHECK(sqlite_error(SQLITE_FULL, 0, "x").code == ErrorCode::disk_full);
  CHECK(sqlite_error(SQLITE_IOERR, EFBIG, "x").code == ErrorCode::io);
}
