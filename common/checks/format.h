// The canonical layout of a check file, for `picket fmt`: two spaces, list items under their key,
// one empty line between checks, keys of checks and steps in the order of keys.def. Comments stay
// with what they stand at. Pure. The result is held against the source before it is returned: the
// same tree, nothing lost.
#pragma once

#include <string>

#include "common/core/result.h"

namespace picket::checks {

// `path` is for messages only. Lines end with \n, a byte order mark is dropped.
// Returns invalid_argument for text that is no YAML, with the first mistake, and for what cannot be
// laid out without changing it, with the line.
Result<std::string> format_checks(const std::string& path, const std::string& text);

}  // namespace picket::checks
