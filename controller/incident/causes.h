// What incidents of several checks may share: the host that the failing step asks or that a page
// could not load from, the address that answered, the certificate. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "controller/evaluate/effects.h"

namespace picket::controller {

// "host id.example.com", "address 203.0.113.7:443", "certificate CN=.. (sha256 ..)"; empty when
// nothing can be named: several steps fail, or it is no failure of runs.
std::vector<std::string> causes_of(const AlertTransition& transition);

// As one text of an incident row, and back.
std::string join_causes(const std::vector<std::string>& causes);
std::vector<std::string> split_causes(const std::string& text);

// The first that both have; empty when they share none.
std::string shared_cause(const std::string& a, const std::string& b);

}  // namespace picket::controller
