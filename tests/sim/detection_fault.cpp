#include "tests/sim/detection_fault.h"

#include <iterator>

namespace picket::sim {
namespace {

constexpr Millis kFastMedian{20'000};
constexpr Millis kFastWorst{35'000};
constexpr Millis kTwoTimeouts{20'000};  // of an attempt, 10 s each
constexpr Millis kResolved{90'000};
constexpr Millis kTwoRegions{300'000};
constexpr Millis kOneRegion{450'000};

FaultKind global(std::string_view name, FaultEffect effect, Millis slower = Millis{0}) {
  return {name,
          "down",
          0,
          {effect},
          FaultBeside::nothing,
          minutes{3},
          minutes{20},
          kFastMedian + slower,
          kFastWorst + slower,
          kResolved};
}

FaultKind in_regions(std::string_view name, int regions, std::vector<FaultEffect> effects,
                     Millis worst) {
  return {name,        "regional",   regions, std::move(effects), FaultBeside::nothing, minutes{10},
          minutes{25}, std::nullopt, worst,   std::nullopt};
}

// Bounds are of a controller and of agents that stay up: none is claimed beside these.
FaultKind shaken(std::string_view name, FaultBeside beside) {
  return {name,
          "down",
          0,
          {FaultEffect::refused, FaultEffect::status, FaultEffect::hang},
          beside,
          minutes{5},
          minutes{20},
          std::nullopt,
          std::nullopt,
          std::nullopt};
}

std::vector<FaultKind> make_kinds() {
  const std::vector<FaultEffect> fast{FaultEffect::refused, FaultEffect::status};
  FaultKind slow{"everywhere, slow"};
  slow.verdict = "degraded";
  slow.effects = {FaultEffect::slow};
  slow.shortest = minutes{8};
  slow.longest = minutes{25};
  return {global("everywhere, refused", FaultEffect::refused),
          global("everywhere, HTTP 5xx", FaultEffect::status),
          global("everywhere, hangs", FaultEffect::hang, kTwoTimeouts),
          in_regions("one region", 1, fast, kOneRegion),
          in_regions("one region, hangs", 1, {FaultEffect::hang}, kOneRegion + kTwoTimeouts),
          in_regions("two opposite regions", 2, fast, kTwoRegions),
          slow,
          shaken("everywhere, controller restarts", FaultBeside::controller_restarts),
          shaken("everywhere, two agents lost", FaultBeside::agents_lost)};
}

std::size_t any_of(std::size_t count, Random& random) {
  return static_cast<std::size_t>(random.below(count));
}

}  // namespace

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kinds = make_kinds();
  return kinds;
}

DetectionFault draw_fault(std::size_t kind, const std::vector<RegionName>& regions,
                          Random& random) {
  constexpr int kStatuses[] = {500, 502, 503, 504};
  const FaultKind& of = fault_kinds()[kind];
  DetectionFault fault;
  fault.kind = kind;
  fault.effect = of.effects[any_of(of.effects.size(), random)];
  fault.status = kStatuses[any_of(std::size(kStatuses), random)];
  fault.latency = random.between(Millis{2500}, Millis{6000});
  fault.length = random.between(of.shortest, of.longest);
  fault.beside_at = random.between(Millis{0}, minutes{1}) - Millis{30'000};
  fault.beside_for = random.between(Millis{5'000}, Millis{40'000});
  const std::size_t first = any_of(regions.size(), random);
  if (of.beside == FaultBeside::agents_lost)
    fault.lost = {first, (first + 1 + any_of(regions.size() - 1, random)) % regions.size()};
  if (of.regions == 0) fault.regions = {regions.begin(), regions.end()};
  if (of.regions >= 1) fault.regions.insert(regions[first]);
  if (of.regions >= 2) fault.regions.insert(regions[(first + regions.size() / 2) % regions.size()]);
  return fault;
}

void spoil(const DetectionFault& fault, http::Exchange& exchange) {
  switch (fault.effect) {
    case FaultEffect::refused:
      exchange.failure = Failure{FailureKind::connect_refused, "connection refused", {}};
      return;
    case FaultEffect::status:
      exchange.status = fault.status;
      exchange.body = "error";
      return;
    case FaultEffect::hang:
      exchange.failure = Failure{FailureKind::timeout, "no answer", {}};
      return;
    case FaultEffect::slow: exchange.phases.wait = fault.latency; return;
  }
}

}  // namespace picket::sim
