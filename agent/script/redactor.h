// Takes secrets out of everything that leaves the agent: found by value, in plain and in every
// escaped form a target may send back. One per attempt; plain data, no I/O.
//
// Each character of a value is recognised as itself (letters in either case), percent-encoded,
// as "+" for a space, JSON-escaped and as an HTML entity, also mixed and twice (escaped_text.h);
// in UTF-8 that was taken for Latin-1 and encoded again, also without the white space around it,
// with its control characters cleaned, and its longer parts between line breaks, "#" and ";";
// beside that the base64 of the whole value and, from kInnerBytesMin bytes on, of something larger
// that it is part of. Values shorter than kFreeBytesMin are replaced only where they stand alone,
// not inside longer words ("42" would shred every number), and not in base64.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/script/escaped_text.h"

namespace picket::agent {

class Redactor {
 public:
  static constexpr std::size_t kFreeBytesMin = 4;
  static constexpr std::size_t kInnerBytesMin = 6;
  static constexpr std::string_view kMask = "***";
  // Less than a second. What a target sends could make the search for what it sent before
  // as slow as it likes: texts beyond that are masked whole.
  static constexpr std::size_t kWorkMax = 4'000'000;

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
    std::string text;  // of the input, or the shell expression that makes it again
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
    Letters letters{Letters::either_case};
  };
  struct Match {
    std::size_t length{0};
    const Needle* needle{nullptr};
  };
  struct Span {
    std::size_t begin{0};
    std::size_t end{0};
    const Needle* needle{nullptr};
  };
  // The match and those that begin inside of it and end behind it, in order.
  std::vector<Span> overlapping(std::string_view text, std::size_t at, const Match& match) const;
  Match match_at(std::string_view text, std::size_t at) const;
  void add_base64(const std::string& name, const std::string& value);
  void put(Needle needle);
  void sort();

  std::vector<Needle> needles_;  // longest first
  std::bitset<256> begins_;      // bytes with which a spelling of a needle may begin
  mutable std::size_t work_{0};  // steps of the search so far
};

}  // namespace picket::agent
