// libxml2 behind common/markup: owners of its objects and what is read from its nodes. Included by
// this folder's implementations only.
#pragma once

#include <libxml/tree.h>
#include <libxml/xpath.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/markup/document.h"
#include "common/markup/xpath.h"

namespace picket::markup {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using DocPtr = std::unique_ptr<xmlDoc, Freed<xmlFreeDoc>>;

struct Document::Tree {
  DocPtr doc;
  bool xml{false};
  std::vector<std::pair<std::string, std::string>> prefixes;  // with their namespaces
};

struct XPath::Compiled {
  std::string text;
  std::unique_ptr<xmlXPathCompExpr, Freed<xmlXPathFreeCompExpr>> expression;
};

// Once for the process; and no message of the library reaches stderr on this thread.
void prepare_library();

inline const xmlChar* as_xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
inline std::string as_text(const xmlChar* text) {
  return text ? reinterpret_cast<const char*>(text) : std::string();
}

// White space, also the no-break space, collapsed to single spaces and trimmed.
std::string collapsed(std::string_view text);

// An element's text, collapsed, without script, style and template inside; else the node's value.
std::string value_of(const xmlNode* node);
std::string attribute_value(const xmlAttr* attribute);
std::string qualified_name(const xmlNode* element);  // as written: "soap:Body"
std::string qualified_name(const xmlAttr* attribute);

// The nodes that an expression selects, in document order, or the error of XPath::find.
using ObjectPtr = std::unique_ptr<xmlXPathObject, Freed<xmlXPathFreeObject>>;
Result<ObjectPtr> evaluate(const XPath& xpath, const Document& document);

}  // namespace picket::markup
