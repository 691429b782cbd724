#include "common/model/jsonpath.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace picket {

struct JsonDocument::Node {
  nlohmann::json json;
};

namespace {

using Json = nlohmann::json;

// The library's parser does not limit depth or memory: count both before it runs.
Status within_limits(std::string_view text) {
  int depth = 0;
  std::size_t values = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '}' || c == ']') --depth;
    if (c == '{' || c == '[') ++depth;
    if (c == ',' || c == '{' || c == '[') ++values;
    if (depth > JsonDocument::kDepthMax)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("JSON nested deeper than {}", JsonDocument::kDepthMax));
    if (values > JsonDocument::kValuesMax)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("JSON with more than {} values", JsonDocument::kValuesMax));
  }
  return {};
}

Value to_value(const Json& node) {
  switch (node.type()) {
    case Json::value_t::boolean: return node.get<bool>();
    case Json::value_t::number_integer: return node.get<std::int64_t>();
    case Json::value_t::number_unsigned: {
      const auto number = node.get<std::uint64_t>();
      if (number <= static_cast<std::uint64_t>(INT64_MAX)) return static_cast<std::int64_t>(number);
      return static_cast<double>(number);
    }
    case Json::value_t::number_float: return node.get<double>();
    case Json::value_t::string: return node.get<std::string>();
    case Json::value_t::array:
    case Json::value_t::object:
      return node.dump(-1, ' ', false, Json::error_handler_t::replace);
    default: return Null{};
  }
}

Found to_list(const std::vector<const Json*>& nodes) {
  std::vector<Value> values;
  values.reserve(nodes.size());
  for (const Json* node : nodes) values.push_back(to_value(*node));
  return Found::list(std::move(values));
}

Found to_found(const Json& node) {
  if (node.is_array()) {
    std::vector<const Json*> elements;
    for (const Json& element : node) elements.push_back(&element);
    return to_list(elements);
  }
  Found found = Found::scalar(to_value(node));
  if (node.is_object()) found.type = "object";
  return found;
}

void add_children(const Json& node, std::vector<const Json*>& out) {
  if (!node.is_structured()) return;
  for (const Json& child : node) out.push_back(&child);
}

void add_member(const Json& node, const std::string& name, std::vector<const Json*>& out) {
  if (!node.is_object()) return;
  const auto member = node.find(name);
  if (member != node.end()) out.push_back(&*member);
}

void add_element(const Json& node, std::int64_t index, std::vector<const Json*>& out) {
  if (!node.is_array()) return;
  const auto size = static_cast<std::int64_t>(node.size());
  const std::int64_t at = index < 0 ? index + size : index;
  if (at >= 0 && at < size) out.push_back(&node[static_cast<std::size_t>(at)]);
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_char(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

}  // namespace

class JsonPathParser {
 public:
  explicit JsonPathParser(std::string_view text) : text_(text) {}

  Result<JsonPath> parse() {
    if (!is_valid_utf8(text_)) return wrong("the path is not valid UTF-8");
    if (!take('$')) return wrong("a path starts with `$`");
    while (at_ < text_.size()) {
      const Status step = take('.') ? dot() : take('[') ? bracket() : wrong("wanted `.` or `[`");
      if (!step) return fail(step.error());
    }
    return std::move(path_);
  }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::invalid_argument,
                fmt::format("JSON path `{}`: {} at position {}", cut_utf8(clean_line(text_), 80),
                            what, at_ + 1),
                "use $ .name ['name'] [0] [-1] [*] .*");
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Status dot() {
    if (at_ < text_.size() && text_[at_] == '.') return wrong("`..` is not supported yet");
    if (take('*')) return add(JsonPath::Wildcard{});
    if (at_ >= text_.size() || !is_name_start(text_[at_]))
      return wrong("wanted a name (others go into ['...'])");
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return add(std::string{text_.substr(start, at_ - start)});
  }

  Status bracket() {
    Status inside = take('*')    ? add(JsonPath::Wildcard{})
                    : take('\'') ? quoted('\'')
                    : take('"')  ? quoted('"')
                                 : index();
    if (!inside) return inside;
    if (!take(']')) return wrong("wanted `]`");
    return {};
  }

  Status quoted(char quote) {
    std::string name;
    while (!take(quote)) {
      if (at_ >= text_.size()) return wrong("the quoted name is not closed");
      if (take('\\')) {
        const bool known = at_ < text_.size() && (text_[at_] == quote || text_[at_] == '\\');
        if (!known) return wrong("only \\\\ and an escaped quote are supported");
      }
      name += text_[at_++];
    }
    return add(std::move(name));
  }

  // RFC 9535: no leading zeros, no -0, within +-(2^53 - 1).
  Status index() {
    std::int64_t number = 0;
    const char* const first = text_.data() + at_;
    const auto parsed = std::from_chars(first, text_.data() + text_.size(), number);
    const std::string_view digits{first, static_cast<std::size_t>(parsed.ptr - first)};
    constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
    const bool zeros = digits.starts_with("-0") || (digits.starts_with('0') && digits.size() > 1);
    if (parsed.ec != std::errc{} || zeros || number > kMost || number < -kMost)
      return wrong("wanted an index, `*` or a quoted name");
    at_ += digits.size();
    return add(number);
  }

  Status add(JsonPath::Segment segment) {
    if (path_.segments_.size() >= static_cast<std::size_t>(JsonDocument::kDepthMax))
      return wrong("the path is too long");
    path_.segments_.push_back(std::move(segment));
    return {};
  }

  std::string_view text_;
  std::size_t at_{0};
  JsonPath path_;
};

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  if (const Status limits = within_limits(text); !limits) return fail(limits.error());
  try {
    auto node = std::make_shared<Node>();
    node->json = Json::parse(text);
    JsonDocument document;
    document.root_ = std::move(node);
    return document;
  } catch (const Json::parse_error& error) {
    return fail(ErrorCode::invalid_argument, fmt::format("not JSON (byte {})", error.byte));
  } catch (const Json::exception&) {
    return fail(ErrorCode::invalid_argument, "not JSON (a number out of range)");
  }
}

Result<JsonPath> JsonPath::parse(std::string_view text) { return JsonPathParser{text}.parse(); }

Found JsonPath::find(const JsonDocument& document) const {
  std::vector<const Json*> nodes{&document.root().json};
  bool many = false;
  for (const Segment& segment : segments_) {
    std::vector<const Json*> next;
    for (const Json* node : nodes) {
      if (const auto* name = std::get_if<std::string>(&segment)) add_member(*node, *name, next);
      if (const auto* index = std::get_if<std::int64_t>(&segment)) add_element(*node, *index, next);
      if (std::holds_alternative<Wildcard>(segment)) add_children(*node, next);
    }
    many = many || std::holds_alternative<Wildcard>(segment);
    nodes = std::move(next);
  }
  if (nodes.empty()) return Found::absent();
  return many ? to_list(nodes) : to_found(*nodes.front());
}

}  // namespace picket
