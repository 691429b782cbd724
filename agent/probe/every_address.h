// `every_address: true`: what one request found at each address of a name, gathered into the
// outcome of its step. Pure; http_probe.cpp makes the requests one after the other.
#pragma once

#include "agent/probe/probe.h"

namespace picket::agent {

constexpr std::size_t kAddressesMax = 16;

class EveryAddress {
 public:
  // What the first request found, made to the first address. Its resolution names the others.
  explicit EveryAddress(ProbeOutcome first);

  // The address to ask next; nothing: all were asked.
  std::optional<std::string> next() const;

  // How much of the time left the next address may take, so that a dead one leaves enough.
  Nanos share_of(Nanos left) const;

  void add(ProbeOutcome outcome);

  // Hops labelled by their address, one answer for each address that gave one. Fails when an
  // address fails, with the kind of the first, whose hops then stand last, and the words of all;
  // addresses beyond kAddressesMax are a warning.
  ProbeOutcome take();

 private:
  void take_in(ProbeOutcome outcome);

  std::vector<std::string> addresses_;
  std::string first_failed_;  // its label
  std::size_t asked_{0};
  std::size_t failed_{0};
  std::size_t left_out_{0};
  ProbeOutcome all_;
};

}  // namespace picket::agent
