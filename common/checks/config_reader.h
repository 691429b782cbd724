// What the daemons' configuration files share: one strict YAML file, typed fields, every mistake
// with its place. Read at the start, and again when a reload is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/checks/config_layers.h"
#include "common/checks/document.h"
#include "common/checks/fields.h"
#include "common/checks/report.h"
#include "common/core/log.h"
#include "common/core/result.h"

namespace picket::checks {

struct Endpoint {
  std::string host;  // an address or a name, without brackets
  std::uint16_t port{0};
  bool operator==(const Endpoint&) const = default;
};

// "127.0.0.1:8443", "[::1]:0", "localhost:0". Nothing: it is none.
std::optional<Endpoint> parse_endpoint(std::string_view text);

// An address or a CIDR prefix: "10.0.0.0/8", "fd00::/8", "127.0.0.1".
bool is_address_prefix(std::string_view text);

struct LogSettings {
  log::Level level{log::Level::info};
  log::Format format{log::Format::logfmt};
};

// `version: 1`, required.
void read_config_version(const Fields& fields);
// False: absent or wrong. `key` holds HOST:PORT; port 0 takes a free one.
bool read_endpoint(const Fields& fields, std::string_view key, Endpoint& out);
bool read_url(const Fields& fields, std::string_view key, std::string& out);
// `log: {level, format}`
void read_log(const Fields& fields, LogSettings& out);
// `key`, or `key_file` with a file that holds it; one of them is required. The value is never in a
// message.
bool read_secret(const Fields& fields, const std::string& key, std::string& out);

// Fills something from the root of a document.
using DecodeConfig = std::function<void(Report& report, const Node& root)>;

// The mistakes of a configuration text; empty: it was decoded.
std::vector<Diagnostic> decode_config_text(const std::string& path, std::string text,
                                           const DecodeConfig& decode,
                                           const ConfigLayers& layers = {});

// Reads and decodes a file. invalid_config: mistakes, each with its place and caret, in the
// message; not_found, io: the file itself.
Status read_config_file(const std::string& path, const DecodeConfig& decode,
                        const ConfigLayers& layers = {});

}  // namespace picket::checks
