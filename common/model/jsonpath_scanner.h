// The smallest parts of a JSONPath query (RFC 9535): blanks, names, strings, numbers, and the
// first mistake with its position. Private to common/model; used by one parser on one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/model/json_node.h"

namespace picket::jsonpath {

// The first mistake sticks; every reader returns nothing after its own.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return ended() ? '\0' : text_[at_]; }
  char previous() const { return at_ == 0 ? '\0' : text_[at_ - 1]; }
  bool take(char c);
  bool take(std::string_view word);
  void skip_blanks();  // S: space, tab, LF, CR
  // Blanks, but only when `next` is behind them.
  bool take_behind_blanks(char next);

  std::string_view name();  // member-name-shorthand; empty when there is none
  std::string_view word();  // [a-z][a-z0-9_]*: true, null, a function; empty when there is none
  std::optional<std::string> quoted();    // at a quote
  std::optional<std::int64_t> integer();  // int, within +-(2^53 - 1)
  std::optional<Json> number();           // number
  bool at_quote() const { return peek() == '\'' || peek() == '"'; }
  bool at_number() const { return peek() == '-' || (peek() >= '0' && peek() <= '9'); }

  // Records the mistake at the present position, or at `at`. Always false.
  bool wrong(std::string_view what);
  bool wrong_at(std::size_t at, std::string_view what);
  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }  // requires failed()

 private:
  std::string_view int_text();
  bool escape(char quote, std::string& out);
  bool unicode_escape(std::string& out);
  std::optional<std::uint32_t> four_digits();

  std::string_view text_;
  std::size_t at_{0};
  std::optional<Error> error_;
};

}  // namespace picket::jsonpath
