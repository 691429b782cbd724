// From yaml-cpp's parse events to our node tree: the only place that sees yaml-cpp. Private to
// parse_document; one thread; nothing of it throws.
#pragma once

#include "common/checks/document.h"

namespace picket::checks {

// The root of the first document, or nullptr; mistakes are added to the report.
NodePtr build_tree(Report& report, const DocumentLimits& limits);

}  // namespace picket::checks
