#include "agent/probe/structured_list.h"

#include <charconv>

namespace picket::agent {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool is_token_char(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view{"!#$%&'*+-.^_`|~:/"}.find(c) != std::string_view::npos;
}

// Reads from the front of a text; each read_ returns nothing, and the text stays where the mistake
// is, when what stands there is not of its form.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  char front() const { return text_.empty() ? '\0' : text_.front(); }
  void skip(std::string_view characters) {
    while (!text_.empty() && characters.find(text_.front()) != std::string_view::npos)
      text_.remove_prefix(1);
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::optional<BareItem> read_item() {
    const char c = front();
    if (c == '"') return read_string();
    if (c == ':') return read_bytes();
    if (c == '?') return read_boolean();
    if (c == '-' || is_digit(c)) return read_number();
    if (is_alpha(c) || c == '*') return BareItem{Token{read_while(is_token_char)}};
    return std::nullopt;
  }

  std::optional<std::string> read_key() {
    if (!is_lower(front()) && front() != '*') return std::nullopt;
    return read_while([](char c) {
      return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
    });
  }

 private:
  template <class Predicate>
  std::string read_while(Predicate predicate) {
    std::size_t end = 0;
    while (end < text_.size() && predicate(text_[end])) ++end;
    std::string out{text_.substr(0, end)};
    text_.remove_prefix(end);
    return out;
  }

  std::optional<BareItem> read_string() {
    std::string out;
    text_.remove_prefix(1);
    while (!text_.empty()) {
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return BareItem{std::move(out)};
      if (c == '\\') {
        c = front();
        if (c != '"' && c != '\\') return std::nullopt;
        text_.remove_prefix(1);
      } else if (c < 0x20 || c > 0x7e) {
        return std::nullopt;
      }
      out += c;
    }
    return std::nullopt;
  }

  std::optional<BareItem> read_bytes() {
    text_.remove_prefix(1);
    std::string out = read_while(
        [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '='; });
    if (!take(':')) return std::nullopt;
    return BareItem{std::move(out)};
  }

  std::optional<BareItem> read_boolean() {
    text_.remove_prefix(1);
    const char c = front();
    if (c != '0' && c != '1') return std::nullopt;
    text_.remove_prefix(1);
    return BareItem{c == '1'};
  }

  // At most 15 digits, or 12 before the point and 3 behind it.
  std::optional<BareItem> read_number() {
    const bool negative = take('-');
    const std::string whole = read_while(is_digit);
    if (whole.empty() || whole.size() > 15) return std::nullopt;
    if (!take('.')) {
      std::int64_t number = 0;
      std::from_chars(whole.data(), whole.data() + whole.size(), number);
      return BareItem{negative ? -number : number};
    }
    const std::string part = read_while(is_digit);
    if (whole.size() > 12 || part.empty() || part.size() > 3) return std::nullopt;
    const double number = std::stod(whole + "." + part);
    return BareItem{negative ? -number : number};
  }

  std::string_view text_;
};

bool read_parameters(Reader& reader, ListMember& member) {
  while (reader.take(';')) {
    reader.skip(" ");
    auto key = reader.read_key();
    if (!key) return false;
    BareItem value{true};
    if (reader.take('=')) {
      auto read = reader.read_item();
      if (!read) return false;
      value = std::move(*read);
    }
    member.parameters.emplace_back(std::move(*key), std::move(value));
  }
  return true;
}

}  // namespace

const BareItem* ListMember::find(std::string_view name) const {
  const BareItem* found = nullptr;
  for (const auto& [key, value] : parameters)
    if (key == name) found = &value;
  return found;
}

std::string text_of(const BareItem& item) {
  if (const auto* token = std::get_if<Token>(&item)) return token->text;
  if (const auto* text = std::get_if<std::string>(&item)) return *text;
  return {};
}

std::optional<std::vector<ListMember>> parse_list(std::string_view field) {
  Reader reader{field};
  std::vector<ListMember> members;
  reader.skip(" ");
  while (!reader.at_end()) {
    if (members.size() == kListMembersMax) return std::nullopt;
    auto item = reader.read_item();
    if (!item) return std::nullopt;
    ListMember member{.item = std::move(*item), .parameters = {}};
    if (!read_parameters(reader, member)) return std::nullopt;
    members.push_back(std::move(member));
    reader.skip(" \t");
    if (reader.at_end()) return members;
    if (!reader.take(',')) return std::nullopt;
    reader.skip(" \t");
    if (reader.at_end()) return std::nullopt;  // a comma at the end
  }
  return members;
}

}  // namespace picket::agent
