// What of agent.yaml has a flag and a variable (PICKET_AGENT_..), with the defaults that
// --print-config shows. Constant data.
#pragma once

#include <span>

#include "common/checks/config_layers.h"

namespace picket::agent {

std::span<const checks::Setting> agent_settings();
checks::ConfigLayers agent_layers();  // without any flag or variable yet

}  // namespace picket::agent
