// What a run met on its way: the POP, address, certificate and so on that answered. Failing and
// passing runs are told apart by these (controller/evaluate/culprit.h). Pure values; the text comes
// from targets: cut and cleaned here.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/model/run.h"

namespace picket {

// The most specific first. Network and provider are labels of the region, not of the run.
enum class Dimension { agent, certificate, origin, address, pop, issuer, network, provider };
std::string_view to_string(Dimension dimension);
inline constexpr std::array kDimensions{
    Dimension::agent, Dimension::certificate, Dimension::origin,  Dimension::address,
    Dimension::pop,   Dimension::issuer,      Dimension::network, Dimension::provider};

// Several values where a run has several exchanges; at most kTraitValuesMax of each dimension.
inline constexpr std::size_t kTraitValuesMax = 64;
using TraitValues = std::map<std::string, std::set<std::string>>;  // by to_string(Dimension)

struct RunTraits {
  WallTime at;          // start of the run
  bool partial{false};  // of an attempt whose run is awaited: what is missing is not known
  TraitValues values;
  bool operator==(const RunTraits&) const = default;
};

void add_trait(RunTraits& traits, Dimension dimension, std::string_view value);

// Of a failed run: what the step that failed met, of a page what the resources that failed met.
// An origin is the host that was asked. The certificate is the one that the failure is about: of an
// expired chain whose leaf is still valid the CA that is not.
RunTraits traits_of_failure(const RunResult& run);
RunTraits traits_of_failure(const FailureSummary& attempt, WallTime at);

// Of a degraded run: what the step met that a warning is of, as traits_of_failure.
RunTraits traits_of_warning(const RunResult& run);

// Of a run that did not fail: everything that it met and that answered well.
RunTraits traits_of_pass(const RunResult& run);

}  // namespace picket
