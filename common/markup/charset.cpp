#include "common/markup/charset.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "common/core/text.h"

namespace picket::markup {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Alias {
  std::string_view label;
  std::string_view meant;
};

// Labels that the WHATWG encoding standard gives another meaning than iconv does.
constexpr std::array<Alias, 12> kAliases{{{"utf8", "utf-8"},
                                          {"ascii", "windows-1252"},
                                          {"us-ascii", "windows-1252"},
                                          {"latin1", "windows-1252"},
                                          {"iso-8859-1", "windows-1252"},
                                          {"iso8859-1", "windows-1252"},
                                          {"x-sjis", "cp932"},
                                          {"shift_jis", "cp932"},
                                          {"gb2312", "gb18030"},
                                          {"gbk", "gb18030"},
                                          {"ks_c_5601-1987", "cp949"},
                                          {"euc-kr", "cp949"}}};

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
         c == ':';
}

// The value after `charset` `=` in text that is in lower case, quoted or not.
std::string value_after(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    std::string_view rest = trim_ascii(text.substr(at + name.size()));
    if (!rest.starts_with('=')) continue;
    rest = trim_ascii(rest.substr(1));
    if (rest.starts_with('"') || rest.starts_with('\'')) rest = rest.substr(1);
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_label_character);
    return std::string(rest.begin(), end);
  }
  return {};
}

// The encoding by byte order mark, and the length of the mark.
std::optional<std::pair<std::string, std::size_t>> by_mark(std::string_view body) {
  using namespace std::string_view_literals;
  if (body.starts_with("\xEF\xBB\xBF")) return {{"utf-8", 3}};
  if (body.starts_with("\xFE\xFF")) return {{"utf-16be", 2}};
  if (body.starts_with("\xFF\xFE")) return {{"utf-16le", 2}};
  if (body.starts_with("<\0?\0"sv)) return {{"utf-16le", 0}};
  if (body.starts_with("\0<\0?"sv)) return {{"utf-16be", 0}};
  return std::nullopt;
}

std::string meta_charset(std::string_view body) {
  const std::string head = to_lower_ascii(body.substr(0, 1024));
  const std::string_view view = head;
  for (auto at = view.find("<meta"); at != std::string_view::npos;
       at = view.find("<meta", at + 1)) {
    const std::string found = value_after(view.substr(at, view.find('>', at) - at), "charset");
    if (found.empty()) continue;
    return found.starts_with("utf-16") ? "utf-8" : found;  // a meta that was read is no UTF-16
  }
  return {};
}

std::string declared_encoding(std::string_view body) {
  const std::string head = to_lower_ascii(body.substr(0, 256));
  if (!head.starts_with("<?xml")) return {};
  return value_after(std::string_view(head).substr(0, head.find("?>")), "encoding");
}

class Converter {
 public:
  explicit Converter(const std::string& charset) : handle_(iconv_open("UTF-8", charset.c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (known()) iconv_close(handle_);
  }
  bool known() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  std::string convert(std::string_view bytes);

 private:
  iconv_t handle_;
};

std::string Converter::convert(std::string_view bytes) {
  std::string out;
  std::array<char, 16 * 1024> buffer{};
  char* in = const_cast<char*>(bytes.data());  // iconv only reads it
  std::size_t in_left = bytes.size();
  while (in_left > 0) {
    char* to = buffer.data();
    std::size_t to_left = buffer.size();
    const auto converted = iconv(handle_, &in, &in_left, &to, &to_left);
    out.append(buffer.data(), buffer.size() - to_left);
    if (converted != static_cast<std::size_t>(-1)) break;
    if (errno == E2BIG) continue;
    out += kReplacement;  // EILSEQ, or EINVAL for a character cut off at the end
    if (errno == EINVAL) break;
    ++in;
    --in_left;
  }
  return out;
}

Result<std::string> convert(std::string_view body, std::string charset) {
  for (const Alias& alias : kAliases)
    if (charset == alias.label) charset = alias.meant;
  if (charset == "utf-8") return std::string(body);
  Converter converter(charset);
  if (charset.size() > 40 || !converter.known())
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("the document says charset \"{}\", which is not known", cut_utf8(charset, 40)));
  return converter.convert(body);
}

// What no HTML parser should see: NUL ends libxml2's text.
std::string without_bad_bytes(std::string text) {
  if (!is_valid_utf8(text)) text = clean_text(text);
  for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at))
    text.replace(at, 1, " ");
  return text;
}

}  // namespace

std::string charset_of(std::string_view content_type) {
  const std::string lower = to_lower_ascii(content_type);
  const auto parameters = lower.find(';');
  if (parameters == std::string::npos) return {};
  return value_after(std::string_view(lower).substr(parameters), "charset");
}

Result<std::string> html_to_utf8(std::string_view body, std::string_view content_type) {
  std::string charset;
  if (const auto mark = by_mark(body)) {
    charset = mark->first;
    body.remove_prefix(mark->second);
  }
  if (charset.empty()) charset = charset_of(content_type);
  if (charset.empty()) charset = meta_charset(body);
  if (charset.empty()) charset = is_valid_utf8(body) ? "utf-8" : "windows-1252";
  auto text = convert(body, std::move(charset));
  if (!text) return text;
  return without_bad_bytes(std::move(*text));
}

Result<std::string> xml_to_utf8(std::string_view body, std::string_view content_type) {
  std::string charset;
  if (const auto mark = by_mark(body)) {
    charset = mark->first;
    body.remove_prefix(mark->second);
  }
  if (charset.empty()) charset = charset_of(content_type);
  if (charset.empty()) charset = declared_encoding(body);
  if (charset.empty()) charset = "utf-8";
  return convert(body, std::move(charset));
}

}  // namespace picket::markup
