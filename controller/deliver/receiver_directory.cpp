#include "controller/deliver/receiver_directory.h"

#include <utility>

namespace picket::controller {

void ReceiverDirectory::set(std::vector<Receiver> receivers) {
  for (auto& [name, known] : std::exchange(present_, {})) gone_[name] = std::move(known);
  for (Receiver& receiver : receivers) {
    Known known{std::move(receiver), {}};
    known.route = make_route(known.settings);
    if (!known.route.credential.empty()) by_credential_[known.route.credential] = known;
    const std::string name = known.settings.name;
    gone_.erase(name);
    present_[name] = std::move(known);
  }
}

const Receiver* ReceiverDirectory::find(const std::string& name) const {
  const auto found = present_.find(name);
  return found == present_.end() ? nullptr : &found->second.settings;
}

const Receiver* ReceiverDirectory::find_known(const std::string& name) const {
  if (const Receiver* present = find(name)) return present;
  const auto found = gone_.find(name);
  return found == gone_.end() ? nullptr : &found->second.settings;
}

Route ReceiverDirectory::choose(const Route& snapshot, const std::string& credential) const {
  const auto present = present_.find(snapshot.receiver);
  const bool configured = present != present_.end();
  if (configured && (credential.empty() || present->second.route.credential == credential))
    return present->second.route;
  if (const auto earlier = by_credential_.find(credential); earlier != by_credential_.end()) {
    Route route = earlier->second.route;
    route.receiver = snapshot.receiver;
    return route;
  }
  return configured ? present->second.route : snapshot;
}

std::optional<Receiver> ReceiverDirectory::settings(const Route& route) const {
  const auto found = by_credential_.find(route.credential);
  if (found == by_credential_.end()) return std::nullopt;
  Receiver receiver = found->second.settings;
  receiver.name = route.receiver;
  receiver.kind = route.kind;
  receiver.url = route.url;
  return receiver;
}

std::optional<Receiver> ReceiverDirectory::taker(const Route& route) const {
  const auto present = present_.find(route.receiver);
  if (present != present_.end() && present->second.route.credential == route.credential)
    return present->second.settings;
  return settings(route);
}

}  // namespace picket::controller
