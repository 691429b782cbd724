// Structured logging to stderr: one event name and key=value pairs, as logfmt or JSON lines.
// Thread-safe. The only place that knows spdlog is log.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/core/error.h"
#include "common/core/result.h"

namespace picket::log {

enum class Level { debug, info, warn, error, critical };
enum class Format { logfmt, json };

struct Field {
  std::string_view key;
  std::string value;
  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)) {}
};

// Call once, first thing in main. Values from outside are cleaned of control characters.
void configure(Level level, Format format);
Result<Level> parse_level(std::string_view text);
Result<Format> parse_format(std::string_view text);

// `event` is a short constant sentence: "spool opened", "agent offline".
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}
void error(std::string_view event, const Error& error);  // at the level its kind asks for

}  // namespace picket::log
