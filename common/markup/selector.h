// CSS selectors over a Document: the subset below, translated to XPath. Pure.
//
//   type  *  #id  .class                  HTML: names in any case; XML: as written
//   [attr] [attr=v] ~= |= ^= $= *=        v an identifier or a string; [attr=v i] in any case
//   a b   a > b   a + b   a ~ b   a, b
//   :first-child :last-child :only-child :nth-child(3 | odd | even | 2n+1) :nth-last-child()
//   :first-of-type :last-of-type :only-of-type :nth-of-type() :nth-last-of-type()  after a type
//   :not(...) :is(...) :where(...)        lists of selectors without combinators
//   :empty :root :checked :disabled :required
// The value of a flag of HTML without one (`disabled`, `checked`) is its own name.
// Not there: pseudo-elements, namespaces (svg|a), :has() and what depends on a user's actions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/markup/xpath.h"

namespace picket::markup {

struct Element {
  std::string name;    // of HTML in lower case
  std::string parent;  // the parent's name; empty for the root
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  // of elements without elements inside; raw for script and style

  // The value of an attribute, or empty; and whether it is there at all.
  std::string attribute(std::string_view attribute_name) const;
  bool has(std::string_view attribute_name) const;
};

// The elements that an expression selects, in document order, at most `count_max`: for code that
// reads pages. Errors as for XPath::find.
Result<std::vector<Element>> elements(const XPath& xpath, const Document& document,
                                      std::size_t count_max);

class Selector {
 public:
  // invalid_argument with the position from 1 for anything outside the subset.
  static Result<Selector> compile(std::string_view text);

  // The elements' texts, or with `attribute` the values of that attribute of those that have it.
  // Absent, scalar and list as for XPath::find, with the same errors.
  Result<Found> find(const Document& document, std::string_view attribute = {}) const;

  // As elements().
  Result<std::vector<Element>> elements(const Document& document, std::size_t count_max) const;

  const std::string& html_xpath() const { return html_text_; }
  const std::string& xml_xpath() const { return xml_text_; }

 private:
  Selector(XPath html, XPath xml) : html_(std::move(html)), xml_(std::move(xml)) {}
  XPath html_;  // names in lower case
  XPath xml_;   // names as written, of any namespace
  std::string html_text_;
  std::string xml_text_;
};

}  // namespace picket::markup
