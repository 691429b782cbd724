// A regular expression that is looked for again and again while a text grows: compiled once, and
// the text is not copied. It finds what a `matches` of a matcher would. Plain value; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace picket {

class Pattern {
 public:
  explicit Pattern(const std::string& text);  // RE2's syntax
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // Anywhere in it. False when the pattern itself is none.
  bool found_in(std::string_view text) const;
  // How many groups it captures; 0 when it is none.
  int groups() const;

 private:
  std::unique_ptr<re2::RE2> re_;
};

}  // namespace picket
