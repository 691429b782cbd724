#include "controller/store/sqlite_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace picket::controller {
namespace {

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  std::string text(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string{} : std::string{static_cast<const char*>(bytes), size};
  }

 private:
  sqlite3_stmt* statement_;
};

int bind_one(sqlite3_stmt* statement, int position, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, position, *number);
  if (const auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  if (const auto* blob = std::get_if<Blob>(&value))
    return sqlite3_bind_blob64(statement, position, blob->bytes.data(), blob->bytes.size(),
                               SQLITE_STATIC);
  return sqlite3_bind_null(statement, position);
}

constexpr std::string_view kCheckPath = "look at the path, its owner and permissions";

}  // namespace

Error sqlite_error(int extended_code, int system_errno, std::string_view text) {
  const std::string message{text};
  if (system_errno == ENOSPC || system_errno == EDQUOT)
    return {ErrorCode::disk_full, message, "free space on that file system"};
  if (system_errno == EFBIG)
    return {ErrorCode::io, message, "the process may not write larger files: raise LimitFSIZE"};
  if (system_errno == EIO)
    return {ErrorCode::io, message, "the disk fails: look at the kernel's log"};
  switch (extended_code & 0xFF) {
    case SQLITE_FULL: return {ErrorCode::disk_full, message, "free space on that file system"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::corrupt, message, "stop the controller and restore the last backup"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::overloaded, message, "another process holds a lock"};
    case SQLITE_NOMEM: return {ErrorCode::resource_exhausted, message, {}};
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return {ErrorCode::io, message, std::string{kCheckPath}};
    default: return {ErrorCode::internal, message, {}};
  }
}

Error SqliteDatabase::last_error(std::string_view what) const {
  const int code = sqlite3_extended_errcode(handle_);
  // The errno of an older system call stays behind: only these codes come from one.
  const int primary = code & 0xFF;
  const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  const int system_errno = from_system ? sqlite3_system_errno(handle_) : 0;
  return sqlite_error(code, system_errno,
                      fmt::format("database {}: {}: {}", path_, what, sqlite3_errmsg(handle_)));
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const SqliteOptions& options) {
  std::unique_ptr<SqliteDatabase> database{new SqliteDatabase(options.path)};
  if (!options.read_only && options.path != ":memory:")
    if (auto locked = database->lock(); !locked) return fail(locked.error());
  const int flags =
      options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(options.path.c_str(), &database->handle_, flags, nullptr) != SQLITE_OK)
    return fail(database->last_error("cannot be opened"));
  if (auto ready = database->configure(options); !ready) return fail(ready.error());
  return database;
}

// Two controllers on one database would page twice and lose results.
Status SqliteDatabase::lock() {
  const std::string file = path_ + ".lock";
  lock_fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) {
    Error error = error_from_errno(errno, "database lock " + file);
    if (error.hint.empty()) error.hint = kCheckPath;
    return fail(std::move(error));
  }
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return {};
  return fail(ErrorCode::conflict, "database " + path_ + " is in use by another controller",
              "stop the other picket-controller, or give this one its own data folder");
}

Status SqliteDatabase::configure(const SqliteOptions& options) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, static_cast<int>(options.busy_timeout.count()));
  if (options.read_only) return {};
  std::string pragmas =
      "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-16384;"
      "PRAGMA temp_store=MEMORY;";
  if (options.pages_max > 0) pragmas += fmt::format("PRAGMA max_page_count={};", options.pages_max);
  return execute_script(pragmas);
}

SqliteDatabase::~SqliteDatabase() {
  for (auto& [sql, prepared] : idle_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(handle_);
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

Result<SqliteDatabase::Prepared> SqliteDatabase::take(std::string_view sql) {
  if (const auto found = idle_.find(sql); found != idle_.end()) {
    Prepared prepared = std::move(found->second);
    idle_.erase(found);
    return prepared;
  }
  Prepared prepared;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared.statement, nullptr) != SQLITE_OK)
    return fail(last_error("cannot prepare a statement"));
  const int count = sqlite3_bind_parameter_count(prepared.statement);
  for (int i = 1; i <= count; ++i)
    prepared.positions.push_back(
        sqlite3_bind_parameter_index(prepared.statement, fmt::format("${}", i).c_str()));
  return prepared;
}

void SqliteDatabase::give_back(std::string_view sql, Prepared prepared) {
  sqlite3_reset(prepared.statement);
  sqlite3_clear_bindings(prepared.statement);
  const auto placed = idle_.try_emplace(std::string{sql}, prepared);
  if (!placed.second) sqlite3_finalize(prepared.statement);
}

Status SqliteDatabase::bind(const Prepared& prepared, const Values& values) {
  if (values.size() != prepared.positions.size())
    return fail(ErrorCode::internal,
                fmt::format("a statement wants {} values, got {}: {}", prepared.positions.size(),
                            values.size(), sqlite3_sql(prepared.statement)));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (bind_one(prepared.statement, prepared.positions[i], values[i]) != SQLITE_OK)
      return fail(last_error("cannot bind a value"));
  return {};
}

Status SqliteDatabase::query(std::string_view sql, const Values& values, const Each& each) {
  auto prepared = take(sql);
  if (!prepared) return fail(prepared.error());
  Status status = bind(*prepared, values);
  while (status) {
    const int code = sqlite3_step(prepared->statement);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) {
      status = fail(last_error("cannot read"));
      break;
    }
    if (!each(SqliteRow{prepared->statement})) break;
  }
  give_back(sql, std::move(*prepared));
  return status;
}

Status SqliteDatabase::execute_many(std::string_view sql, const std::vector<Values>& rows) {
  if (rows.empty()) return {};
  auto prepared = take(sql);
  if (!prepared) return fail(prepared.error());
  Status status;
  for (const Values& values : rows) {
    status = bind(*prepared, values);
    if (!status) break;
    int code = sqlite3_step(prepared->statement);
    while (code == SQLITE_ROW) code = sqlite3_step(prepared->statement);
    if (code != SQLITE_DONE) {
      status = fail(last_error("cannot write"));
      break;
    }
    sqlite3_reset(prepared->statement);
  }
  give_back(sql, std::move(*prepared));
  return status;
}

Result<std::int64_t> SqliteDatabase::execute(std::string_view sql, const Values& values) {
  const std::vector<Values> one{values};
  if (auto done = execute_many(sql, one); !done) return fail(done.error());
  return std::int64_t{sqlite3_changes64(handle_)};
}

Status SqliteDatabase::execute_script(std::string_view sql) {
  const std::string text{sql};
  if (sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(last_error("cannot execute"));
  return {};
}

Status SqliteDatabase::begin() { return execute_script("BEGIN IMMEDIATE"); }

Status SqliteDatabase::commit() {
  if (sqlite3_exec(handle_, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  Error error = last_error("cannot commit");
  rollback();
  return fail(std::move(error));
}

void SqliteDatabase::rollback() {
  // Some failures (disk full) have rolled back already.
  if (sqlite3_get_autocommit(handle_) == 0)
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Status SqliteDatabase::reclaim(int pages) {
  return execute_script(fmt::format("PRAGMA incremental_vacuum({})", pages));
}

}  // namespace picket::controller
