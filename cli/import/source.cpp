#include "cli/import/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/checks/document.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kKeysMax = 10'000;  // of one map: looking one up is a linear search
constexpr std::size_t kMistakesMax = 20;

Json json_of(const checks::Node& node) {
  if (node.kind == checks::NodeKind::map) {
    Json map = Json::object();
    for (const checks::Entry& entry : node.entries) map[entry.key] = json_of(*entry.value);
    return map;
  }
  if (node.kind == checks::NodeKind::sequence) {
    Json list = Json::array();
    for (const checks::NodePtr& item : node.items) list.push_back(json_of(*item));
    return list;
  }
  return std::visit(
      [](const auto& value) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Null>)
          return nullptr;
        else
          return value;
      },
      checks::resolve(node));
}

void mark_places(const std::string& file, const checks::Node& node, const Json& json,
                 std::unordered_map<const Json*, std::string>& places) {
  places[&json] = fmt::format("{}:{}:{}", file, node.at.line, node.at.column);
  for (std::size_t i = 0; i < node.items.size(); ++i)
    mark_places(file, *node.items[i], json[i], places);
  for (const checks::Entry& entry : node.entries)
    if (const auto at = json.find(entry.key); at != json.end())
      mark_places(file, *entry.value, *at, places);
}

// The way from `at` to `wanted`, by address.
bool find_path(const Json& at, const Json* wanted, std::string& path) {
  if (&at == wanted) return true;
  const std::size_t length = path.size();
  for (auto it = at.begin(); at.is_structured() && it != at.end(); ++it) {
    path += at.is_object() ? (length == 0 ? "" : ".") + clean_line(it.key())
                           : fmt::format("[{}]", it - at.begin());
    if (find_path(*it, wanted, path)) return true;
    path.resize(length);
  }
  return false;
}

const char* kind_of_json(const Json& value) {
  if (value.is_object()) return "a map";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "text";
  if (value.is_boolean()) return "true or false";
  return value.is_null() ? "nothing" : "a number";
}

// Where byte `offset` (from 1) of the text is.
std::string line_and_column(const std::string& text, std::size_t offset) {
  const std::size_t end = std::min(offset == 0 ? 0 : offset - 1, text.size());
  const auto lines = std::count(text.begin(), text.begin() + static_cast<long>(end), '\n');
  const std::size_t start = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  return fmt::format("{}:{}", lines + 1, start == std::string::npos ? end + 1 : end - start);
}

// Of nlohmann's message the part after the place.
std::string json_complaint(const std::string& what) {
  const std::size_t at = what.find("column ");
  const std::size_t colon = at == std::string::npos ? at : what.find(": ", at);
  return clean_line(cut_utf8(colon == std::string::npos ? what : what.substr(colon + 2), 160));
}

}  // namespace

Result<Source> Source::parse_yaml(const std::string& file, const std::string& text) {
  Source source(file);
  checks::Report report(file, checks::normalise_text(text));
  const checks::NodePtr root = checks::parse_document(report);
  std::string mistakes;
  for (const checks::Diagnostic& one : report.take())
    if (one.is_error() && one.code != "E0105") mistakes += checks::render_text(one);
  if (!mistakes.empty() || !root)
    return fail(ErrorCode::invalid_argument, mistakes.empty() ? file + ": empty" : mistakes);
  *source.root_ = json_of(*root);
  mark_places(file, *root, *source.root_, source.places_);
  return source;
}

Result<Source> Source::parse_json(const std::string& file, const std::string& text) {
  Source source(file);
  std::string too_much;
  std::vector<std::size_t> keys(kDepthMax + 2);
  const auto bounded = [&](int depth, Json::parse_event_t event, Json&) {
    if (depth > kDepthMax) too_much = fmt::format("nested deeper than {} levels", kDepthMax);
    const auto level = static_cast<std::size_t>(std::clamp(depth, 0, kDepthMax + 1));
    if (event == Json::parse_event_t::object_start && level <= kDepthMax) keys[level + 1] = 0;
    if (event == Json::parse_event_t::key && ++keys[level] > kKeysMax)
      too_much = fmt::format("a map with more than {} keys", kKeysMax);
    return too_much.empty();
  };
  try {
    *source.root_ = Json::parse(text, bounded);
  } catch (const Json::parse_error& error) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}:{}: no JSON: {}", file, line_and_column(text, error.byte),
                            json_complaint(error.what())));
  } catch (const Json::exception& error) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {}", file, json_complaint(error.what())));
  }
  if (!too_much.empty())
    return fail(ErrorCode::invalid_argument, fmt::format("{}: {}", file, too_much));
  return source;
}

const Json* Source::find(const Json& map, const char* key) const {
  if (!map.is_object()) return nullptr;
  const auto at = map.find(key);
  return at == map.end() || at->is_null() ? nullptr : &*at;
}

std::string Source::text(const Json& map, const char* key, std::string fallback) const {
  const Json* value = find(map, key);
  return value == nullptr ? std::move(fallback) : text_of(*value);
}

std::string Source::text_of(const Json& value) const {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return {};
  if (!value.is_structured()) return value.dump();
  refuse(value, fmt::format("wanted text, got {}", kind_of_json(value)));
  return {};
}

std::optional<bool> Source::flag(const Json& map, const char* key) const {
  const Json* value = find(map, key);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  const std::string word = value->is_string()
                               ? to_lower_ascii(value->get<std::string>())
                               : std::string{value->is_number() ? value->dump() : ""};
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  refuse(*value, fmt::format("{}: wanted true or false, got {}", key, kind_of_json(*value)));
  return std::nullopt;
}

std::optional<double> Source::number(const Json& map, const char* key) const {
  const Json* value = find(map, key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  refuse(*value, fmt::format("{}: wanted a number, got {}", key, kind_of_json(*value)));
  return std::nullopt;
}

const Json& Source::list(const Json& map, const char* key) const {
  static const Json kEmpty = Json::array();
  const Json* value = find(map, key);
  if (value == nullptr) return kEmpty;
  if (value->is_array()) return *value;
  refuse(*value, fmt::format("{}: wanted a list, got {}", key, kind_of_json(*value)));
  return kEmpty;
}

const Json& Source::map(const Json& map, const char* key) const {
  static const Json kEmpty = Json::object();
  const Json* value = find(map, key);
  return value != nullptr && is_map(*value) ? *value : kEmpty;
}

std::vector<std::string> Source::texts(const Json& map, const char* key) const {
  std::vector<std::string> all;
  for (const Json& one : list(map, key)) all.push_back(text_of(one));
  return all;
}

bool Source::is_map(const Json& value) const {
  if (value.is_object()) return true;
  refuse(value, fmt::format("wanted a map, got {}", kind_of_json(value)));
  return false;
}

void Source::refuse(const Json& at, const std::string& message) const {
  if (mistakes_.size() < kMistakesMax) mistakes_.push_back(place(at) + ": " + message);
}

std::string Source::place(const Json& value) const {
  if (const auto known = places_.find(&value); known != places_.end()) return known->second;
  std::string path;
  find_path(*root_, &value, path);
  return path.empty() ? file_ : file_ + ": " + path;
}

Status Source::status() const {
  if (mistakes_.empty()) return {};
  std::string all;
  for (const std::string& one : mistakes_) all += (all.empty() ? "" : "\n") + one;
  return fail(ErrorCode::invalid_argument, all);
}

}  // namespace picket::cli
