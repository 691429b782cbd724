// The newest good run of a region as the evaluator keeps it: small, without evidence. Pure
// functions; used where runs come in (sightings.cpp).
#pragma once

#include <string>
#include <vector>

#include "common/model/run.h"

namespace picket::controller {

// Steps with the exchanges that are judged, addresses, POPs, leaf certificates and phases, as a
// v1::RunResult; empty when that would be larger than kLastGoodBytes.
inline constexpr std::size_t kLastGoodBytes = 16 * 1024;
std::string pack_last_good(const RunResult& run);

// What is different in `failed`, one clean line each, the most telling first; empty when there is
// no good run to compare with.
inline constexpr std::size_t kDifferencesKept = 8;
std::vector<std::string> differences_from(const std::string& last_good, const RunResult& failed);

}  // namespace picket::controller
