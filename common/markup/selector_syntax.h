// A CSS selector as parsed: the plain values between selector_parser.cpp and selector_xpath.cpp.
// Included by this folder's implementations and their tests only. Pure; it never sees a document.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace picket::markup {

enum class AttributeOp { present, equals, word, dashed, prefix, suffix, substring };

struct AttributeTest {
  std::string name;
  AttributeOp op{AttributeOp::present};
  std::string value;
  bool any_case{false};  // [a=v i]
};

// :nth-...(an+b), counted from the end or among elements of the same type.
struct NthTest {
  int a{0};
  int b{0};
  bool from_end{false};
  bool of_type{false};
};

enum class StateTest { empty, root, checked, disabled, required };

struct Compound;

// :not(), :is() and :where().
struct AnyOf {
  bool negated{false};
  std::vector<Compound> options;
};

struct Compound {
  std::string type;                       // empty: any
  std::vector<AttributeTest> attributes;  // #id and .class too
  std::vector<NthTest> positions;
  std::vector<StateTest> states;
  std::vector<AnyOf> groups;
};

enum class Combinator { descendant, child, next_sibling, later_sibling };

struct ComplexSelector {
  Compound subject;  // the last one: what is found
  // What must stand before it, nearest first.
  std::vector<std::pair<Combinator, Compound>> before;
};

// invalid_argument with the position from 1.
Result<std::vector<ComplexSelector>> parse_selector(std::string_view text);

enum class NameRule { html, xml };  // names in lower case; names as written, of any namespace

std::string to_xpath(const std::vector<ComplexSelector>& selectors, NameRule rule);

}  // namespace picket::markup
