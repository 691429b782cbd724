// Silences as rows of the store and back. Pure functions, for the turn that stages them and the
// routes that show them.
#pragma once

#include <optional>

#include "common/model/silence.h"
#include "controller/store/rows.h"

namespace picket::controller {

SilenceRow row_of(const Silence& silence);

// Nothing for a row whose matchers cannot be read: it silences nothing.
std::optional<Silence> silence_of(const SilenceRow& row);

}  // namespace picket::controller
