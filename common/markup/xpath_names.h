// The functions of XPath 1.0, checked when an expression is compiled: libxml2 finds an unknown one
// only when a node reaches it. Pure; the grammar is left to the library.
#pragma once

#include <string_view>

#include "common/core/result.h"

namespace picket::markup {

// invalid_argument, with the position from 1, for a call of a function that XPath 1.0 (section 4)
// does not have. Anything else is left to the compiler.
Status check_functions(std::string_view expression);

}  // namespace picket::markup
