// The bytes of a document as UTF-8, by what its transport, its byte order mark or the document
// itself says. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket::markup {

// The charset parameter of a Content-Type, lower case; empty when there is none.
std::string charset_of(std::string_view content_type);

// Bytes that are no text of the charset become U+FFFD, as do NUL characters.
// invalid_argument for a charset that iconv does not know.
Result<std::string> html_to_utf8(std::string_view body, std::string_view content_type);

// As html_to_utf8, but the charset is that of the XML declaration where the transport is silent,
// and UTF-8 is left as it is: the parser says where it is broken.
Result<std::string> xml_to_utf8(std::string_view body, std::string_view content_type);

}  // namespace picket::markup
