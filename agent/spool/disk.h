// The few file operations that the agent needs, so that simulations can lose power, fill up and
// fail. All calls block: they belong on the blocking pool (async::offload). Implementations are
// used by one thread at a time. Interface header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace picket::agent {

// Errors of every call: disk_full, resource_exhausted, not_found, or io with the path and reason.
class Disk {
 public:
  virtual ~Disk() = default;

  // Creates the directory and its parents, readable by the owner only. Fine when it exists.
  virtual Status make_directory(const std::string& path) = 0;

  // Names in the directory, ordered; without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;

  virtual Result<std::string> read(const std::string& path) = 0;
  virtual Result<std::uint64_t> size(const std::string& path) = 0;

  // Adds to the end of the file, which is created (mode 0600) when it does not exist. After an
  // error a part of the bytes may be there.
  virtual Status append(const std::string& path, std::string_view bytes) = 0;

  virtual Status truncate(const std::string& path, std::uint64_t size) = 0;

  // After sync a file's content, after sync_directory its name, survives a loss of power.
  virtual Status sync(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;

  virtual Status rename(const std::string& from, const std::string& to) = 0;

  // Removes a file or an empty directory. Fine when it does not exist.
  virtual Status remove(const std::string& path) = 0;
};

// Replaces the file in one step: after a crash it has the old content or the new, and the new for
// certain once this has returned.
inline Status write_atomically(Disk& disk, const std::string& directory, const std::string& name,
                               std::string_view bytes) {
  const std::string fresh = directory + "/" + name + ".new";
  return disk.remove(fresh)
      .and_then([&] { return disk.append(fresh, bytes); })
      .and_then([&] { return disk.sync(fresh); })
      .and_then([&] { return disk.rename(fresh, directory + "/" + name); })
      .and_then([&] { return disk.sync_directory(directory); });
}

}  // namespace picket::agent
