#include <fmt/format.h>

#include <algorithm>

#include "common/core/text.h"
#include "common/markup/selector_syntax.h"

namespace picket::markup {
namespace {

// XPath 1.0 has no escapes: a text with both quotes is put together.
std::string literal(std::string_view text) {
  if (text.find('\'') == std::string_view::npos) return fmt::format("'{}'", text);
  if (text.find('"') == std::string_view::npos) return fmt::format("\"{}\"", text);
  std::string out = "concat(";
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('\'', begin), text.size());
    out += fmt::format("'{}'", text.substr(begin, end - begin));
    if (end < text.size()) out += ", \"'\", ";
    begin = end + 1;
  }
  return out + ")";
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// A name that XPath can spell.
bool is_plain(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto other = [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || other(c); });
}

std::string joined(const std::vector<std::string>& parts, std::string_view word) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(word)) + part;
  return out;
}

class Writer {
 public:
  explicit Writer(NameRule rule) : rule_(rule) {}

  // The condition on the context node, "" for none.
  std::string condition(const Compound& compound) const;
  std::string node_test(const Compound& compound) const;
  std::string complex(const ComplexSelector& selector) const;
  // `div` of HTML, `*[local-name() = 'Div']` of XML, `*`.
  std::string type_test(const std::string& type) const;

 private:
  std::string cased(const std::string& name) const {
    return rule_ == NameRule::html ? to_lower_ascii(name) : name;
  }
  std::string attribute(const AttributeTest& test) const;
  std::string position(const NthTest& test, const std::string& type) const;
  std::string group(const AnyOf& any) const;
  std::string full_condition(const Compound& compound) const;
  std::string before(const ComplexSelector& selector, std::size_t index) const;

  NameRule rule_;
};

std::string Writer::type_test(const std::string& type) const {
  if (type.empty()) return "*";
  if (rule_ == NameRule::html && is_plain(type)) return cased(type);
  return fmt::format("*[local-name() = {}]", literal(cased(type)));
}

std::string Writer::attribute(const AttributeTest& test) const {
  const std::string name = cased(test.name);
  const std::string node =
      is_plain(name) ? "@" + name : fmt::format("@*[name() = {}]", literal(name));
  if (test.op == AttributeOp::present) return node;
  const std::string folded = fmt::format(
      "translate({}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')", node);
  const std::string& have = test.any_case ? folded : node;
  const std::string value = test.any_case ? to_lower_ascii(test.value) : test.value;
  const std::string want = literal(value);
  const bool has_blank = value.find_first_of(" \t\n\r\f") != std::string::npos;
  switch (test.op) {
    case AttributeOp::present: break;
    case AttributeOp::equals:
      return value.empty() ? fmt::format("{0} and {1} = ''", node, have)
                           : fmt::format("{} = {}", have, want);
    case AttributeOp::word:
      if (value.empty() || has_blank) return "false()";
      return fmt::format("contains(concat(' ', normalize-space({}), ' '), {})", have,
                         literal(" " + value + " "));
    case AttributeOp::dashed:
      return fmt::format("({0} = {1} or starts-with({0}, {2}))", have, want, literal(value + "-"));
    case AttributeOp::prefix:
      return value.empty() ? "false()" : fmt::format("starts-with({}, {})", have, want);
    case AttributeOp::suffix:
      if (value.empty()) return "false()";
      return fmt::format("substring({0}, string-length({0}) - {1}) = {2}", have,
                         characters(value) - 1, want);
    case AttributeOp::substring:
      return value.empty() ? "false()" : fmt::format("contains({}, {})", have, want);
  }
  return node;
}

// b alone is asked without counting all siblings: that would be quadratic in wide documents.
std::string Writer::position(const NthTest& test, const std::string& type) const {
  const std::string siblings = (test.from_end ? "following-sibling::" : "preceding-sibling::") +
                               (test.of_type ? type_test(type) : "*");
  if (test.a == 0) {
    if (test.b <= 0) return "false()";
    std::string none_more = fmt::format("not({}[{}])", siblings, test.b);
    if (test.b == 1) return none_more;
    return fmt::format("{}[{}] and {}", siblings, test.b - 1, none_more);
  }
  const std::string before = fmt::format("count({})", siblings);
  const int offset = test.b - 1;  // before - offset = a * n, n from 0
  const std::string distance = offset < 0    ? fmt::format("({} + {})", before, -offset)
                               : offset == 0 ? before
                                             : fmt::format("({} - {})", before, offset);
  const std::string divides = fmt::format("{} mod {} = 0", distance, std::abs(test.a));
  return fmt::format("{} {} 0 and {}", distance, test.a > 0 ? ">=" : "<=", divides);
}

std::string Writer::group(const AnyOf& any) const {
  std::vector<std::string> options;
  for (const Compound& option : any.options) options.push_back(full_condition(option));
  return (any.negated ? "not(" : "(") + joined(options, " or ") + ")";
}

std::string state_condition(StateTest state) {
  switch (state) {
    case StateTest::empty: return "not(*) and not(text())";
    case StateTest::root: return "not(parent::*)";
    case StateTest::checked: return "(@checked or @selected)";
    case StateTest::disabled: return "@disabled";
    case StateTest::required: return "@required";
  }
  return {};
}

std::string Writer::condition(const Compound& compound) const {
  std::vector<std::string> parts;
  for (const AttributeTest& test : compound.attributes) parts.push_back(attribute(test));
  for (const NthTest& test : compound.positions) parts.push_back(position(test, compound.type));
  for (const StateTest state : compound.states) parts.push_back(state_condition(state));
  for (const AnyOf& any : compound.groups) parts.push_back(group(any));
  return joined(parts, " and ");
}

std::string Writer::full_condition(const Compound& compound) const {
  const std::string rest = condition(compound);
  if (compound.type.empty()) return rest.empty() ? "true()" : rest;
  return "self::" + type_test(compound.type) + (rest.empty() ? "" : " and " + rest);
}

std::string Writer::node_test(const Compound& compound) const {
  const std::string rest = condition(compound);
  return type_test(compound.type) + (rest.empty() ? "" : "[" + rest + "]");
}

std::string Writer::before(const ComplexSelector& selector, std::size_t index) const {
  if (index >= selector.before.size()) return {};
  const auto& [combinator, compound] = selector.before[index];
  const std::string further = before(selector, index + 1);
  const std::string rest = further.empty() ? "" : "[" + further + "]";
  switch (combinator) {
    case Combinator::descendant: return "ancestor::" + node_test(compound) + rest;
    case Combinator::child: return "parent::" + node_test(compound) + rest;
    case Combinator::next_sibling:
      return "preceding-sibling::*[1][" + full_condition(compound) + "]" + rest;
    case Combinator::later_sibling: return "preceding-sibling::" + node_test(compound) + rest;
  }
  return {};
}

std::string Writer::complex(const ComplexSelector& selector) const {
  const std::string further = before(selector, 0);
  return node_test(selector.subject) + (further.empty() ? "" : "[" + further + "]");
}

}  // namespace

// From right to left, so that each element is looked at once: no node-sets are joined, which
// libxml2 does in quadratic time.
std::string to_xpath(const std::vector<ComplexSelector>& selectors, NameRule rule) {
  const Writer writer(rule);
  if (selectors.size() == 1) return "/descendant::" + writer.complex(selectors.front());
  std::vector<std::string> options;
  for (const ComplexSelector& selector : selectors)
    options.push_back("self::" + writer.complex(selector));
  return "/descendant::*[" + joined(options, " or ") + "]";
}

}  // namespace picket::markup
