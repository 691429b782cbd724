#include "cli/render/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace picket::cli {

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = code_points(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

std::string shortened(const std::string& text, std::size_t width, bool unicode) {
  if (code_points(text) <= width) return text;
  const std::string_view mark = unicode ? "…" : "...";
  const std::size_t keep = width - std::min(width, code_points(mark));
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U && seen++ == keep) break;
  }
  return text.substr(0, end) + std::string{mark};
}

std::string painted(const std::string& text, std::string_view color, const TextStyle& style) {
  return style.color ? fmt::format("\x1b[{}m{}\x1b[0m", color, text) : text;
}

std::string short_ms(Nanos span) {
  return fmt::format("{}", std::chrono::round<Millis>(span).count());
}

std::string render_phases(const Phases& phases, const TextStyle& style) {
  return fmt::format("dns {1}{0}tcp {2}{0}tls {3}{0}wait {4}{0}transfer {5}",
                     style.unicode ? " · " : ", ", short_ms(phases.dns), short_ms(phases.connect),
                     short_ms(phases.tls), short_ms(phases.wait), short_ms(phases.transfer));
}

std::string step_mark(StepStatus status, const TextStyle& style) {
  switch (status) {
    case StepStatus::passed: return painted(style.unicode ? "✓" : "+", "32", style);
    case StepStatus::degraded: return painted("!", "33", style);
    case StepStatus::failed: return painted(style.unicode ? "✗" : "x", "31", style);
    case StepStatus::skipped: return painted(style.unicode ? "–" : "-", "2", style);
  }
  return "?";
}

}  // namespace picket::cli
