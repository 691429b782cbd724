// A file of another tool while it is imported: its tree, and what in it is not as that tool has it.
// Any bytes are safe to give; size, depth and keys are bounded. Owned by one import; one thread.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"

namespace picket::cli {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kImportBytesMax = 64 * 1024 * 1024;

class Source {
 public:
  // As picket reads check files: 1 MiB, duplicate keys refused; words such as `on` are texts.
  // invalid_argument with each mistake and its place.
  static Result<Source> parse_yaml(const std::string& file, const std::string& text);
  // invalid_argument with line and column.
  static Result<Source> parse_json(const std::string& file, const std::string& text);

  const Json& root() const { return *root_; }
  const std::string& file() const { return file_; }

  // Members of a map. Absent and null give the fallback; a wrong type does too and is a mistake.
  std::string text(const Json& map, const char* key, std::string fallback = {}) const;
  std::optional<bool> flag(const Json& map, const char* key) const;
  std::optional<double> number(const Json& map, const char* key) const;
  const Json& list(const Json& map, const char* key) const;
  const Json& map(const Json& map, const char* key) const;
  std::vector<std::string> texts(const Json& map, const char* key) const;

  // `value` itself as text; a list or map is a mistake.
  std::string text_of(const Json& value) const;
  // Whether it is a map; anything else is a mistake.
  bool is_map(const Json& value) const;
  void refuse(const Json& at, const std::string& message) const;

  // "file:line:column" where lines are known, else "file: the.path[3].of".
  std::string place(const Json& value) const;

  // invalid_argument with every mistake so far.
  Status status() const;

 private:
  explicit Source(std::string file) : file_(std::move(file)), root_(std::make_unique<Json>()) {}
  const Json* find(const Json& map, const char* key) const;

  std::string file_;
  std::unique_ptr<Json> root_;  // never changed after parsing: places are known by address
  std::unordered_map<const Json*, std::string> places_;
  mutable std::vector<std::string> mistakes_;
};

}  // namespace picket::cli
