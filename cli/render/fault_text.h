// Whose fault an incident is and what is different from the last good runs, for a terminal: from
// the documents of the API. Pure; for `picket incidents show`.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>

namespace picket::cli {

// "whose fault" with a line for the regions and one for each value that all failing runs share.
// Nothing when the incident has no attribution.
void print_fault(std::ostream& out, const nlohmann::ordered_json& incident);

// "different from the last good run", by region; without runs to compare, of the document's
// `differences`, what the page said at the time of the trigger.
void print_differences(std::ostream& out, const nlohmann::ordered_json& document);

}  // namespace picket::cli
