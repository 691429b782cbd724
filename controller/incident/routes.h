// Who is told: receivers by name with a snapshot of their settings, as the controller's
// configuration gives them. Plain values; an interface header.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/core/time.h"
#include "common/model/silence.h"
#include "controller/store/rows.h"

namespace picket::controller {

// Who is told as well when nobody acknowledges.
struct Escalation {
  Millis after{0};  // since the page
  std::string to;   // a receiver
};

// Of the first rule that matches an incident, `to` is told in place of the check's `notify`; with
// `go_on` the rules behind it are looked at too.
struct RouteRule {
  std::vector<SilenceMatcher> match;  // all of them; empty: every incident of a check
  std::vector<std::string> to;
  bool go_on{false};
};

struct Routes {
  std::map<std::string, std::string> receivers;  // "pagerduty/payments" -> settings as JSON,
                                                 // secrets by reference only
  std::map<std::string, std::string> gone{};     // settings of those that escalations still lead to
  std::string default_receiver;  // for a page that names none that exists; may be empty
  std::map<std::string, Escalation> escalations;  // by the receiver that was paged
  std::vector<RouteRule> rules{};                 // of incidents of checks, in order
  std::vector<std::string> change_receivers{};    // told of deployments
  std::vector<std::string> fleet;  // told of regions and the controller; empty: default_receiver
};

// What follows when a person resolved an incident whose check still fails.
struct AfterManualResolve {
  AfterResolve then{AfterResolve::page_again};  // or hold; never none
  Millis grace{minutes{5}};                     // of page_again: time to recover
};

struct BookSettings {
  std::string install_id;    // part of every dedup key
  std::string external_url;  // of the controller for people, without a trailing slash; may be empty
  Millis retrigger_every{minutes{60}};
  Routes routes;
  AfterManualResolve after_manual_resolve;
};

}  // namespace picket::controller
