#include "agent/probe/every_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace picket::agent {

EveryAddress::EveryAddress(ProbeOutcome first) {
  if (!first.hops.empty()) addresses_ = first.hops.front().exchange.resolved_addresses;
  if (addresses_.size() > kAddressesMax) {
    left_out_ = addresses_.size() - kAddressesMax;
    addresses_.resize(kAddressesMax);
  }
  take_in(std::move(first));
}

std::optional<std::string> EveryAddress::next() const {
  if (asked_ >= addresses_.size()) return std::nullopt;
  return addresses_[asked_];
}

Nanos EveryAddress::share_of(Nanos left) const {
  const auto more =
      static_cast<Nanos::rep>(addresses_.size() - std::min(asked_, addresses_.size()));
  return left / std::max<Nanos::rep>(1, more);
}

void EveryAddress::add(ProbeOutcome outcome) { take_in(std::move(outcome)); }

void EveryAddress::take_in(ProbeOutcome outcome) {
  const std::string label = asked_ < addresses_.size() ? addresses_[asked_] : std::string{};
  ++asked_;
  if (outcome.failure) {
    const std::string words = (label.empty() ? "" : label + ": ") + outcome.failure->message;
    if (failed_ == 0) first_failed_ = label;
    if (failed_++ == 0)
      all_.failure = Failure{outcome.failure->kind, words, outcome.failure->at};
    else
      all_.failure->message += "; " + words;
  }
  for (Hop& hop : outcome.hops) hop.label = label;
  for (SetCookie& cookie : outcome.cookies) cookie.label = label;
  std::move(outcome.hops.begin(), outcome.hops.end(), std::back_inserter(all_.hops));
  if (!outcome.failure && !outcome.hops.empty()) all_.answers.push_back(all_.hops.size() - 1);
  std::move(outcome.cookies.begin(), outcome.cookies.end(), std::back_inserter(all_.cookies));
}

ProbeOutcome EveryAddress::take() {
  if (all_.failure && addresses_.size() > 1)
    all_.failure->message =
        fmt::format("{} of {} addresses fail: {}", failed_, asked_, all_.failure->message);
  if (all_.failure) {
    std::stable_partition(all_.hops.begin(), all_.hops.end(),
                          [this](const Hop& hop) { return hop.label != first_failed_; });
    all_.answers.clear();  // places in the old order
  }
  if (left_out_ > 0)
    all_.warnings.push_back({.kind = FailureKind::expectation,
                             .message = fmt::format("every_address: {} addresses more than the {} "
                                                    "that are asked",
                                                    left_out_, kAddressesMax),
                             .at = {}});
  return std::move(all_);
}

}  // namespace picket::agent
