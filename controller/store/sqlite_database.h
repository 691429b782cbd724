// Database over SQLite: WAL, synchronous=FULL, one owner per file (an advisory lock beside it).
// Owned by Store. Blocking; one thread at a time.
#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/time.h"
#include "controller/store/database.h"

namespace picket::controller {

struct SqliteOptions {
  std::string path;           // or ":memory:"
  bool read_only{false};      // nothing is written, nothing is locked
  std::int64_t pages_max{0};  // 0: as large as the disk
  Millis busy_timeout{5000};  // for readers of other processes; this one never waits for itself
};

class SqliteDatabase final : public Database {
 public:
  // Errors: io (no such folder, not allowed), conflict (another process owns the file), corrupt
  // (not a database), disk_full.
  static Result<std::unique_ptr<SqliteDatabase>> open(const SqliteOptions& options);
  ~SqliteDatabase() override;
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  Result<std::int64_t> execute(std::string_view sql, const Values& values) override;
  Status execute_script(std::string_view sql) override;
  Status execute_many(std::string_view sql, const std::vector<Values>& rows) override;
  Status query(std::string_view sql, const Values& values, const Each& each) override;
  Status begin() override;
  Status commit() override;
  void rollback() override;
  Status reclaim(int pages) override;
  Result<std::unique_ptr<BackupJob>> start_backup(const std::string& path) override;

  // The error that the last call left, as one of ours.
  Error last_error(std::string_view what) const;
  sqlite3* handle() { return handle_; }

 private:
  struct Prepared {
    sqlite3_stmt* statement{nullptr};
    std::vector<int> positions;  // of $1, $2, ...
  };

  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}
  Status lock();
  Status configure(const SqliteOptions& options);
  Result<Prepared> take(std::string_view sql);
  void give_back(std::string_view sql, Prepared prepared);
  Status bind(const Prepared& prepared, const Values& values);

  std::string path_;
  int lock_fd_{-1};
  sqlite3* handle_{nullptr};
  std::map<std::string, Prepared, std::less<>> idle_;  // statements not in use, by their text
};

// The message and code of an SQLite failure. `system_errno` is that of the failed system call.
Error sqlite_error(int extended_code, int system_errno, std::string_view text);

}  // namespace picket::controller
