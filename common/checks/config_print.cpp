#include "common/checks/config_print.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/core/digest.h"

namespace picket::checks {
namespace {

constexpr std::string_view kMask = "\"********\"";

// The keys that config_reader.h's read_secret() takes. Of `dead_man` the whole address is one.
bool is_secret(const std::string& parent, const std::string& key) {
  static const std::set<std::string> keys{"bearer_token",   "password",   "rest_api_key",
                                          "routing_key",    "secret",     "token",
                                          "webhook_secret", "webhook_url"};
  return keys.contains(key) || (parent == "dead_man" && key == "url");
}

// What an address may carry besides where it leads: a login, and what stands behind `?`.
std::string without_login(std::string text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", host), text.size());
  if (const std::size_t at = text.rfind('@', end); at != std::string::npos && at > host)
    text.replace(host, at - host, "********");
  if (const std::size_t query = text.find('?', host); query != std::string::npos)
    text.replace(query + 1, std::string::npos, "********");
  return text;
}

bool is_simple(std::string_view text) {
  const auto fine = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view{"_./:+-"}.find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fine) && text.front() != '-' &&
         text.front() != ':' && text.back() != ':';
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string key_text(const std::string& key) {
  const bool name = is_simple(key) && key.find(':') == std::string::npos &&
                    std::isdigit(static_cast<unsigned char>(key.front())) == 0;
  return name ? key : quoted(key);
}

class Printer {
 public:
  Printer(const ConfigLayers& layers, const std::string& file, bool masked)
      : layers_(layers), file_(file), masked_(masked) {}

  // On one line: as an item of a list, or a whole part of the file.
  std::string flow(const Node& node, const std::string& parent, const std::string& key) const {
    if (masked_ && is_secret(parent, key)) return std::string{kMask};
    if (node.kind == NodeKind::null) return "null";
    if (node.kind == NodeKind::scalar) return scalar(node);
    std::string out;
    for (const NodePtr& item : node.items)
      out += (out.empty() ? "" : ", ") + flow(*item, parent, "");
    if (node.kind == NodeKind::sequence) return "[" + out + "]";
    for (const Entry& entry : node.entries)
      out += (out.empty() ? "" : ", ") + key_text(entry.key) + ": " +
             flow(*entry.value, key, entry.key);
    return "{" + out + "}";
  }

  void block(const Node& map, const std::string& parent, const std::string& indent) {
    for (const Entry& entry : map.entries) {
      const Node& value = *entry.value;
      const std::string start = indent + key_text(entry.key) + ":";
      const bool hidden = is_secret(parent, entry.key);
      if (!hidden && value.is_map() && !value.entries.empty()) {
        text_ += start + "\n";
        block(value, entry.key, indent + "  ");
      } else if (!hidden && value.kind == NodeKind::sequence && holds_maps(value)) {
        text_ += start + "\n";
        for (const NodePtr& item : value.items)
          line(indent + "  - " + flow(*item, entry.key, ""), item->at);
      } else {
        const bool listed = value.kind == NodeKind::sequence && !value.items.empty();
        line(start + " " + flow(value, parent, entry.key),
             listed ? value.items.front()->at : value.at);
      }
    }
  }

  std::string take() { return std::move(text_); }

 private:
  static bool holds_maps(const Node& list) {
    return std::any_of(list.items.begin(), list.items.end(),
                       [](const NodePtr& item) { return item->is_map(); });
  }
  std::string scalar(const Node& node) const {
    const std::string text = masked_ ? without_login(node.text) : node.text;
    return node.plain && is_simple(text) ? text : quoted(text);
  }
  void line(const std::string& text, const Mark& at) {
    text_ += text + "  # " + layers_.origin_of(file_, at) + "\n";
  }

  const ConfigLayers& layers_;
  const std::string& file_;
  bool masked_;
  std::string text_;
};

}  // namespace

std::string print_config(const Node& root, const ConfigLayers& layers, const std::string& file) {
  Printer printer{layers, file, true};
  printer.block(*layers.with_defaults(root), "", "");
  return printer.take();
}

Result<std::string> print_config_file(const std::string& path, const DecodeConfig& decode,
                                      const ConfigLayers& layers) {
  std::string text;
  const auto print = [&](Report& report, const Node& root) {
    decode(report, root);
    text = print_config(root, layers, path);
  };
  if (const Status read = read_config_file(path, print, layers); !read) return fail(read.error());
  return text;
}

ConfigParts config_parts(const Node& root) {
  const ConfigLayers none;
  const std::string file;
  const Printer printer{none, file, false};
  ConfigParts parts;
  for (const Entry& entry : root.entries)
    parts[entry.key] = sha256_hex(printer.flow(*entry.value, "", entry.key));
  return parts;
}

std::string changed_parts(const ConfigParts& before, const ConfigParts& after,
                          std::initializer_list<std::string_view> reloaded) {
  std::set<std::string_view> names;
  for (const ConfigParts* parts : {&before, &after})
    for (const auto& [name, digest] : *parts) names.insert(name);
  for (const std::string_view name : reloaded) names.erase(name);
  const auto digest = [](const ConfigParts& parts, std::string_view name) {
    const auto found = parts.find(std::string{name});
    return found == parts.end() ? std::string_view{} : std::string_view{found->second};
  };
  std::string out;
  for (const std::string_view name : names)
    if (digest(before, name) != digest(after, name))
      out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

}  // namespace picket::checks
