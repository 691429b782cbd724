#include "tests/support/sim/memory_disk.h"

#include <algorithm>
#include <cerrno>

namespace picket::sim {
namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

tl::unexpected<Error> missing(const std::string& path) {
  return fail(ErrorCode::not_found, path + ": no such file");
}

}  // namespace

Status MemoryDisk::writable(const std::string& path, std::string_view verb) {
  if (read_only_) return fail(error_from_errno(EROFS, std::string(verb) + " " + path));
  return {};
}

bool MemoryDisk::fails_now() {
  if (failing_writes_ == 0) return false;
  --failing_writes_;
  return true;
}

Status MemoryDisk::make_directory(const std::string& path) {
  if (directories_.contains(path)) return {};
  if (auto allowed = writable(path, "create directory"); !allowed) return allowed;
  for (auto part = path; !part.empty(); part = parent_of(part)) directories_.insert(part);
  return {};
}

Result<std::vector<std::string>> MemoryDisk::list(const std::string& directory) {
  if (!directories_.contains(directory)) return missing(directory);
  std::vector<std::string> names;
  const auto add = [&](const std::string& path) {
    if (parent_of(path) == directory) names.push_back(path.substr(directory.size() + 1));
  };
  for (const auto& [path, file] : files_) add(path);
  for (const auto& path : directories_) add(path);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> MemoryDisk::read(const std::string& path) {
  const auto it = files_.find(path);
  if (it == files_.end()) return missing(path);
  return it->second.bytes;
}

Result<std::uint64_t> MemoryDisk::size(const std::string& path) {
  const auto it = files_.find(path);
  if (it == files_.end()) return missing(path);
  return it->second.bytes.size();
}

Status MemoryDisk::append(const std::string& path, std::string_view bytes) {
  if (auto allowed = writable(path, "write"); !allowed) return allowed;
  if (!directories_.contains(parent_of(path))) return missing(path);
  File& file = files_[path];
  if (fails_now()) {
    file.bytes += bytes.substr(0, random_.below(bytes.size() + 1));
    return fail(error_from_errno(EIO, "write " + path));
  }
  const std::uint64_t used_now = used();
  const std::uint64_t left =
      capacity_ ? (*capacity_ > used_now ? *capacity_ - used_now : 0) : bytes.size();
  file.bytes += bytes.substr(0, std::min<std::uint64_t>(left, bytes.size()));
  if (left < bytes.size()) return fail(error_from_errno(ENOSPC, "write " + path));
  return {};
}

Status MemoryDisk::truncate(const std::string& path, std::uint64_t size) {
  if (auto allowed = writable(path, "truncate"); !allowed) return allowed;
  const auto it = files_.find(path);
  if (it == files_.end()) return missing(path);
  it->second.bytes.resize(size);
  it->second.synced = std::min<std::size_t>(it->second.synced, size);
  return {};
}

Status MemoryDisk::sync(const std::string& path) {
  const auto it = files_.find(path);
  if (it == files_.end()) return missing(path);
  if (fails_now()) return fail(error_from_errno(EIO, "sync " + path));
  ++syncs_;
  it->second.synced = it->second.bytes.size();
  return {};
}

Status MemoryDisk::sync_directory(const std::string& path) {
  for (auto& [name, file] : files_)
    if (parent_of(name) == path) file.name_synced = true;
  return {};
}

Status MemoryDisk::rename(const std::string& from, const std::string& to) {
  if (auto allowed = writable(from, "rename"); !allowed) return allowed;
  if (directories_.erase(from) != 0) {
    directories_.insert(to);
    for (auto it = files_.begin(); it != files_.end();) {
      auto next = std::next(it);
      if (parent_of(it->first) == from) {
        auto file = files_.extract(it);
        file.key() = to + file.key().substr(from.size());
        files_.insert(std::move(file));
      }
      it = next;
    }
    return {};
  }
  auto node = files_.extract(from);
  if (node.empty()) return missing(from);
  files_.erase(to);
  node.key() = to;
  files_.insert(std::move(node));
  return {};
}

Status MemoryDisk::remove(const std::string& path) {
  if (auto allowed = writable(path, "remove"); !allowed) return allowed;
  files_.erase(path);
  const bool in_use = std::any_of(files_.begin(), files_.end(),
                                  [&](const auto& f) { return parent_of(f.first) == path; });
  if (in_use) return fail(error_from_errno(ENOTEMPTY, "remove " + path));
  directories_.erase(path);
  return {};
}

void MemoryDisk::crash() {
  for (auto it = files_.begin(); it != files_.end();) {
    File& file = it->second;
    if (!file.name_synced && random_.chance(0.5)) {
      it = files_.erase(it);
      continue;
    }
    const std::size_t loose = file.bytes.size() - file.synced;
    const std::size_t kept = file.synced + (loose == 0 ? 0 : random_.below(loose + 1));
    file.bytes.resize(kept);
    if (kept > file.synced && random_.chance(0.3))
      file.bytes[file.synced + random_.below(kept - file.synced)] ^= '\x55';
    file.synced = kept;
    file.name_synced = true;
    ++it;
  }
}

void MemoryDisk::flip_bit(const std::string& path, std::size_t bit) {
  std::string& bytes = files_.at(path).bytes;
  bytes[bit / 8 % bytes.size()] ^= static_cast<char>(1 << bit % 8);
}

std::vector<std::string> MemoryDisk::files() const {
  std::vector<std::string> out;
  for (const auto& [path, file] : files_) out.push_back(path);
  return out;
}

std::uint64_t MemoryDisk::used() const {
  std::uint64_t total = 0;
  for (const auto& [path, file] : files_) total += file.bytes.size();
  return total;
}

}  // namespace picket::sim
