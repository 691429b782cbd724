#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "controller/store/sqlite_database.h"

namespace picket::controller {
namespace {

Status sync_path(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(error_from_errno(errno, "backup " + path));
  const int result = ::fsync(fd);
  const int code = errno;
  ::close(fd);
  if (result != 0) return fail(error_from_errno(code, "backup " + path));
  return {};
}

class SqliteBackup final : public BackupJob {
 public:
  SqliteBackup(SqliteDatabase& source, std::string path)
      : source_(source), path_(std::move(path)), partial_(path_ + ".partial") {}
  SqliteBackup(const SqliteBackup&) = delete;
  SqliteBackup& operator=(const SqliteBackup&) = delete;

  ~SqliteBackup() override {
    close();
    if (!complete_) std::remove(partial_.c_str());
  }

  Status start() {
    std::remove(partial_.c_str());
    if (sqlite3_open_v2(partial_.c_str(), &copy_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        nullptr) != SQLITE_OK)
      return fail(copy_error());
    backup_ = sqlite3_backup_init(copy_, "main", source_.handle(), "main");
    if (backup_ == nullptr) return fail(copy_error());
    return {};
  }

  Result<bool> step(int pages) override {
    if (complete_) return true;
    const int code = sqlite3_backup_step(backup_, pages);
    if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) return false;
    if (code != SQLITE_DONE) {
      sqlite3_backup_finish(std::exchange(backup_, nullptr));
      return fail(copy_error());
    }
    if (auto done = finish(); !done) return fail(done.error());
    return true;
  }

 private:
  Status finish() {
    sqlite3_backup_finish(std::exchange(backup_, nullptr));
    // One plain file: the copy needs no journal beside it to be read or moved.
    if (sqlite3_exec(copy_, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr) != SQLITE_OK)
      return fail(copy_error());
    close();
    if (auto synced = sync_path(partial_); !synced) return synced;
    if (std::rename(partial_.c_str(), path_.c_str()) != 0)
      return fail(error_from_errno(errno, "backup " + path_));
    complete_ = true;
    const auto folder = std::filesystem::path(path_).parent_path();
    return sync_path(folder.empty() ? "." : folder.string());
  }

  void close() {
    if (backup_ != nullptr) sqlite3_backup_finish(std::exchange(backup_, nullptr));
    sqlite3_close_v2(std::exchange(copy_, nullptr));
  }

  Error copy_error() const {
    const int code = sqlite3_extended_errcode(copy_);
    const int primary = code & 0xFF;
    const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
    return sqlite_error(code, from_system ? sqlite3_system_errno(copy_) : 0,
                        "backup " + path_ + ": " + sqlite3_errmsg(copy_));
  }

  SqliteDatabase& source_;
  std::string path_;
  std::string partial_;
  sqlite3* copy_{nullptr};
  sqlite3_backup* backup_{nullptr};
  bool complete_{false};
};

}  // namespace

Result<std::unique_ptr<BackupJob>> SqliteDatabase::start_backup(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    return fail(ErrorCode::conflict, path + " exists already",
                "name a new file, or move the old one away");
  auto job = std::make_unique<SqliteBackup>(*this, path);
  if (auto started = job->start(); !started) return fail(started.error());
  return job;
}

}  // namespace picket::controller
