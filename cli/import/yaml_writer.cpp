#include "cli/import/yaml_writer.h"

#include <algorithm>

#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kFlowMax = 72;
constexpr std::size_t kCommentMax = 96;

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_clear_text(const std::string& text, bool is_key) {
  checks::Node node;
  node.kind = checks::NodeKind::scalar;
  node.plain = true;
  node.text = text;
  return !checks::ambiguity_of(text, is_key) &&
         std::holds_alternative<std::string>(checks::resolve(node));
}

// Whether it may stand without quotes; far fewer than YAML would let.
bool is_plain(const std::string& text, bool flow) {
  const std::string_view more = flow ? "_./-" : "_./:@$ {}=&?+~-";
  if (text.empty() || text.size() > 200 || text.back() == ' ' || text.back() == ':') return false;
  if (!is_alnum(text[0]) && text[0] != '/' && (flow || !text.starts_with("${{"))) return false;
  if (text.find(": ") != text.npos) return false;
  if (!std::all_of(text.begin(), text.end(),
                   [&](char c) { return is_alnum(c) || more.find(c) != more.npos; }))
    return false;
  return is_clear_text(text, false);
}

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string key_text(const std::string& key) {
  const bool plain = !key.empty() && key.size() <= 100 && is_alnum(key[0]) &&
                     std::all_of(key.begin(), key.end(), [](char c) {
                       return is_alnum(c) || c == '_' || c == '-' || c == '.';
                     });
  return plain && is_clear_text(key, true) ? key : quoted(key);
}

std::string scalar_text(const Json& value, bool flow) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  return is_plain(text, flow) ? text : quoted(text);
}

bool is_comment(const std::string& key) { return key.starts_with(kComment); }

bool has_comments(const Json& value) {
  if (value.is_object())
    for (const auto& [key, member] : value.items())
      if (is_comment(key) || has_comments(member)) return true;
  return value.is_array() && std::any_of(value.begin(), value.end(), has_comments);
}

std::string flow_text(const Json& value) {
  if (!value.is_structured()) return scalar_text(value, true);
  std::string text;
  for (auto it = value.begin(); it != value.end() && text.size() <= kFlowMax; ++it) {
    text += text.empty() ? "" : ", ";
    if (value.is_object()) text += key_text(it.key()) + ": ";
    text += flow_text(*it);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

// A list of maps is a block whatever its length: steps and alerts are read line by line.
bool is_flow(const Json& value, std::size_t indent) {
  if (value.empty() || !value.is_structured()) return true;
  if (has_comments(value)) return false;
  if (value.is_array() && value[0].is_object() && value[0].size() > 1) return false;
  return flow_text(value).size() + indent <= kFlowMax;
}

std::string render_list(const Json& list, std::size_t indent) {
  const std::string space(indent, ' ');
  std::string text;
  for (const Json& item : list) {
    if (is_flow(item, indent)) {
      text +=
          space + "- " + (item.is_structured() ? flow_text(item) : scalar_text(item, false)) + '\n';
      continue;
    }
    if (item.is_array()) {
      text += space + "-\n" + render_list(item, indent + 2);
      continue;
    }
    // Comments before the first key stand above the dash.
    Json members = Json::object();
    for (const auto& [key, member] : item.items()) {
      if (members.empty() && is_comment(key))
        text += comment_lines(member.get<std::string>(), indent);
      else
        members[key] = member;
    }
    std::string block = members.empty() ? space + "  {}\n" : render_yaml(members, indent + 2);
    block[indent] = '-';
    text += block;
  }
  return text;
}

}  // namespace

std::string comment_lines(const std::string& text, std::size_t indent) {
  std::string lines;
  std::string line = std::string(indent, ' ') + "#";
  const std::size_t start = line.size();
  for (const std::string& word : split(clean_line(text), ' ')) {
    if (word.empty()) continue;
    if (line.size() > start + 1 && line.size() + word.size() + 1 > kCommentMax) {
      lines += line + '\n';
      line = std::string(indent, ' ') + "#  ";
    }
    line += " " + word;
  }
  return lines + line + '\n';
}

std::string render_yaml(const Json& map, std::size_t indent) {
  const std::string space(indent, ' ');
  std::string text;
  for (const auto& [key, value] : map.items()) {
    if (is_comment(key)) {
      text += comment_lines(value.get<std::string>(), indent);
    } else if (is_flow(value, indent + key.size() + 2)) {
      text += space + key_text(key) + ": " +
              (value.is_structured() ? flow_text(value) : scalar_text(value, false)) + '\n';
    } else {
      text += space + key_text(key) + ":\n" +
              (value.is_object() ? render_yaml(value, indent + 2) : render_list(value, indent + 2));
    }
  }
  return text;
}

}  // namespace picket::cli
