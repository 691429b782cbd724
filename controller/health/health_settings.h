// When the controller's own state is worth an incident, as the configuration says. Plain values; an
// interface header: config reads them, health judges by them.
#pragma once

#include "common/core/time.h"
#include "controller/deliver/receivers.h"

namespace picket::controller {

struct HealthSettings {
  bool tell{true};               // as incidents; without it only metrics show the numbers
  int disk_warning_percent{10};  // free space of the file system that holds state_dir
  int disk_error_percent{5};
  Millis clock_skew{5'000};                // between the controller and its agents
  Millis definitions_behind{minutes{10}};  // an agent runs other definitions than it should
  Millis schedule_late{30'000};            // a run that starts so long after its due time is late
  Millis delivery_late{60'000};            // a page that nobody has taken since it was due
};

// Whom the beats go to, and how often. `receiver.name` is empty: there is no dead-man.
struct DeadManSettings {
  Receiver receiver;
  Millis every{60'000};
  bool configured() const { return !receiver.name.empty(); }
  bool same_as(const DeadManSettings& other) const {
    return receiver.name == other.receiver.name && receiver.secret == other.receiver.secret &&
           receiver.method == other.receiver.method && receiver.ca_file == other.receiver.ca_file &&
           every == other.every;
  }
};

}  // namespace picket::controller
