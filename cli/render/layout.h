// What the terminal renderers share: widths by code points, colour, marks of a step.
// Pure; text that reaches it is clean and valid UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "common/core/time.h"
#include "common/model/run.h"

namespace picket::cli {

// How text is drawn; every renderer of `picket run` takes it.
struct TextStyle {
  bool color{false};
  bool unicode{true};
  int columns{80};
};

std::size_t code_points(std::string_view text);

// Filled with spaces up to `width` code points; longer text stays.
std::string padded(const std::string& text, std::size_t width);

// At most `width` code points, "…" or "..." where it was cut.
std::string shortened(const std::string& text, std::size_t width, bool unicode);

// With an SGR code ("31"), if colour is wanted.
std::string painted(const std::string& text, std::string_view color, const TextStyle& style);

std::string short_ms(Nanos span);  // "14": whole milliseconds

// "dns 3 · tcp 14 · tls 31 · wait 158 · transfer 6", in milliseconds.
std::string render_phases(const Phases& phases, const TextStyle& style);

std::string step_mark(StepStatus status, const TextStyle& style);

}  // namespace picket::cli
