#include "agent/script/redactor.h"

#include <algorithm>

#include "agent/script/character_codes.h"
#include "agent/script/shell_words.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

// Byte for byte what http::percent_encode and the JSON templates make of a value.
const std::string kPercentEncode = R"(perl -0777pe 's/[^A-Za-z0-9._~-]/sprintf"%%%02X",ord$&/ge')";
const std::string kJsonEscape =
    R"(perl -0777pe 's/["\\]/\\$&/g;s/[\x00-\x1f]/sprintf"\\u%04x",ord$&/ge')";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t length) {
  const bool before = at > 0 && is_word(text[at - 1]);
  const bool after = at + length < text.size() && is_word(text[at + length]);
  return !before && !after;
}

// "$NAME" in the encoding in which it was found.
std::string shell_of(std::string_view found, std::string_view value, const std::string& shell,
                     const std::string& source) {
  if (found == value || source.empty()) return shell;
  const bool in_url = std::all_of(found.begin(), found.end(), [](char c) {
    return is_word(c) || std::string_view{"._~-%+"}.find(c) != std::string_view::npos;
  });
  if (in_url) return "\"$(printf %s " + source + " | " + kPercentEncode + ")\"";
  if (found.find('\\') != std::string_view::npos)
    return "\"$(printf %s " + source + " | " + kJsonEscape + ")\"";
  return shell;
}

std::string to_base64_url(std::string base64) {
  std::replace(base64.begin(), base64.end(), '+', '-');
  std::replace(base64.begin(), base64.end(), '/', '_');
  return base64;
}

std::string without_padding(std::string base64) {
  while (base64.ends_with('=')) base64.pop_back();
  return base64;
}

// Of a value that stands `offset` bytes behind a multiple of three in something larger: the base64
// characters that the value alone decides.
std::string inner_base64(const std::string& value, std::size_t offset) {
  const std::string encoded = to_base64(std::string(offset, '\0') + value);
  const std::size_t first = (offset * 8 + 5) / 6;
  const std::size_t end = (offset + value.size()) * 8 / 6;
  return end > first ? encoded.substr(first, end - first) : std::string{};
}

// UTF-8 that somebody took for Latin-1 and wrote as UTF-8 again: "Ã©" for "é".
std::string twice_utf8(const std::string& value) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0 | byte >> 6);
    out += byte >= 0x80 ? static_cast<char>(0x80 | (byte & 0x3F)) : c;
  }
  return out;
}

// What remains of a value in a header, in a cleaned message, of a PEM file line by line, and of
// one that a URL ends at its "#" or a cookie at its ";".
std::vector<std::string> variants_of(const std::string& value) {
  constexpr std::size_t kPartMin = 8;
  constexpr std::size_t kPartsMax = 256;
  std::vector<std::string> all{value};
  const auto add = [&](std::string variant) {
    const bool long_enough = trim_ascii(variant).size() >= Redactor::kFreeBytesMin;
    if (long_enough && std::find(all.begin(), all.end(), variant) == all.end())
      all.push_back(std::move(variant));
  };
  const auto add_cleaned = [&](std::string_view text) {
    add(std::string{trim_ascii(text)});
    add(clean_line(text));
    add(std::string{trim_ascii(clean_line(text))});
  };
  add_cleaned(value);
  add(clean_text(value));
  add(twice_utf8(value));
  std::size_t parts = 0;
  for (const char separator : {'\n', '#', ';'}) {
    if (value.find(separator) == std::string::npos) continue;
    for (const std::string& part : split(value, separator))
      if (part.size() >= kPartMin && ++parts <= kPartsMax) add_cleaned(part);
  }
  return all;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

}  // namespace

void Redactor::add(const std::string& name, const std::string& value) {
  if (value.empty()) return;
  const std::string variable = "\"$" + name + "\"";
  for (std::string& variant : variants_of(value))
    put({std::move(variant), variable, variable, Letters::either_case});
  if (value.size() >= kFreeBytesMin) add_base64(name, value);
  sort();
}

void Redactor::add_base64(const std::string& name, const std::string& value) {
  const auto put_both = [this](const std::string& encoded, const std::string& shell) {
    if (encoded.size() < kFreeBytesMin) return;
    put({encoded, shell, {}, Letters::exact});
    const std::string for_urls = to_base64_url(encoded);
    if (for_urls != encoded) put({for_urls, shell, {}, Letters::exact});
  };
  const std::string whole = "\"$(printf %s \"$" + name + "\" | base64 -w0)\"";
  const std::string encoded = to_base64(value);
  put_both(encoded, whole);
  if (encoded.ends_with('=')) put_both(without_padding(encoded), whole);
  if (value.size() < kInnerBytesMin) return;
  for (std::size_t offset = 0; offset < 3; ++offset)
    put_both(inner_base64(value, offset), "\"$" + name + "_IN_BASE64\"");
}

void Redactor::put(Needle needle) {
  const char first = needle.value.front();
  begins_[index_of(lower(first))] = begins_[index_of(upper(first))] = true;
  for (const char escape : {'%', '\\', '&'}) begins_[index_of(escape)] = true;
  if (first == ' ') begins_[index_of('+')] = true;
  needles_.push_back(std::move(needle));
}

// The longest first: a secret may be the start of another.
void Redactor::sort() {
  std::stable_sort(needles_.begin(), needles_.end(), [](const Needle& a, const Needle& b) {
    return a.value.size() > b.value.size();
  });
}

void Redactor::add_basic(const std::string& user, const std::string& password) {
  const std::string pair = user + ":" + password;
  if (!holds_secret(pair)) return;
  std::string shell = "\"$(printf %s ";
  for (const Piece& piece : pieces(pair))
    shell += piece.is_shell ? piece.text : shell_quote(piece.text);
  put({to_base64(pair), shell + " | base64 -w0)\"", {}, Letters::exact});
  sort();
}

Redactor::Match Redactor::match_at(std::string_view text, std::size_t at) const {
  if (!begins_[index_of(text[at])]) return {};
  const bool escaped = begins_escape(text[at]);
  for (const Needle& needle : needles_) {
    if (!escaped && lower(text[at]) != lower(needle.value.front()) && text[at] != '+') continue;
    const Spelling found = find_spelling(text, at, needle.value, needle.letters);
    work_ += found.work;
    if (found.length == 0) continue;
    if (needle.value.size() < kFreeBytesMin && !stands_alone(text, at, found.length)) continue;
    return {found.length, &needle};
  }
  return {};
}

// A secret that begins inside of another's match goes on behind it.
std::vector<Redactor::Span> Redactor::overlapping(std::string_view text, std::size_t at,
                                                  const Match& match) const {
  std::vector<Span> spans{{at, at + match.length, match.needle}};
  for (std::size_t i = at + 1; i < spans.back().end && work_ <= kWorkMax; ++i) {
    const Match inner = match_at(text, i);
    if (i + inner.length > spans.back().end) spans.push_back({i, i + inner.length, inner.needle});
  }
  return spans;
}

std::string Redactor::apply(std::string_view text) const { return apply_start(text, text.size()); }

std::string Redactor::apply_start(std::string_view text, std::size_t bytes) const {
  const std::size_t end = std::min(bytes, text.size());
  if (needles_.empty()) return std::string{text.substr(0, end)};
  std::string out;
  std::size_t kept = 0;  // everything before is in `out`
  for (std::size_t i = 0; i < end;) {
    if (!begins_[index_of(text[i])]) {
      ++i;
      continue;
    }
    if (work_ > kWorkMax) return std::string{kMask};
    const Match match = match_at(text, i);
    if (match.length == 0) {
      ++i;
      continue;
    }
    out += text.substr(kept, i - kept);
    out += kMask;
    for (const Span& span : overlapping(text, i, match)) i = span.end;
    kept = i;
  }
  if (kept < end) out += text.substr(kept, end - kept);
  return out;
}

std::vector<Redactor::Piece> Redactor::pieces(std::string_view text) const {
  std::vector<Piece> out;
  if (work_ > kWorkMax) return {{"\"$MASKED\"", true}};
  for (std::size_t i = 0; i < text.size();) {
    const Match match = match_at(text, i);
    if (match.length != 0) {
      for (const Span& span : overlapping(text, i, match)) {
        const std::string_view found = text.substr(span.begin, span.end - span.begin);
        const Needle& needle = *span.needle;
        out.push_back({shell_of(found, needle.value, needle.shell, needle.source), true});
        i = span.end;
      }
      continue;
    }
    if (out.empty() || out.back().is_shell) out.push_back({});
    out.back().text += text[i++];
  }
  return out;
}

std::size_t Redactor::reach() const {
  constexpr std::size_t kSimpleEscape = 12;  // "&#x00000041;"
  constexpr std::size_t kTwiceEscapedMax = 64 * 1024;
  if (needles_.empty()) return 0;
  const std::size_t longest = needles_.front().value.size();
  return std::min(longest * kLongestEscape, longest * kSimpleEscape + kTwiceEscapedMax);
}

bool Redactor::holds_secret(std::string_view text) const {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (match_at(text, i).length != 0) return true;
  return false;
}

}  // namespace picket::agent
