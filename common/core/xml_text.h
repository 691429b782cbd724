// Text as content or attribute value of XML and HTML: reports of JUnit, badges. A pure function.
// Writes no documents and reads none (common/markup does).
#pragma once

#include <string>
#include <string_view>

namespace picket {

// & < > " and line feeds as references (XML 1.0, 2.4 and 3.3.3): as content and between double
// quotes. What XML forbids (control characters) passes: clean_text() takes it out before.
std::string escape_xml(std::string_view text);

}  // namespace picket
