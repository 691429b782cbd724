#include "common/markup/srcset.h"

#include <algorithm>

#include "common/core/text.h"
#include "common/markup/numbers.h"

namespace picket::markup {
namespace {

constexpr std::size_t kCandidatesMax = 64;

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t skip(std::string_view text, std::size_t at, bool commas) {
  while (at < text.size() && (is_blank(text[at]) || (commas && text[at] == ','))) ++at;
  return at;
}

// The end of a part at commas that stand in no parentheses.
std::size_t part_end(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && depth > 0) --depth;
    if (text[at] == ',' && depth == 0) break;
  }
  return at;
}

// False for a descriptor that makes the candidate invalid.
bool take_descriptor(std::string_view text, ImageCandidate& candidate) {
  text = trim_ascii(text);
  if (text.empty()) return true;
  const auto number = leading_number(text);
  if (!number || number->value <= 0 || number->length + 1 != text.size()) return false;
  if (text.back() == 'x') candidate.density = number->value;
  if (text.back() == 'w') candidate.width = number->value;
  return text.back() == 'x' || text.back() == 'w';
}

}  // namespace

std::vector<ImageCandidate> parse_srcset(std::string_view srcset) {
  std::vector<ImageCandidate> out;
  for (std::size_t at = skip(srcset, 0, true); at < srcset.size() && out.size() < kCandidatesMax;
       at = skip(srcset, at, true)) {
    const auto begin = at;
    while (at < srcset.size() && !is_blank(srcset[at])) ++at;
    std::string_view url = srcset.substr(begin, at - begin);
    ImageCandidate candidate;
    bool valid = true;
    if (url.ends_with(',')) {
      while (url.ends_with(',')) url.remove_suffix(1);
    } else {
      const auto end = part_end(srcset, at);
      valid = take_descriptor(srcset.substr(at, end - at), candidate);
      at = end;
    }
    candidate.url = url;
    if (valid) out.push_back(std::move(candidate));
  }
  return out;
}

double source_size(std::string_view sizes, const Screen& screen) {
  for (std::size_t at = 0; at < sizes.size();) {
    const auto end = part_end(sizes, at);
    const std::string_view entry = trim_ascii(sizes.substr(at, end - at));
    at = end + 1;
    const auto media_end = entry.rfind(')');
    const bool conditional = entry.starts_with('(') && media_end != std::string_view::npos;
    if (conditional && !media_matches(entry.substr(0, media_end + 1), screen)) continue;
    const std::string_view length = conditional ? entry.substr(media_end + 1) : entry;
    return length_px(length, screen).value_or(screen.width);
  }
  return screen.width;
}

std::string choose_image(std::string_view srcset, std::string_view sizes, std::string_view src,
                         const Screen& screen) {
  std::vector<ImageCandidate> candidates = parse_srcset(srcset);
  const auto has_width = [](const ImageCandidate& c) { return c.width > 0; };
  if (!src.empty() && std::none_of(candidates.begin(), candidates.end(), has_width))
    candidates.push_back({.url = std::string(src)});
  const double size = std::max(1.0, source_size(sizes, screen));
  for (ImageCandidate& candidate : candidates)
    if (candidate.width > 0) candidate.density = candidate.width / size;
  const auto enough = [&](const ImageCandidate& c) { return c.density >= screen.density; };
  const ImageCandidate* best = nullptr;
  for (const ImageCandidate& candidate : candidates) {
    if (!best || (enough(candidate) && (!enough(*best) || candidate.density < best->density)) ||
        (!enough(candidate) && !enough(*best) && candidate.density > best->density))
      best = &candidate;
  }
  return best ? best->url : "";
}

}  // namespace picket::markup
