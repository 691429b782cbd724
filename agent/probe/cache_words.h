// The words CDNs have for what their cache did, as one set of words. Pure tables; used by
// edge_facts.h and the cdn probe, never interpreted further.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace picket::agent {

// The normalised word (edge_facts.h) of a header's: "Hit", "TCP_MEM_HIT", "RefreshHit", "PASS",
// "CONFIG_NOCACHE". A word that is not known stands upper case; what is no label is empty.
std::string normal_cache_word(std::string_view word);

// Upper case; empty unless it is at most 32 letters, digits, `-`, `_` and `.`: anything else in
// such a header is not a fact.
std::string fact_label(std::string_view text);

}  // namespace picket::agent
