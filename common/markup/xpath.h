// XPath 1.0 over a Document. Compiled once, evaluated within a limit of work. Pure; one
// thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/markup/document.h"
#include "common/model/matcher.h"

namespace picket::markup {

class XPath {
 public:
  static constexpr std::size_t kTextMax = 8192;               // of an expression
  static constexpr std::size_t kFoundBytesMax = 1024 * 1024;  // of all values together

  // invalid_argument, with the position from 1: a syntax error, a function that XPath 1.0 does
  // not have, a variable, or a longer text than kTextMax.
  static Result<XPath> compile(std::string_view text);

  // A node-set: one node is a string, several are a list of strings in document order, none is
  // absent. An element stands as its text with white space collapsed, without the content of
  // script, style and template elements inside it; an attribute as its value.
  // A number (int64 where exact; NaN is absent), a string or a boolean stand as themselves.
  // invalid_argument: more work than 10 million steps, values of more than kFoundBytesMax, or a
  // prefix that the document does not declare.
  Result<Found> find(const Document& document) const;

  struct Compiled;  // hides the library
  const Compiled& compiled() const { return *compiled_; }

 private:
  explicit XPath(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace picket::markup
