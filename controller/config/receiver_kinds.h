// How each kind of receiver is written in the controller's configuration. Private to
// controller/config; it reports every mistake and never shows a secret.
#pragma once

#include <span>
#include <string_view>

#include "common/checks/fields.h"
#include "controller/deliver/receivers.h"

namespace picket::controller {

struct ReceiverKindReader {
  std::string_view key;      // "pagerduty"
  std::string_view example;  // "pagerduty: {routing_key_file: ..}"
  void (*read)(checks::Report& report, const checks::Node& node, Receiver& out);
};

std::span<const ReceiverKindReader> receiver_kinds();

}  // namespace picket::controller
