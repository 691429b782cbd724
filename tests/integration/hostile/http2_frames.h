// HTTP/2 frames as bytes (RFC 9113, 4.1), and headers without compression (RFC 7541, 6.2.2): what
// the scripted servers of this folder send. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace picket::test::h2 {

enum Type {
  data,
  headers,
  priority,
  rst_stream,
  settings,
  push_promise,
  ping,
  goaway,
  window_update,
  continuation
};

constexpr int kEndStream = 0x1;
constexpr int kEndHeaders = 0x4;
constexpr int kAck = 0x1;

inline std::string u32(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

inline std::string frame(Type type, int flags, std::uint32_t stream, const std::string& payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  return u32(size).substr(1) + static_cast<char>(type) + static_cast<char>(flags) + u32(stream) +
         payload;
}

// A header as it is, without indexing; name and value shorter than 127 bytes.
inline std::string field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name +
         static_cast<char>(value.size()) + value;
}

inline const std::string kSettings = frame(settings, 0, 0, "");
inline const std::string kSettingsAck = frame(settings, kAck, 0, "");
inline const std::string kStatus200 = "\x88";  // HPACK: the static table's 8th entry

}  // namespace picket::test::h2
