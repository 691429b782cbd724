// What decoding reads fields through: it checks ranges, words, sizes and UTF-8, and keeps the
// first mistake with the path of its field ("check.steps[2].timeout_ms"). Values read after a
// mistake are defaults; the caller asks for error() at the end. Internal to common/wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/core/time.h"
#include "common/model/failure.h"
#include "picket/v1/check.pb.h"

namespace picket::wire {

inline constexpr std::size_t kNameMax = 256;         // names, words, addresses
inline constexpr std::size_t kTextMax = 64 * 1024;   // anything else that is not a body
inline constexpr std::size_t kBodyMax = 1024 * 1024;
inline constexpr std::size_t kListMax = 1024;
inline constexpr Millis kSpanMax = hours{24 * 366};

class Fields {
 public:
  explicit Fields(std::string_view root) { path_.push_back({root, -1}); }

  // Names the part that is being read, while it lives.
  class Part {
   public:
    Part(Fields& fields, std::string_view name, int index = -1) : fields_(fields) {
      fields_.path_.push_back({name, index});
    }
    ~Part() { fields_.path_.pop_back(); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

   private:
    Fields& fields_;
  };

  bool ok() const { return !error_; }
  const std::optional<Error>& error() const { return error_; }
  void refuse(std::string_view field, std::string_view why);

  std::string text(std::string_view field, const std::string& value, std::size_t most = kTextMax);
  // Present, short, printable.
  std::string name(std::string_view field, const std::string& value);
  // Lower-case hex digits, exactly `digits` of them.
  std::string hex(std::string_view field, const std::string& value, std::size_t digits);
  std::int64_t number(std::string_view field, std::int64_t value, std::int64_t low,
                      std::int64_t high);
  Millis millis(std::string_view field, std::int64_t value, Millis low = Millis{0});
  Nanos nanos(std::string_view field, std::int64_t value);
  WallTime time(std::string_view field, std::int64_t unix_ms);       // 1970 to 9999
  WallTime any_time(std::string_view field, std::int64_t unix_ms);   // years 1 to 9999
  SourcePosition position(std::string_view field, const v1::SourcePosition& message);

  // `parse` turns the word into an optional.
  template <class Parse>
  auto word(std::string_view field, const std::string& value, Parse parse) {
    const auto parsed = parse(value);
    if (!parsed) refuse_word(field, value);
    return parsed.value_or(typename decltype(parsed)::value_type{});
  }

  // An enumerator by its number, of 0 .. last.
  template <class Enum>
  Enum enumerator(std::string_view field, std::uint32_t value, Enum last) {
    return static_cast<Enum>(number(field, value, 0, static_cast<std::int64_t>(last)));
  }

  // `one(Fields&, element)` for each, at most `most` of them.
  template <class Repeated, class One>
  auto list(std::string_view field, const Repeated& repeated, std::size_t most, One one) {
    std::vector<decltype(one(*this, repeated.Get(0)))> out;
    const auto count = static_cast<std::size_t>(repeated.size());
    if (count > most) {
      refuse_count(field, count, most);
      return out;
    }
    out.reserve(count);
    for (int i = 0; i < repeated.size() && ok(); ++i) {
      Part part(*this, field, i);
      out.push_back(one(*this, repeated.Get(i)));
    }
    return out;
  }

 private:
  struct Step {
    std::string_view name;
    int index;
  };
  std::string render_path(std::string_view field) const;
  void refuse_word(std::string_view field, const std::string& value);
  void refuse_count(std::string_view field, std::size_t count, std::size_t most);

  std::vector<Step> path_;
  std::optional<Error> error_;
};

// The value, or the first mistake met while it was read.
template <class T>
Result<T> settle(const Fields& fields, T value) {
  if (fields.error()) return fail(*fields.error());
  return value;
}

// The enumerator of [0, last] whose to_string is `name`.
template <class Enum, Enum last>
std::optional<Enum> enumerator_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace picket::wire
