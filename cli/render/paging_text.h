// The proof of what a check can page (common/checks/paging_proof.h) as lines for people and as
// JSON. Pure functions over plain values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/checks/paging_proof.h"

namespace picket::cli {

// A line for the check and one for each alert; ends with a line break.
std::string render_paging(const checks::PagingProof& proof);

// "2 of 3 regions, within 38 s, 1 min 8 s when it hangs"; or why it never pages.
std::string render_alert_proof(const checks::AlertProof& alert, int regions);

// Spans in milliseconds; null where there is none.
nlohmann::ordered_json paging_json(const checks::PagingProof& proof);

}  // namespace picket::cli
