#include "agent/script/escaped_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "agent/script/character_codes.h"

namespace picket::agent {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(char a, char b, Letters letters) {
  return letters == Letters::exact ? a == b : lower(a) == lower(b);
}

// The code point at `at` of the value, for escapes that stand for a whole one.
Code code_point_at(std::string_view value, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(value[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (length == 1 || at + length > value.size()) return {first, 1, true};
  std::uint32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(at + i) & 0x3FU);
  return {code, length, false};
}

// How a reading goes on from a place in text and value.
struct Step {
  std::size_t text{0};
  std::size_t value{0};
  bool operator==(const Step&) const = default;
};

class Steps {
 public:
  void add(Step step) {
    if (count_ < all_.size() && std::find(begin(), end(), step) == end()) all_[count_++] = step;
  }
  std::size_t size() const { return count_; }
  const Step* begin() const { return all_.data(); }
  const Step* end() const { return all_.data() + count_; }

 private:
  std::array<Step, 8> all_{};
  std::size_t count_{0};
};

struct Search {
  std::string_view text;
  std::string_view value;
  Letters letters;
  std::size_t work{0};
};

void add_if_equal(const Search& s, std::size_t v, const Code& code, Steps& steps) {
  if (code.is_byte || code.value < 0x80) {
    const char c = static_cast<char>(code.value);
    if (same(c, s.value[v], s.letters) || (c == '+' && s.value[v] == ' '))
      steps.add({code.length, 1});
    return;
  }
  const Code wanted = code_point_at(s.value, v);
  if (!wanted.is_byte && wanted.value == code.value) steps.add({code.length, wanted.length});
}

Steps steps_at(Search& s, std::size_t i, std::size_t v) {
  ++s.work;
  Steps steps;
  const char c = s.text[i];
  if (same(c, s.value[v], s.letters) || (c == '+' && s.value[v] == ' ')) steps.add({1, 1});
  if (!begins_escape(c)) return steps;
  s.work += 8;
  constexpr std::array kLayers{Layer::none, Layer::percent, Layer::json, Layer::html};
  for (const Layer outer : kLayers)
    for (const Layer inner : kLayers)
      if (const auto code = read_code(s.text, i, outer, inner)) add_if_equal(s, v, *code, steps);
  return steps;
}

// From where several readings are possible: all of them side by side, at most kWays of them.
std::size_t longest_end(Search& s, std::size_t i, std::size_t v) {
  constexpr std::size_t kWays = 64;
  std::vector<std::vector<std::size_t>> reached(s.value.size() - v + 1);
  reached[0].push_back(i);
  const std::size_t start = v;
  for (; v < s.value.size(); ++v)
    for (const std::size_t at : reached[v - start]) {
      if (at >= s.text.size()) continue;
      for (const Step& step : steps_at(s, at, v)) {
        auto& next = reached[v - start + step.value];
        const std::size_t end = at + step.text;
        if (next.size() < kWays && std::find(next.begin(), next.end(), end) == next.end())
          next.push_back(end);
      }
    }
  const auto& ends = reached.back();
  return ends.empty() ? 0 : *std::max_element(ends.begin(), ends.end());
}

}  // namespace

Spelling find_spelling(std::string_view text, std::size_t at, std::string_view value,
                       Letters letters) {
  Search search{text, value, letters};
  std::size_t i = at;
  for (std::size_t v = 0; v < value.size();) {
    if (i >= text.size()) return {0, search.work};
    const Steps steps = steps_at(search, i, v);
    if (steps.size() == 0) return {0, search.work};
    if (steps.size() > 1) {
      const std::size_t end = longest_end(search, i, v);
      return {end == 0 ? 0 : end - at, search.work};
    }
    i += steps.begin()->text;
    v += steps.begin()->value;
  }
  return {i - at, search.work};
}

}  // namespace picket::agent
