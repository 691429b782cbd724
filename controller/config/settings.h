// What of controller.yaml has a flag and a variable (PICKET_CONTROLLER_..), with the defaults that
// --print-config shows. Constant data.
#pragma once

#include <span>

#include "common/checks/config_layers.h"

namespace picket::controller {

std::span<const checks::Setting> controller_settings();
checks::ConfigLayers controller_layers();  // without any flag or variable yet

}  // namespace picket::controller
