// A parsed HTML or XML document from a target: untrusted bytes, read within limits. The network
// is never asked, entities are never declared or expanded. The tree is shared and never changed
// after parsing; no thread affinity, but parsing is work: about 20 ms for each MiB.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "common/core/result.h"

namespace picket::markup {

class Document {
 public:
  static constexpr std::size_t kBytesMax = 4 * 1024 * 1024;
  static constexpr std::size_t kNodesMax = 150'000;  // tags and attributes
  static constexpr int kDepthMax = 256;

  // As `content_type` says (the header's value, may be empty): XML for text/xml, application/xml
  // and +xml; without a type that speaks of HTML also for a text that begins with an XML
  // declaration. Anything else is read as HTML.
  static Result<Document> parse(std::string_view body, std::string_view content_type = {});

  // HTML is never malformed: what browsers mend is mended. The charset is that of the byte order
  // mark, of `content_type`, or of a <meta> in the first 1024 bytes; else UTF-8 where the bytes
  // are UTF-8, and windows-1252 where not. Bytes that are no text become U+FFFD.
  // invalid_argument: over a limit (the message names it), or a charset that nobody knows.
  static Result<Document> parse_html(std::string_view body, std::string_view content_type = {});

  // invalid_argument also for XML that is not well-formed, with line and column, and for a
  // document type that declares entities or attributes.
  // Names are as written: an element of the default namespace is found by its bare name, one with
  // a prefix by the document's own prefix.
  static Result<Document> parse_xml(std::string_view body, std::string_view content_type = {});

  bool is_xml() const;

  struct Tree;  // hides the library
  const Tree& tree() const { return *tree_; }

 private:
  explicit Document(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}
  std::shared_ptr<const Tree> tree_;
};

}  // namespace picket::markup
