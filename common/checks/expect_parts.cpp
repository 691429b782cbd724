#include "common/checks/expect_parts.h"

#include <fmt/format.h>

#include "common/checks/formats.h"
#include "common/core/text.h"
#include "common/markup/selector.h"
#include "common/markup/xpath.h"

namespace picket::checks {
namespace {

// The map without the keys of `group`: what is left are matchers.
Node without_keys(const Node& node, std::string_view group) {
  Node rest = node;
  std::erase_if(rest.entries,
                [&](const Entry& entry) { return check_keys(group).find(entry.key) != nullptr; });
  return rest;
}

Operand operand_of(std::string_view attribute) {
  if (attribute == "secure" || attribute == "http_only") return Operand::flag;
  return attribute == "max_age" ? Operand::life : Operand::text;
}

template <class Compiled>
bool check_compiled(Report& report, const Mark& at, std::string_view what,
                    const Result<Compiled>& compiled) {
  if (!compiled)
    report.add("E0206", at, fmt::format("{}: {}", what, compiled.error().message)).help =
        compiled.error().hint;
  return compiled.has_value();
}

}  // namespace

bool check_css(Report& report, const Mark& at, const std::string& selector) {
  return check_compiled(report, at, "CSS selector", markup::Selector::compile(selector));
}

bool check_xpath(Report& report, const Mark& at, const std::string& expression) {
  return check_compiled(report, at, "XPath", markup::XPath::compile(expression));
}

bool is_response_fact(std::string_view name) {
  if (name == "body.sha256" || name == "etag" || name == "status") return true;
  return name.starts_with("header.") && is_header_name(name.substr(7));
}

bool decode_cookie(CheckContext& context, std::string_view name, const Node& node,
                   Expectation& out) {
  for (const Entry& entry : node.entries) {
    if (check_keys("cookie").find(entry.key) == nullptr) continue;
    ExpectedPart part{entry.key,
                      decode_matchers(context, entry.key, *entry.value, operand_of(entry.key))};
    if (!part.matchers.empty()) out.parts.push_back(std::move(part));
  }
  const Node rest = without_keys(node, "cookie");
  if (!rest.entries.empty() || node.entries.empty())
    out.matchers = decode_matchers(context, name, rest, Operand::text);
  return !out.matchers.empty() || !out.parts.empty();
}

bool decode_elements(CheckContext& context, std::string_view selector, const Node& node,
                     Expectation& out) {
  if (const Entry* attribute = node.find("attribute")) {
    const auto name = read_text(context.report, attribute->key, *attribute->value);
    context.references.refuse(*attribute->value, "the name of an attribute is a plain text");
    if (!name) return false;
    if (name->empty()) context.report.add("E0111", attribute->value->at, "no name of an attribute");
    out.attribute = *name;
  }
  out.matchers = decode_matchers(context, selector, without_keys(node, "element"), Operand::texts);
  return !out.matchers.empty();
}

}  // namespace picket::checks
