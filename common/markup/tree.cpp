#include "common/markup/tree.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <mutex>

#include "common/core/text.h"

namespace picket::markup {
namespace {

void ignore_message(void* /*context*/, const char* /*format*/, ...) {}

bool is_hidden(const xmlNode* node) {
  const std::string_view name = reinterpret_cast<const char*>(node->name);
  return name == "script" || name == "style" || name == "template";
}

// The node after `node` in document order, inside `root`; `descend`: into its children.
const xmlNode* next_node(const xmlNode* node, const xmlNode* root, bool descend) {
  if (descend && node->children) return node->children;
  while (node != root && !node->next) node = node->parent;
  return node == root ? nullptr : node->next;
}

std::string text_inside(const xmlNode* root) {
  std::string out;
  const bool all = is_hidden(root);
  for (const xmlNode* node = root; node;) {
    const bool element = node->type == XML_ELEMENT_NODE;
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
      out += as_text(node->content);
    node = next_node(node, root, element && (all || node == root || !is_hidden(node)));
  }
  return out;
}

std::string prefixed(const xmlNs* ns, const xmlChar* name) {
  return ns && ns->prefix ? as_text(ns->prefix) + ":" + as_text(name) : as_text(name);
}

}  // namespace

void prepare_library() {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  xmlSetGenericErrorFunc(nullptr, ignore_message);
}

std::string collapsed(std::string_view text) {
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool no_break = text.substr(i).starts_with("\xC2\xA0");
    if (no_break) ++i;
    if (no_break || c == ' ' || (c >= '\t' && c <= '\r')) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

std::string attribute_value(const xmlAttr* attribute) {
  std::string out;
  for (const xmlNode* part = attribute->children; part; part = part->next)
    if (part->type == XML_TEXT_NODE) out += as_text(part->content);
  return out;
}

std::string value_of(const xmlNode* node) {
  switch (node->type) {
    case XML_ATTRIBUTE_NODE: return attribute_value(reinterpret_cast<const xmlAttr*>(node));
    case XML_NAMESPACE_DECL: return as_text(reinterpret_cast<const xmlNs*>(node)->href);
    case XML_COMMENT_NODE:
    case XML_PI_NODE: return as_text(node->content);
    default: return collapsed(text_inside(node));
  }
}

std::string qualified_name(const xmlNode* element) { return prefixed(element->ns, element->name); }
std::string qualified_name(const xmlAttr* attribute) {
  return prefixed(attribute->ns, attribute->name);
}

}  // namespace picket::markup
