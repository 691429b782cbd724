#include "agent/script/redactor.h"

#include <algorithm>

#include "agent/script/escaped_text.h"
#include "agent/script/shell_words.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

// Byte for byte what http::percent_encode and the JSON templates make of a value.
const std::string kPercentEncode =
    R"(perl -0777pe 's/[^A-Za-z0-9._~-]/sprintf"%%%02X",ord$&/ge')";
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
  if (found.find('%') != std::string_view::npos || found.find('+') != std::string_view::npos)
    return "\"$(printf %s " + source + " | " + kPercentEncode + ")\"";
  if (found.find('\\') != std::string_view::npos)
    return "\"$(printf %s " + source + " | " + kJsonEscape + ")\"";
  return shell;
}

std::string to_base64_url(std::string base64) {
  while (base64.ends_with('=')) base64.pop_back();
  std::replace(base64.begin(), base64.end(), '+', '-');
  std::replace(base64.begin(), base64.end(), '/', '_');
  return base64;
}

}  // namespace

void Redactor::add(const std::string& name, const std::string& value) {
  if (value.empty()) return;
  const std::string variable = "\"$" + name + "\"";
  const std::string encoded = to_base64(value);
  const std::string command = "\"$(printf %s " + variable + " | base64 -w0)\"";
  needles_.push_back({value, variable, variable});
  if (value.size() >= kFreeBytesMin) {
    needles_.push_back({encoded, command, {}});
    const std::string for_urls = to_base64_url(encoded);
    if (for_urls != encoded) needles_.push_back({for_urls, command, {}});
  }
  sort();
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
  needles_.push_back({to_base64(pair), shell + " | base64 -w0)\"", {}});
  sort();
}

Redactor::Match Redactor::match_at(std::string_view text, std::size_t at) const {
  for (const Needle& needle : needles_) {
    const std::size_t length = spelled_length(text, at, needle.value);
    if (length == 0) continue;
    if (needle.value.size() < kFreeBytesMin && !stands_alone(text, at, length)) continue;
    return {length, &needle};
  }
  return {};
}

std::string Redactor::apply(std::string_view text) const { return apply_start(text, text.size()); }

std::string Redactor::apply_start(std::string_view text, std::size_t bytes) const {
  std::string out;
  const std::size_t end = std::min(bytes, text.size());
  for (std::size_t i = 0; i < end;) {
    const Match match = match_at(text, i);
    if (match.length != 0)
      out += kMask;
    else
      out += text[i];
    i += std::max<std::size_t>(1, match.length);
  }
  return out;
}

std::vector<Redactor::Piece> Redactor::pieces(std::string_view text) const {
  std::vector<Piece> out;
  for (std::size_t i = 0; i < text.size();) {
    const Match match = match_at(text, i);
    if (match.length != 0) {
      const std::string_view found = text.substr(i, match.length);
      const Needle& needle = *match.needle;
      out.push_back({shell_of(found, needle.value, needle.shell, needle.source), true});
      i += match.length;
      continue;
    }
    if (out.empty() || out.back().is_shell) out.push_back({});
    out.back().text += text[i++];
  }
  return out;
}

std::size_t Redactor::reach() const {
  constexpr std::size_t kLongestEscape = 12;  // "&#x00000041;"
  return needles_.empty() ? 0 : needles_.front().value.size() * kLongestEscape;
}

bool Redactor::holds_secret(std::string_view text) const {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (match_at(text, i).length != 0) return true;
  return false;
}

}  // namespace picket::agent
