// The files of the web interface as the build embedded them: static bytes, known before main().
// None when web/dist did not exist at build time.
#pragma once

#include <span>
#include <string_view>

namespace picket::controller {

struct Asset {
  std::string_view path;  // "/index.html", "/assets/index-1a2b3c.js"
  std::string_view content_type;
  std::string_view etag;  // of the plain bytes, in quotes
  std::string_view body;
  std::string_view gzip;  // the same, compressed; empty where that saves nothing
};

// Defined in the file that scripts/embed_web.py writes at build time.
std::span<const Asset> embedded_assets();

}  // namespace picket::controller
