#include "common/checks/file_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "common/checks/document.h"
#include "common/checks/files.h"
#include "common/core/digest.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".check.yaml";
constexpr std::size_t kPathBytes = 500;
constexpr std::size_t kDepthMax = 16;

bool is_plain(const std::string& path) {
  if (path.size() > kPathBytes || !path.ends_with(kSuffix)) return false;
  const auto parts = split(path, '/');
  if (parts.size() > kDepthMax) return false;
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    const bool control = std::any_of(part.begin(), part.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    return !part.empty() && part.front() != '.' && !control && part != kSuffix;
  });
}

}  // namespace

Result<FileSet> read_file_set(const std::string& directory) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_directory(directory, error))
    return fail(ErrorCode::invalid_argument, directory + " is no directory",
                "name the directory of all checks: what is not in it would be removed");
  auto found = find_check_files({directory});
  if (!found) return fail(std::move(found.error()));
  if (!found->diagnostics.empty())
    return fail(ErrorCode::io, found->diagnostics.front().message,
                found->diagnostics.front().at.file);
  FileSet files;
  const fs::path root = fs::path(directory).lexically_normal();
  for (const std::string& path : found->paths) {
    auto text = read_text_file(path, DocumentLimits{}.bytes);
    if (!text) return fail(std::move(text.error()));
    files.push_back({fs::path(path).lexically_relative(root).generic_string(), std::move(*text)});
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  if (Status fine = check_file_set(files); !fine) return fail(std::move(fine.error()));
  return files;
}

Status check_file_set(const FileSet& files) {
  if (files.size() > kFilesMax)
    return fail(ErrorCode::invalid_argument, fmt::format("more than {} files", kFilesMax));
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!is_plain(files[i].path))
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("`{}` is no path of a check file", cut_utf8(clean_line(files[i].path), 80)),
          "below the directory, not hidden, and named *.check.yaml");
    if (i > 0 && files[i - 1].path >= files[i].path)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("`{}` stands twice, or the files are not sorted", files[i].path));
  }
  return {};
}

LoadedChecks load_file_set(const FileSet& files, const std::string& directory,
                           const DecodeOptions& options) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const FileText& file : files)
    texts.emplace_back(directory.empty() ? file.path : directory + "/" + file.path, file.text);
  return load_check_texts(std::move(texts), options);
}

std::string confirmation_reason(std::size_t removed, std::size_t active) {
  const bool all = removed == active;
  const bool many = active >= 10 && removed * 5 > active;
  if (removed == 0 || (!all && !many)) return {};
  return fmt::format("it would remove {} of {} checks", removed, active);
}

std::string plan_digest(const std::string& state, const FileSet& files) {
  std::string text = "picket plan 1\n" + state + '\n';
  for (const FileText& file : files) text += sha256_hex(file.text) + ' ' + file.path + '\n';
  return sha256_hex(text);
}

}  // namespace picket::checks
