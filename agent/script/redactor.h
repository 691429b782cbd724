// Takes secrets out of everything that leaves the agent: found by value, in plain and in every
// escaped form a target may send back. One per attempt; plain data, no I/O.
//
// Each character of a value is recognised as itself (letters in either case), percent-encoded,
// as "+" for a space, JSON-escaped and as an HTML entity, also mixed; beside that the base64 of the
// whole value. Values shorter than kFreeBytesMin are replaced only where they stand alone, not
// inside longer words: "42" would shred every number.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace picket::agent {

class Redactor {
 public:
  static constexpr std::size_t kFreeBytesMin = 4;
  static constexpr std::string_view kMask = "***";

  // `name` is a shell variable's: "SHOP_PASSWORD". Empty values are ignored.
  void add(const std::string& name, const std::string& value);

  // Registers what basic authentication makes of the two.
  void add_basic(const std::string& user, const std::string& password);

  // The text with every secret as ***. Not cleaned, not cut.
  std::string apply(std::string_view text) const;

  // The same for the first `bytes` bytes of the text; a secret that begins there is replaced whole
  // even when it ends behind, so that no half of it is left.
  std::string apply_start(std::string_view text, std::size_t bytes) const;

  struct Piece {
    std::string text;      // of the input, or the shell expression that makes it again
    bool is_shell{false};
  };
  // The text in pieces for a shell: secrets as "$NAME" or as a command that encodes "$NAME" in
  // the way that was found.
  std::vector<Piece> pieces(std::string_view text) const;

  bool holds_secret(std::string_view text) const;

  // No escaped form of a secret is longer.
  std::size_t reach() const;

 private:
  struct Needle {
    std::string value;
    std::string shell;   // for the plain form
    std::string source;  // what an encoding command reads; empty: plain form only
  };
  struct Match {
    std::size_t length{0};
    const Needle* needle{nullptr};
  };
  Match match_at(std::string_view text, std::size_t at) const;
  void sort();

  std::vector<Needle> needles_;  // longest first
};

}  // namespace picket::agent
