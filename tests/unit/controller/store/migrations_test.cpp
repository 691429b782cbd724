#include "controller/store/migrations.h"

#include <catch2/catch.hpp>

#include "controller/store/sqlite_database.h"
#include "controller/store/store.h"
#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::controller;

namespace {

std::unique_ptr<SqliteDatabase> open(const std::string& path) {
  SqliteOptions options;
  options.path = path;
  auto database = SqliteDatabase::open(options);
  REQUIRE(database);
  return std::move(*database);
}

std::int64_t count(Database& database, const std::string& sql) {
  std::int64_t found = -1;
  const auto read = [&](const Row& row) {
    found = row.integer(0);
    return false;
  };
  REQUIRE(database.query(sql, {}, read));
  return found;
}

}  // namespace

TEST_CASE("the embedded migrations are numbered from 1 without holes", "[store]") {
  int expected = 0;
  for (const Migration& step : migrations()) CHECK(step.number == ++expected);
  CHECK(expected >= 1);
}

TEST_CASE("a migration runs once, later ones are added", "[store]") {
  const auto database = open(":memory:");
  std::vector<Migration> steps{{1, "0001_a", "CREATE TABLE a (x INTEGER)"}};
  REQUIRE(migrate(*database, steps));
  REQUIRE(migrate(*database, steps));
  steps.push_back({2, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO b VALUES (7)"});
  REQUIRE(migrate(*database, steps));
  CHECK(schema_version(*database).value() == 2);
  CHECK(count(*database, "SELECT count(*) FROM b") == 1);
}

TEST_CASE("a migration that fails half-way leaves nothing and is repeated", "[store]") {
  const test::TempDir folder;
  const std::string path = folder.file("store.db");
  const Migration good{1, "0001_a", "CREATE TABLE a (x INTEGER)"};
  {
    const auto database = open(path);
    const auto status = migrate(
        *database,
        {good, {2, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1)"}});
    REQUIRE(!status);
    CHECK(status.error().message.find("0002_b") != std::string::npos);
  }
  const auto database = open(path);
  CHECK(schema_version(*database).value() == 1);
  CHECK(count(*database, "SELECT count(*) FROM sqlite_master WHERE name = 'b'") == 0);
  REQUIRE(migrate(*database, {good, {2, "0002_b", "CREATE TABLE b (x INTEGER)"}}));
  CHECK(schema_version(*database).value() == 2);
}

TEST_CASE("days of the ledger from before durations are kept, without any", "[store]") {
  const test::TempDir folder;
  const std::string path = folder.file("store.db");
  {
    const auto database = open(path);
    std::vector<Migration> before{migrations().begin(), migrations().begin() + 4};
    REQUIRE(migrate(*database, before));
    REQUIRE(database->execute("INSERT INTO ledger VALUES ($1, $2, $3, $4)",
                              {"shop", "eu", std::int64_t{20'000}, Blob{"bits"}}));
  }
  const auto store = std::move(Store::open(StoreOptions{.path = path}).value());
  const auto days = store->ledger(CheckName{"shop"}, std::nullopt, 20'000, 20'000).value();
  REQUIRE(days.size() == 1);
  CHECK((days[0].blob == "bits" && days[0].durations.empty()));
}

TEST_CASE("a database newer than the program is refused, and says both versions", "[store]") {
  const auto database = open(":memory:");
  REQUIRE(migrate(*database, {{1, "0001_a", "SELECT 1"}, {2, "0002_b", "SELECT 1"}}));
  const auto status = migrate(*database, {{1, "0001_a", "SELECT 1"}});
  REQUIRE(!status);
  CHECK(status.error().code == ErrorCode::conflict);
  CHECK(status.error().message.find("version 2") != std::string::npos);
  CHECK(status.error().message.find("up to 1") != std::string::npos);
}
