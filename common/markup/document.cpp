#include "common/markup/document.h"

#include <fmt/format.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <algorithm>

#include "common/core/text.h"
#include "common/markup/charset.h"
#include "common/markup/limits.h"
#include "common/markup/tree.h"

namespace picket::markup {
namespace {

using ParserPtr = std::unique_ptr<xmlParserCtxt, Freed<xmlFreeParserCtxt>>;
constexpr std::size_t kPrefixesMax = 64;

// What a parse must not go on after; kept in the parser's _private.
struct Refusal {
  std::string message;
  int line{0};
  int column{0};
};

void refuse(xmlParserCtxt* parser, std::string message) {
  auto& refusal = *static_cast<Refusal*>(parser->_private);
  if (!refusal.message.empty()) return;
  refusal.message = std::move(message);
  refusal.line = parser->lastError.line;
  refusal.column = parser->lastError.int2;
}

// HTML has no errors but these: the parser stops without a word at its own limits.
void note_html_error(void* context, const char* /*format*/, ...) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  if (parser->lastError.code == XML_ERR_INTERNAL_ERROR)
    refuse(parser,
           fmt::format("the document is nested deeper than {} elements", Document::kDepthMax));
  if (parser->lastError.code == XML_ERR_NO_MEMORY)
    refuse(parser, "the document needs more memory than the parser may use");
}

void note_xml_error(void* context, xmlErrorPtr error) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  if (error->level != XML_ERR_FATAL || !error->message) return;
  if (std::string_view(error->message).starts_with("Excessive depth"))
    return refuse(
        parser, fmt::format("the document is nested deeper than {} elements", Document::kDepthMax));
  refuse(parser, "the document is not well-formed XML: " +
                     cut_utf8(trim_ascii(clean_line(error->message)), 200));
}

// Entities and attributes with defaults multiply what a document weighs.
void refuse_entity(void* context, const xmlChar* name, int, const xmlChar*, const xmlChar*,
                   xmlChar*) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  refuse(parser, fmt::format("the document declares the entity \"{}\"; entities are not read",
                             cut_utf8(clean_line(as_text(name)), 60)));
  xmlStopParser(parser);
}

void refuse_attribute(xmlParserCtxt* parser, const xmlChar* element) {
  refuse(parser, fmt::format("the document declares attributes of \"{}\" in its document type; "
                             "such declarations are not read",
                             cut_utf8(clean_line(as_text(element)), 60)));
  xmlStopParser(parser);
}

tl::unexpected<Error> refused(const Refusal& refusal) {
  if (refusal.message.empty()) return fail(ErrorCode::invalid_argument, "the document is empty");
  if (refusal.line <= 0) return fail(ErrorCode::invalid_argument, refusal.message);
  return fail(ErrorCode::invalid_argument, fmt::format("{}, line {}, column {}", refusal.message,
                                                       refusal.line, std::max(1, refusal.column)));
}

bool is_xml_type(std::string_view content_type) {
  const std::string type =
      to_lower_ascii(trim_ascii(content_type.substr(0, content_type.find(';'))));
  return type == "text/xml" || type == "application/xml" || type.ends_with("+xml");
}

bool begins_as_xml(std::string_view body) {
  using namespace std::string_view_literals;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  return body.starts_with("<?xml") || body.starts_with("\xFF\xFE<\0?\0"sv) ||
         body.starts_with("\xFE\xFF\0<\0?"sv);
}

// So that names mean what is written: elements of the default namespace lose it, and the prefixes
// are kept for the expressions; of two namespaces with one prefix the first counts.
void read_namespaces(Document::Tree& tree) {
  for (xmlNode* node = xmlDocGetRootElement(tree.doc.get()); node;) {
    for (const xmlNs* ns = node->nsDef; ns; ns = ns->next) {
      const std::string prefix = as_text(ns->prefix);
      const auto same = [&](const auto& known) { return known.first == prefix; };
      if (prefix.empty() || tree.prefixes.size() >= kPrefixesMax ||
          std::any_of(tree.prefixes.begin(), tree.prefixes.end(), same))
        continue;
      tree.prefixes.emplace_back(prefix, as_text(ns->href));
    }
    if (node->ns && !node->ns->prefix) node->ns = nullptr;
    if (xmlNode* child = xmlFirstElementChild(node)) {
      node = child;
      continue;
    }
    xmlNode* next = nullptr;
    while (node && node->type == XML_ELEMENT_NODE && !(next = xmlNextElementSibling(node)))
      node = node->parent;
    node = next;
  }
}

}  // namespace

Result<Document> Document::parse(std::string_view body, std::string_view content_type) {
  const bool html_type = to_lower_ascii(content_type).find("html") != std::string::npos;
  const bool xml = is_xml_type(content_type) || (!html_type && begins_as_xml(body));
  return xml ? parse_xml(body, content_type) : parse_html(body, content_type);
}

Result<Document> Document::parse_html(std::string_view body, std::string_view content_type) {
  prepare_library();
  if (body.size() > kBytesMax) return fail(within_limits(body).error());
  const auto text = html_to_utf8(body, content_type);
  if (!text) return fail(text.error());
  if (auto fits = within_limits(*text); !fits) return fail(fits.error());
  ParserPtr parser(htmlNewParserCtxt());
  if (!parser) return fail(ErrorCode::resource_exhausted, "no memory for an HTML parser");
  Refusal refusal;
  parser->_private = &refusal;
  parser->sax->error = note_html_error;
  parser->sax->warning = nullptr;
  auto tree = std::make_shared<Tree>();
  tree->doc.reset(htmlCtxtReadMemory(
      parser.get(), text->data(), static_cast<int>(text->size()), nullptr, "UTF-8",
      HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOWARNING | HTML_PARSE_COMPACT));
  if (!refusal.message.empty()) return refused({.message = refusal.message});
  if (!tree->doc) return refused(refusal);
  xmlXPathOrderDocElems(tree->doc.get());
  return Document(std::move(tree));
}

Result<Document> Document::parse_xml(std::string_view body, std::string_view content_type) {
  prepare_library();
  if (body.size() > kBytesMax) return fail(within_limits(body).error());
  const auto text = xml_to_utf8(body, content_type);
  if (!text) return fail(text.error());
  if (auto fits = within_limits(*text); !fits) return fail(fits.error());
  ParserPtr parser(xmlNewParserCtxt());
  if (!parser) return fail(ErrorCode::resource_exhausted, "no memory for an XML parser");
  Refusal refusal;
  parser->_private = &refusal;
  parser->sax->serror = note_xml_error;
  parser->sax->entityDecl = refuse_entity;
  parser->sax->attributeDecl = [](void* context, const xmlChar* element, const xmlChar*, int, int,
                                  const xmlChar*, xmlEnumerationPtr values) {
    xmlFreeEnumeration(values);
    refuse_attribute(static_cast<xmlParserCtxt*>(context), element);
  };
  auto tree = std::make_shared<Tree>();
  tree->xml = true;
  tree->doc.reset(xmlCtxtReadMemory(
      parser.get(), text->data(), static_cast<int>(text->size()), nullptr, "UTF-8",
      XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC));
  if (!tree->doc || !refusal.message.empty()) return refused(refusal);
  read_namespaces(*tree);
  xmlXPathOrderDocElems(tree->doc.get());
  return Document(std::move(tree));
}

bool Document::is_xml() const { return tree_->xml; }

}  // namespace picket::markup
