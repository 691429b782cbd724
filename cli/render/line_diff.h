// Two texts line by line as a unified diff, the form that `patch` and people read.
// Pure; of very different large texts it shows one whole replacement.
#pragma once

#include <string>

#include "cli/render/layout.h"

namespace picket::cli {

// Three lines of context; empty when the texts are equal. "--- path", "+++ path (formatted)".
std::string render_diff(const std::string& path, const std::string& before,
                        const std::string& after, const TextStyle& style);

}  // namespace picket::cli
