#include "agent/probe/edge_facts.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kFactBytesMax = 32;

std::string to_upper_ascii(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// A label, not prose: anything else in such a header is not a fact.
std::string label(std::string_view text) {
  const std::string_view trimmed = trim_ascii(text);
  const bool plain = std::all_of(trimmed.begin(), trimmed.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
  });
  if (!plain || trimmed.size() > kFactBytesMax) return {};
  return to_upper_ascii(std::string{trimmed});
}

std::string last_of(std::string_view text, char separator) {
  const auto at = text.rfind(separator);
  return std::string{at == std::string_view::npos ? text : text.substr(at + 1)};
}

std::string pop_of(const http::Headers& headers) {
  if (const auto pop = http::find_header(headers, "x-pop")) return label(*pop);
  if (const auto pop = http::find_header(headers, "x-amz-cf-pop")) return label(*pop);
  if (const auto ray = http::find_header(headers, "cf-ray"))
    return ray->find('-') == std::string::npos ? "" : label(last_of(*ray, '-'));
  // "cache-iad-kiad7000123-IAD, cache-fra-eddf8230123-FRA": the last one is nearest to us.
  if (const auto served = http::find_header(headers, "x-served-by"))
    if (served->find('-') != std::string::npos) return label(last_of(*served, '-'));
  return {};
}

std::string cache_of(const http::Headers& headers) {
  for (const char* name : {"cf-cache-status", "x-cache-status", "x-cache"}) {
    const auto value = http::find_header(headers, name);
    if (!value) continue;
    const std::string last = last_of(*value, ',');
    const std::string_view trimmed = trim_ascii(last);
    return label(trimmed.substr(0, trimmed.find(' ')));
  }
  return {};
}

}  // namespace

EdgeFacts edge_facts(const http::Headers& headers) {
  return {.pop = pop_of(headers), .cache_status = cache_of(headers)};
}

}  // namespace picket::agent
