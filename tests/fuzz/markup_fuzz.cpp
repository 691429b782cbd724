// Any bytes as a page, a style sheet, a selector or an XPath: reading never crashes, hangs or
// grows without bound, and every text that comes out is UTF-8 where it came from a page.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/core/text.h"
#include "common/markup/page_resources.h"
#include "common/markup/selector.h"
#include "common/markup/srcset.h"
#include "common/markup/stylesheet.h"

namespace {

using namespace picket;
using namespace picket::markup;

void look_into(const Document& document) {
  static const Selector all = Selector::compile("a[href], p:first-child, div > *").value();
  static const XPath texts = XPath::compile("//text()").value();
  for (const auto& found : {all.find(document), texts.find(document)}) {
    if (!found) continue;
    for (const Value& value : found->values)
      if (!is_valid_utf8(std::get<std::string>(value))) std::abort();
  }
  const auto page = page_resources(document, kMobileScreen);
  if (page && page->resources.size() > PageResources::kResourcesMax) std::abort();
}

void read_page(std::string_view bytes, bool xml) {
  const auto document = xml ? Document::parse_xml(bytes) : Document::parse_html(bytes);
  if (document) look_into(*document);
}

void read_selector(std::string_view text) {
  static const Document page = Document::parse_html("<p id=a class='b c'>x<a href=y>z</a>").value();
  if (const auto selector = Selector::compile(text)) (void)selector->find(page);
}

void read_xpath(std::string_view text) {
  static const Document page = Document::parse_html("<p id=a class='b c'>x<a href=y>z</a>").value();
  if (const auto xpath = XPath::compile(text)) (void)xpath->find(page);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: read_page(text, false); break;
    case 1: read_page(text, true); break;
    case 2: scan_stylesheet(text); break;
    case 3: read_selector(text); break;
    case 4: read_xpath(text); break;
    default: choose_image(text, text, text, kDesktopScreen);
  }
  return 0;
}
