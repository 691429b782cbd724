#include "common/checks/config_layers.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <memory>

#include "common/core/text.h"

namespace picket::checks {
namespace {

// Lines that no file has: a file is at most 1 MiB.
constexpr int kSaidLine = 100'000'000;
constexpr int kDefaultLine = 200'000'000;

NodePtr make_scalar(std::string text, SettingKind kind, int line) {
  Node node;
  node.kind = NodeKind::scalar;
  node.plain = kind == SettingKind::value;
  node.single_line = true;
  node.at = {line, 1, 1};
  node.text = std::move(text);
  return std::make_shared<const Node>(std::move(node));
}

NodePtr make_node(const std::string& text, SettingKind kind, int line) {
  if (kind != SettingKind::list) return make_scalar(text, kind, line);
  Node list;
  list.kind = NodeKind::sequence;
  list.at = {line, 1, 1};
  for (const std::string& item : split(text, ','))
    list.items.push_back(make_scalar(std::string{trim_ascii(item)}, SettingKind::text, line));
  return std::make_shared<const Node>(std::move(list));
}

// The map with `value` at the dotted path. What stands in the way of it stays: the decoder says so.
NodePtr put(const Node& map, std::string_view path, const NodePtr& value, bool over) {
  Node out = map;
  if (out.kind == NodeKind::null) out.kind = NodeKind::map;
  const std::size_t dot = path.find('.');
  const std::string key{path.substr(0, dot)};
  auto entry = std::find_if(out.entries.begin(), out.entries.end(),
                            [&](const Entry& one) { return one.key == key; });
  const bool leaf = dot == std::string_view::npos;
  if (entry == out.entries.end()) {
    out.entries.push_back({value->at, key, leaf ? value : std::make_shared<const Node>()});
    entry = std::prev(out.entries.end());
    over = true;
  }
  if (leaf && over)
    entry->value = value;
  else if (!leaf && (entry->value->is_map() || entry->value->kind == NodeKind::null))
    entry->value = put(*entry->value, path.substr(dot + 1), value, over);
  return std::make_shared<const Node>(std::move(out));
}

std::string spelled(std::string_view path, char joint, bool upper) {
  std::string out{path};
  for (char& c : out) {
    if (c == '.' || c == '_') c = joint;
    if (upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

std::string flag_of(const Setting& setting) { return "--" + spelled(setting.path, '-', false); }

std::string variable_of(std::string_view prefix, const Setting& setting) {
  return std::string{prefix} + spelled(setting.path, '_', true);
}

const Setting* ConfigLayers::find(std::string_view path) const {
  const auto found = std::find_if(settings_.begin(), settings_.end(),
                                  [&](const Setting& one) { return one.path == path; });
  return found == settings_.end() ? nullptr : &*found;
}

void ConfigLayers::take_environment(const std::function<const char*(const char*)>& variable) {
  for (const Setting& setting : settings_) {
    const std::string name = variable_of(prefix_, setting);
    const char* text = variable(name.c_str());
    if (text == nullptr || *text == '\0') continue;
    said_.try_emplace(std::string{setting.path}, Said{&setting, text, "environment " + name});
  }
}

void ConfigLayers::take_flag(std::string_view path, std::string text) {
  const Setting* setting = find(path);
  said_[std::string{path}] = {setting, std::move(text), "flag " + flag_of(*setting)};
}

NodePtr ConfigLayers::apply(const Node& root) const {
  NodePtr out = std::make_shared<const Node>(root);
  int line = kSaidLine;
  for (const auto& [path, said] : said_)
    out = put(*out, path, make_node(said.text, said.setting->kind, line++), true);
  return out;
}

NodePtr ConfigLayers::with_defaults(const Node& root) const {
  NodePtr out = std::make_shared<const Node>(root);
  for (const Setting& setting : settings_)
    if (!setting.fallback.empty())
      out = put(*out, setting.path,
                make_node(std::string{setting.fallback}, setting.kind, kDefaultLine), false);
  return out;
}

std::string ConfigLayers::origin_of(const std::string& file, const Mark& at) const {
  if (at.line >= kDefaultLine) return "default";
  if (at.line < kSaidLine) return file + ":" + std::to_string(at.line);
  return std::next(said_.begin(), at.line - kSaidLine)->second.origin;
}

void ConfigLayers::name_origins(std::vector<Diagnostic>& mistakes) const {
  for (Diagnostic& mistake : mistakes) {
    if (mistake.at.line < kSaidLine) continue;
    mistake.at = {origin_of({}, {mistake.at.line, 1, 1}), 0, 0};
  }
}

}  // namespace picket::checks
