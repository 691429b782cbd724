// Interface header. Where the controller's metrics are pushed, as configured, read once at start.
// Holds secrets: never log or render it.
#pragma once

#include <map>
#include <string>

#include "common/core/time.h"

namespace picket::controller {

struct RemoteWriteSettings {
  std::string url;  // empty: nothing is pushed
  Millis interval{Seconds{15}};
  std::string bearer_token;  // or
  std::string username;      // with a password, or neither
  std::string password;
  std::string ca_file;                                           // empty: the system's
  std::map<std::string, std::string> labels{{"job", "picket"}};  // of series that lack them

  bool configured() const { return !url.empty(); }
  bool operator==(const RemoteWriteSettings&) const = default;
};

}  // namespace picket::controller
