// Who is told: receivers by name with a snapshot of their settings, as the controller's
// configuration gives them. Plain values; an interface header.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/core/time.h"

namespace picket::controller {

// Who is told as well when nobody acknowledges.
struct Escalation {
  Millis after{0};  // since the page
  std::string to;   // a receiver
};

struct Routes {
  std::map<std::string, std::string> receivers;  // "pagerduty/payments" -> settings as JSON,
                                                 // secrets by reference only
  std::string default_receiver;  // for a page that names none that exists; may be empty
  std::map<std::string, Escalation> escalations;  // by the receiver that was paged
  std::vector<std::string> fleet;  // told of blind and offline regions; empty: default_receiver
};

struct BookSettings {
  std::string install_id;    // part of every dedup key
  std::string external_url;  // of the controller for people, without a trailing slash; may be empty
  Millis retrigger_every{minutes{60}};
  Routes routes;
};

}  // namespace picket::controller
