// Typed reading of a node tree: each reader reports what is wrong, with its fix, and leaves its
// target untouched. Used for check files and for the daemons' configuration. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/checks/document.h"
#include "common/checks/keys.h"
#include "common/checks/report.h"
#include "common/core/time.h"

namespace picket::checks {

template <class T>
struct Range {
  T low;
  T high;  // inclusive
};

// One map: refuses unknown keys (with a near one) and words this version does not run, then hands
// out its values. Keys a caller never asks for are refused all the same.
class Fields {
 public:
  Fields(Report& report, const Node& node, const KeyGroup& keys);

  bool is_map() const { return node_.is_map(); }
  const Mark& at() const { return node_.at; }
  Report& report() const { return report_; }

  const Entry* find(std::string_view key) const { return node_.find(key); }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  // nullptr and a mistake when it is missing.
  const Entry* require(std::string_view key, std::string_view example) const;

  // False: absent or wrong; `out` is as it was.
  bool text(std::string_view key, std::string& out) const;
  bool flag(std::string_view key, bool& out) const;
  bool integer(std::string_view key, Range<int> range, int& out) const;
  bool duration(std::string_view key, Range<Millis> range, Millis& out) const;
  bool size(std::string_view key, Range<std::uint64_t> range, std::uint64_t& out) const;
  bool choice(std::string_view key, const std::vector<std::string>& allowed,
              std::string& out) const;
  // True, with a mistake: the value is this word of the format, which this version does not run.
  bool is_later(std::string_view key, std::string_view word, std::string_view help) const;
  bool texts(std::string_view key, std::vector<std::string>& out) const;  // a list, or one text
  // Each item of a list, or the value itself; nothing when the key is absent.
  void each(std::string_view key, const std::function<void(const Node&)>& look) const;

 private:
  Report& report_;
  const Node& node_;
};

// The same readers for one value; `name` stands in the message.
std::optional<std::string> read_text(Report& report, std::string_view name, const Node& node);
// A text, a number or a boolean as it is written: for values that are text on the wire.
std::optional<std::string> read_scalar_text(Report& report, std::string_view name,
                                            const Node& node);
std::optional<bool> read_flag(Report& report, std::string_view name, const Node& node);
std::optional<int> read_integer(Report& report, std::string_view name, const Node& node,
                                Range<int> range);
std::optional<Millis> read_duration(Report& report, std::string_view name, const Node& node,
                                    Range<Millis> range);
std::optional<std::uint64_t> read_size(Report& report, std::string_view name, const Node& node,
                                       Range<std::uint64_t> range);

// E0108: "`name` must be `wanted`, not a list".
Diagnostic& add_wrong_type(Report& report, std::string_view name, const Node& node,
                           std::string_view wanted);

// Entries of a map in file order; a mistake when it is none.
const std::vector<Entry>& entries_of(Report& report, std::string_view name, const Node& node);

}  // namespace picket::checks
