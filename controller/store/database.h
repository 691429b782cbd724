// A thin interface over one SQL database: SQLite today, PostgreSQL in the same dialect. `$1..$N`
// bind by name; no AUTOINCREMENT, no JSON operators, no now(). Blocking; one thread at a time.
// It never retries and never logs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/core/result.h"

namespace picket::controller {

struct Blob {
  std::string bytes;
};
using Value = std::variant<std::monostate, std::int64_t, std::string, Blob>;
using Values = std::vector<Value>;  // of $1, $2, ...

// One row of an answer, valid during the call that gets it. Columns count from 0.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string text(int column) const = 0;  // text and blobs; empty for NULL
};

// A copy of the whole database made beside running commits.
class BackupJob {
 public:
  virtual ~BackupJob() = default;

  // Copies up to `pages` pages. Returns true when the copy is complete and durable under its
  // name; before that there is only a `.partial` file, which a destroyed job removes.
  virtual Result<bool> step(int pages) = 0;
};

// Errors of all functions: disk_full, corrupt, overloaded (locked by somebody else), io with the
// path, resource_exhausted (memory), internal (wrong SQL, broken constraint).
class Database {
 public:
  virtual ~Database() = default;

  // Returns the number of rows changed.
  virtual Result<std::int64_t> execute(std::string_view sql, const Values& values) = 0;

  // Several statements without values.
  virtual Status execute_script(std::string_view sql) = 0;

  // The hook for bulk writes: the same statement once per row. Call it inside a transaction.
  virtual Status execute_many(std::string_view sql, const std::vector<Values>& rows) = 0;

  // Calls `each` per row until it returns false. `each` may use the database.
  using Each = std::function<bool(const Row&)>;
  virtual Status query(std::string_view sql, const Values& values, const Each& each) = 0;

  virtual Status begin() = 0;
  virtual Status commit() = 0;  // an error means: rolled back, nothing of it remains
  virtual void rollback() = 0;

  // Gives up to `pages` free pages back to the file system.
  virtual Status reclaim(int pages) = 0;

  virtual Result<std::unique_ptr<BackupJob>> start_backup(const std::string& path) = 0;
};

// Runs `work` between begin and commit; rolls back when it fails.
template <class Work>
Status in_transaction(Database& database, Work work) {
  if (auto begun = database.begin(); !begun) return begun;
  if (Status done = work(); !done) {
    database.rollback();
    return done;
  }
  return database.commit();
}

}  // namespace picket::controller
