#include "common/checks/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

namespace picket::checks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".check.yaml";
constexpr int kDepthMax = 32;

Diagnostic unreadable(const std::string& path, const std::string& why) {
  Diagnostic diagnostic;
  diagnostic.code = "E0101";
  diagnostic.message = why;
  diagnostic.at.file = path;
  return diagnostic;
}

// ..data and ..2026_01_01 of a mounted ConfigMap, .git and the like.
bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void look_at(const fs::directory_entry& entry, fs::recursive_directory_iterator& walk,
             FoundFiles& found) {
  std::error_code error;
  if (entry.is_directory(error) && !entry.is_symlink(error)) {
    if (is_hidden(entry.path()) || walk.depth() >= kDepthMax) walk.disable_recursion_pending();
    return;
  }
  const std::string path = entry.path().lexically_normal().string();
  if (!path.ends_with(kSuffix) || is_hidden(entry.path())) return;
  if (!entry.exists(error))
    found.diagnostics.push_back(unreadable(path, "the link leads nowhere"));
  else
    found.paths.push_back(path);
}

void walk_directory(const std::string& root, FoundFiles& found) {
  std::error_code error;
  fs::recursive_directory_iterator walk(root, error);
  if (error) {
    found.diagnostics.push_back(
        unreadable(root, fmt::format("the directory cannot be read: {}", error.message())));
    return;
  }
  while (walk != fs::recursive_directory_iterator{}) {
    const fs::directory_entry entry = *walk;
    look_at(entry, walk, found);
    walk.increment(error);
    if (!error) continue;
    found.diagnostics.push_back(unreadable(
        entry.path().string(), fmt::format("the directory cannot be read: {}", error.message())));
    return;
  }
}

// Each file once, however many paths lead to it.
void drop_twins(std::vector<std::string>& paths) {
  std::sort(paths.begin(), paths.end());
  std::set<std::string> seen;
  const auto is_twin = [&](const std::string& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    return !seen.insert(error ? path : real.string()).second;
  };
  paths.erase(std::remove_if(paths.begin(), paths.end(), is_twin), paths.end());
}

}  // namespace

Result<FoundFiles> find_check_files(const std::vector<std::string>& paths) {
  FoundFiles found;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
      return fail(ErrorCode::not_found, fmt::format("{} does not exist", path));
    if (status.type() == fs::file_type::directory)
      walk_directory(path, found);
    else
      found.paths.push_back(path);
  }
  drop_twins(found.paths);
  return found;
}

Result<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    return fail(ErrorCode::not_found, fmt::format("{} does not exist", path));
  if (status.type() != fs::file_type::regular && status.type() != fs::file_type::unknown)
    return fail(ErrorCode::invalid_argument, fmt::format("{} is not a regular file", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(error_from_errno(errno == 0 ? EIO : errno, path));
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(error_from_errno(EIO, path));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > bytes_max)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} is larger than {} KiB", path, bytes_max / 1024));
  return text;
}

}  // namespace picket::checks
