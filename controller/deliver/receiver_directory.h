// The receivers in force, and the secrets of earlier ones for rows still owed: a resolve goes to
// the routing key that triggered, also after the configuration has a new one. Memory only: no
// secret is ever written. One executor.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/deliver/receivers.h"
#include "controller/deliver/route.h"

namespace picket::controller {

class ReceiverDirectory {
 public:
  // Receivers that are no longer listed stay known by name, earlier secrets by credential.
  void set(std::vector<Receiver> receivers);

  const Receiver* find(const std::string& name) const;  // in force; nullptr: none

  // In force, or as it was when it was last: whoever was told of something hears of its end.
  const Receiver* find_known(const std::string& name) const;

  // How to reach the receiver of `snapshot`. `credential` is the one that took (or may have
  // taken) the trigger of the episode, empty when none did: it is used while it is known, the
  // present settings otherwise, the earlier ones last.
  Route choose(const Route& snapshot, const std::string& credential) const;

  // The settings with the secret for a route that choose() gave; nothing when no secret is known.
  std::optional<Receiver> settings(const Route& route) const;

  // Who took what went by `route`: its present settings while they have the same credential, else
  // those that it had; nothing when they are not known.
  std::optional<Receiver> taker(const Route& route) const;

 private:
  struct Known {
    Receiver settings;
    Route route;
  };
  std::map<std::string, Known> present_;  // by name
  std::map<std::string, Known> gone_;     // by name; not in present_
  std::map<std::string, Known> by_credential_;
};

}  // namespace picket::controller
