#include "common/markup/selector.h"

#include <algorithm>

#include "common/core/text.h"
#include "common/markup/selector_syntax.h"
#include "common/markup/tree.h"

namespace picket::markup {
namespace {

bool is_raw(const std::string& name) { return name == "script" || name == "style"; }

std::string raw_text(const xmlNode* node) {
  std::string out;
  for (const xmlNode* child = node->children; child; child = child->next)
    if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
      out += as_text(child->content);
  return out;
}

Element make_element(const xmlNode* node) {
  Element element;
  element.name = qualified_name(node);
  if (node->parent && node->parent->type == XML_ELEMENT_NODE)
    element.parent = qualified_name(node->parent);
  for (const xmlAttr* attribute = node->properties; attribute; attribute = attribute->next)
    element.attributes.emplace_back(qualified_name(attribute), attribute_value(attribute));
  if (is_raw(element.name))
    element.text = raw_text(node);
  else if (!xmlFirstElementChild(const_cast<xmlNode*>(node)))  // it only looks
    element.text = value_of(node);
  return element;
}

Result<XPath> compile_xpath(const std::string& xpath) {
  auto compiled = XPath::compile(xpath);
  if (!compiled) return fail(ErrorCode::invalid_argument, "the selector is too long or too deep");
  return compiled;
}

}  // namespace

std::string Element::attribute(std::string_view attribute_name) const {
  for (const auto& [key, value] : attributes)
    if (key == attribute_name) return value;
  return {};
}

bool Element::has(std::string_view attribute_name) const {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const auto& attribute) { return attribute.first == attribute_name; });
}

Result<Selector> Selector::compile(std::string_view text) {
  const auto parsed = parse_selector(text);
  if (!parsed) return fail(parsed.error());
  std::string html_text = to_xpath(*parsed, NameRule::html);
  std::string xml_text = to_xpath(*parsed, NameRule::xml);
  auto html = compile_xpath(html_text);
  if (!html) return fail(html.error());
  auto xml = compile_xpath(xml_text);
  if (!xml) return fail(xml.error());
  Selector selector(std::move(*html), std::move(*xml));
  selector.html_text_ = std::move(html_text);
  selector.xml_text_ = std::move(xml_text);
  return selector;
}

Result<Found> Selector::find(const Document& document, std::string_view attribute) const {
  const XPath& xpath = document.is_xml() ? xml_ : html_;
  if (attribute.empty()) return xpath.find(document);
  const auto object = evaluate(xpath, document);
  if (!object) return fail(object.error());
  const std::string name = document.is_xml() ? std::string(attribute) : to_lower_ascii(attribute);
  const xmlNodeSet* set = (*object)->nodesetval;
  std::vector<Value> values;
  for (int i = 0; set && i < set->nodeNr; ++i)
    for (const xmlAttr* at = set->nodeTab[i]->properties; at; at = at->next)
      if (qualified_name(at) == name) values.emplace_back(attribute_value(at));
  if (values.empty()) return Found::absent();
  if (values.size() > 1) return Found::list(std::move(values));
  return Found::scalar(std::move(values.front()));
}

Result<std::vector<Element>> elements(const XPath& xpath, const Document& document,
                                      std::size_t count_max) {
  const auto object = evaluate(xpath, document);
  if (!object) return fail(object.error());
  const xmlNodeSet* set = (*object)->nodesetval;
  std::vector<Element> found;
  for (int i = 0; set && i < set->nodeNr && found.size() < count_max; ++i)
    if (set->nodeTab[i]->type == XML_ELEMENT_NODE) found.push_back(make_element(set->nodeTab[i]));
  return found;
}

Result<std::vector<Element>> Selector::elements(const Document& document,
                                                std::size_t count_max) const {
  return markup::elements(document.is_xml() ? xml_ : html_, document, count_max);
}

}  // namespace picket::markup
