// What a page makes a browser fetch: read from its markup for one screen, nothing rendered, no
// script run. URLs are as written; the caller resolves them. Pure.
//
// Listed: scripts (no nomodule, no data blocks), style sheets, images (src, srcset with sizes,
// picture, style attributes, posters), frames, preloads and module preloads, fonts and imports of
// <style>. Left out: what stands in noscript and template, data: and other URLs that reach no
// server, background images of style sheets and what a script would add.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/markup/document.h"
#include "common/markup/screen.h"

namespace picket::markup {

enum class ResourceKind { script, style, image, font, frame, other };
std::string_view to_string(ResourceKind kind);

struct Resource {
  ResourceKind kind{ResourceKind::other};
  std::string url;        // as written, trimmed
  std::string integrity;  // the attribute, may be empty
  bool module{false};     // of a script
  bool deferred{false};   // async, defer or module: does not block the page
  bool lazy{false};       // loading=lazy: a browser would wait for it to come into sight
  bool preload{false};
};

struct PageResources {
  static constexpr std::size_t kResourcesMax = 1000;
  std::string base;                 // of <base href>, as written; may be empty
  std::vector<Resource> resources;  // in document order, each URL and kind once
  std::size_t lazy_images{0};
  bool cut{false};  // there were more than kResourcesMax
};

// invalid_argument as for XPath::find.
Result<PageResources> page_resources(const Document& document, const Screen& screen);

// Only http and https URLs and relative ones reach a server.
bool is_fetched(std::string_view url);

}  // namespace picket::markup
