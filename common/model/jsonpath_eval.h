// A JSONPath query over a document (RFC 9535, 2.1.2): the list of the nodes it selects, in order,
// with duplicates. Private to common/model. Pure; the cost is bounded by Work.
#pragma once

#include <string>
#include <vector>

#include "common/model/jsonpath_compare.h"
#include "common/model/jsonpath_query.h"

namespace picket::jsonpath {

using Nodes = std::vector<const Json*>;  // into the document

// Incomplete once `work` is spent: look at it before using the result.
Nodes evaluate(const Query& query, const Json& root, Work& work);

// Normalized paths (2.7) of the nodes, in their order; each must be part of `root`.
std::vector<std::string> normalized_paths(const Nodes& nodes, const Json& root);

}  // namespace picket::jsonpath
