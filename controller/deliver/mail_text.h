// Text as e-mail carries it: header values (RFC 2047), bodies (RFC 2045), dates (RFC 5322). Pure
// functions; whatever they are given, no line break of it becomes one of a header.
#pragma once

#include <string>
#include <string_view>

#include "common/core/time.h"

namespace picket::controller {

// The value of an unstructured header: clean text on one line, in encoded words folded after each
// where it is not short printable ASCII.
std::string encode_header(std::string_view text);

// Quoted-printable of clean UTF-8 text, lines ended by CR LF and at most 76 characters long.
std::string encode_body(std::string_view text);

std::string render_mail_date(WallTime time);  // "Sun, 22 Nov 2026 02:20:31 +0000"

}  // namespace picket::controller
