#include "controller/store/backup.h"

#include <filesystem>

#include "controller/store/migrations.h"
#include "controller/store/sqlite_database.h"

namespace picket::controller {
namespace {

constexpr std::string_view kTakeAnother = "take another backup";

Result<int> stored_version(Database& database) {
  int version = 0;
  const auto read = [&](const Row& row) {
    version = static_cast<int>(row.integer(0));
    return true;
  };
  const auto done =
      database.query("SELECT coalesce(max(number), 0) FROM schema_migrations", {}, read);
  if (!done) return fail(done.error());
  return version;
}

Status check_integrity(Database& database, const std::string& path) {
  std::string finding;
  const auto read = [&](const Row& row) {
    finding = row.text(0);
    return false;
  };
  if (auto done = database.query("PRAGMA integrity_check(1)", {}, read); !done) return done;
  if (finding == "ok") return {};
  return fail(ErrorCode::corrupt, path + " is damaged: " + finding, std::string{kTakeAnother});
}

}  // namespace

Status verify_backup(const std::string& path) {
  std::error_code missing;
  if (!std::filesystem::is_regular_file(path, missing))
    return fail(ErrorCode::io, "there is no backup at " + path);
  SqliteOptions options;
  options.path = path;
  options.read_only = true;
  auto database = SqliteDatabase::open(options);
  if (!database) return fail(database.error());
  if (auto whole = check_integrity(**database, path); !whole) return whole;
  const auto version = stored_version(**database);
  if (!version)
    return fail(ErrorCode::corrupt, path + " is not a store of picket-controller",
                std::string{kTakeAnother});
  return check_version(*version, migrations());
}

Status restore_backup(const std::string& backup, const std::string& target) {
  if (auto whole = verify_backup(backup); !whole) return whole;
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored))
    return fail(ErrorCode::conflict, target + " exists already",
                "stop the controller and move the old database away first");
  SqliteOptions options;
  options.path = backup;
  options.read_only = true;
  auto source = SqliteDatabase::open(options);
  if (!source) return fail(source.error());
  auto job = (*source)->start_backup(target);
  if (!job) return fail(job.error());
  while (true) {
    const auto done = (*job)->step(1024);
    if (!done) return fail(done.error());
    if (*done) return {};
  }
}

Status replace_with_backup(const std::string& backup, const std::string& target) {
  const std::string fresh = target + ".new";
  const std::string old = target + ".replaced";
  std::error_code error;
  if (std::filesystem::exists(old, error))
    return fail(ErrorCode::conflict, old + " is there since the last time",
                "look whether you need it, and remove it");
  std::filesystem::remove(fresh, error);
  if (auto copied = restore_backup(backup, fresh); !copied) return copied;
  // The journal goes with its database, by the name by which it is found there.
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (!std::filesystem::exists(target + suffix, error)) continue;
    std::filesystem::rename(target + suffix, old + suffix, error);
    if (error) return fail(ErrorCode::io, target + suffix + ": " + error.message());
  }
  std::filesystem::rename(fresh, target, error);
  if (error) return fail(ErrorCode::io, target + ": " + error.message());
  return {};
}

}  // namespace picket::controller
