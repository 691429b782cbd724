#include "common/checks/config_reader.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "common/checks/files.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::size_t kSecretBytes = 64 * 1024;

template <class T>
std::optional<T> whole_number(std::string_view text, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

int address_bits(const std::string& text) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return 32;
  return inet_pton(AF_INET6, text.c_str(), bytes) == 1 ? 128 : 0;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (const std::string& label : split(text, '.'))
    if (!is_label_name(to_lower_ascii(label))) return false;
  return true;
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Behind the colon of a key that ends at `at`; npos: no key ends there.
std::size_t behind_colon(const std::string& excerpt, std::size_t at) {
  if (at < excerpt.size() && (excerpt[at] == '"' || excerpt[at] == '\'')) ++at;
  at = excerpt.find_first_not_of(' ', at);
  return at != excerpt.npos && excerpt[at] == ':' ? at + 1 : excerpt.npos;
}

// Only in a map in braces does a comma or a brace end a value, unless it is quoted or in a list.
void mask_value(std::string& excerpt, std::size_t at) {
  const bool braces = excerpt.find('{') < at;
  bool listed = false;
  char quote = 0;
  for (; at < excerpt.size(); ++at) {
    const char c = excerpt[at];
    if (braces && quote == 0 && (c == '}' || (c == ',' && !listed))) return;
    if (c == '[') listed = true;
    if (c == ']') listed = false;
    if (c == quote)
      quote = 0;
    else if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    if (c != ' ') excerpt[at] = '*';
  }
}

// A source line in a message shows no secret; its length stays, carets point into it. A plain `url`
// may be one, too: the address of a dead-man's switch, and of many a webhook.
void mask_secrets(std::string& excerpt) {
  for (const std::string_view key :
       {"routing_key", "secret", "webhook_url", "password", "token", "rest_api_key", "url"}) {
    for (std::size_t at = excerpt.find(key); at != std::string::npos; at = excerpt.find(key, at)) {
      const bool whole = at == 0 || !is_key_character(excerpt[at - 1]);
      at += key.size();
      const std::size_t value = behind_colon(excerpt, at);
      if (value != std::string::npos && (whole || key != "url")) mask_value(excerpt, value);
    }
  }
}

std::optional<std::string> read_secret_file(const Fields& fields, const Entry& entry) {
  const auto path = read_text(fields.report(), entry.key, *entry.value);
  if (!path) return std::nullopt;
  const auto text = read_text_file(*path, kSecretBytes);
  if (!text) {
    fields.report().add("E0101", entry.value->at, text.error().message).help = text.error().hint;
    return std::nullopt;
  }
  return std::string{trim_ascii(*text)};
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto port = whole_number<std::uint16_t>(text.substr(colon + 1), 65535);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string name{host};
  const int bits = address_bits(name);
  const bool good = bracketed ? bits == 128 : bits == 32 || is_host_name(host);
  if (!port || !good) return std::nullopt;
  return Endpoint{name, *port};
}

bool is_address_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const int bits = address_bits(std::string{text.substr(0, slash)});
  if (bits == 0 || slash == text.npos) return bits != 0;
  return whole_number<int>(text.substr(slash + 1), bits).value_or(-1) >= 0;
}

void read_config_version(const Fields& fields) {
  const Entry* entry = fields.require("version", "version: 1");
  if (entry == nullptr || (entry->value->plain && entry->value->text == "1")) return;
  fields.report().add("E0115", entry->value->at, "this version of the format is not known").help =
      "write version: 1";
}

bool read_endpoint(const Fields& fields, std::string_view key, Endpoint& out) {
  std::string text;
  if (!fields.text(key, text)) return false;
  auto endpoint = parse_endpoint(text);
  if (endpoint) {
    out = std::move(*endpoint);
    return true;
  }
  fields.report()
      .add("E0111", fields.find(key)->value->at, fmt::format("`{}` is not HOST:PORT", key))
      .help = "for example 0.0.0.0:8443, \"[::]:8443\", or 127.0.0.1:0 for a free port";
  return false;
}

bool read_url(const Fields& fields, std::string_view key, std::string& out) {
  std::string text;
  if (!fields.text(key, text)) return false;
  const auto wrong = url_error(text);
  if (wrong)
    fields.report().add("E0111", fields.find(key)->value->at,
                        fmt::format("`{}` is not a URL: {}", key, *wrong));
  else
    out = std::move(text);
  return !wrong;
}

void read_log(const Fields& fields, LogSettings& out) {
  const Entry* entry = fields.find("log");
  if (entry == nullptr) return;
  constexpr std::string_view kKeys[] = {"level", "format"};
  static const KeyGroup keys = make_key_group("log", "keys of `log`: level, format", kKeys);
  const Fields log(fields.report(), *entry->value, keys);
  std::string text;
  if (log.choice("level", {"debug", "info", "warn", "error", "critical"}, text))
    out.level = log::parse_level(text).value_or(out.level);
  if (log.choice("format", {"logfmt", "json"}, text))
    out.format = log::parse_format(text).value_or(out.format);
}

bool read_secret(const Fields& fields, const std::string& key, std::string& out) {
  const std::string file_key = key + "_file";
  const Entry* inline_value = fields.find(key);
  const Entry* file = fields.find(file_key);
  if (inline_value != nullptr && file != nullptr) {
    fields.report().add("E0113", file->at,
                        fmt::format("`{}` and `{}` exclude each other", key, file_key));
    return false;
  }
  if (inline_value == nullptr && file == nullptr) {
    fields.report().add("E0109", fields.at(), fmt::format("`{}` is missing", file_key)).help =
        fmt::format("add {}: PATH of a file that holds it, or {}: ..", file_key, key);
    return false;
  }
  const auto value = file != nullptr ? read_secret_file(fields, *file)
                                     : read_scalar_text(fields.report(), key, *inline_value->value);
  if (value) out = *value;
  return value.has_value();
}

std::vector<Diagnostic> decode_config_text(const std::string& path, std::string text,
                                           const DecodeConfig& decode, const ConfigLayers& layers) {
  Report report(path, normalise_text(std::move(text)));
  const NodePtr root = parse_document(report);
  if (root) decode(report, *layers.apply(*root));
  auto mistakes = report.take();
  layers.name_origins(mistakes);
  for (Diagnostic& mistake : mistakes) mask_secrets(mistake.excerpt);
  return mistakes;
}

Status read_config_file(const std::string& path, const DecodeConfig& decode,
                        const ConfigLayers& layers) {
  auto text = read_text_file(path, DocumentLimits{}.bytes);
  if (!text) return fail(std::move(text.error()));
  const auto mistakes = decode_config_text(path, std::move(*text), decode, layers);
  if (mistakes.empty()) return {};
  std::string message =
      fmt::format("{} has {} mistake{}\n", path, mistakes.size(), mistakes.size() == 1 ? "" : "s");
  for (const Diagnostic& mistake : mistakes) message += "\n" + render_text(mistake);
  return fail(ErrorCode::invalid_config, std::move(message));
}

}  // namespace picket::checks
