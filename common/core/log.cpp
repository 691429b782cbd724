#include "common/core/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "common/core/text.h"

namespace picket::log {
namespace {

std::atomic<Format> format_{Format::logfmt};

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::critical: return spdlog::level::critical;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>(
        "picket", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

std::string quote(std::string_view value) {
  std::string out = "\"";
  for (const char c : clean_line(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string logfmt_value(std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\\n\t") == std::string_view::npos;
  return plain ? clean_line(value) : quote(value);
}

const char* name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
    case Level::critical: return "critical";
  }
  return "info";
}

std::string render_line(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const bool json = format_ == Format::json;
  std::string line = fmt::format(fmt::runtime(json ? "\"level\":\"{}\",\"event\":{}"
                                                   : "level={} event={}"),
                                 name_of(level), quote(event));
  for (const Field& field : fields) {
    if (json)
      line += fmt::format(",{}:{}", quote(field.key), quote(field.value));
    else
      line += fmt::format(" {}={}", field.key, logfmt_value(field.value));
  }
  return json ? line + "}" : line;
}

}  // namespace

void configure(Level level, Format format) {
  format_ = format;
  logger().set_pattern(format == Format::json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%e%z",%v)"
                                              : "ts=%Y-%m-%dT%H:%M:%S.%e%z %v");
  logger().set_level(native(level));
}

Result<Level> parse_level(std::string_view text) {
  for (const Level level :
       {Level::debug, Level::info, Level::warn, Level::error, Level::critical})
    if (text == name_of(level)) return level;
  return fail(ErrorCode::invalid_argument, fmt::format("`{}` is not a log level", text),
              "one of debug, info, warn, error, critical");
}

Result<Format> parse_format(std::string_view text) {
  if (text == "logfmt") return Format::logfmt;
  if (text == "json") return Format::json;
  return fail(ErrorCode::invalid_argument, fmt::format("`{}` is not a log format", text),
              "logfmt or json");
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!logger().should_log(native(level))) return;
  logger().log(native(level), spdlog::string_view_t{render_line(level, event, fields)});
}

void error(std::string_view event, const Error& error) {
  const Level level = error.kind() == ErrorKind::retryable      ? Level::debug
                      : error.kind() == ErrorKind::user_fixable ? Level::warn
                      : error.kind() == ErrorKind::fatal        ? Level::critical
                                                                : Level::error;
  write(level, event,
        {{"code", to_string(error.code)}, {"error", error.message}, {"hint", error.hint}});
}

}  // namespace picket::log
