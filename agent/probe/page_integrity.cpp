#include "agent/probe/page_integrity.h"

#include <algorithm>
#include <array>
#include <vector>

#include "common/core/digest.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

struct Algorithm {
  std::string_view prefix;
  std::string (*digest)(std::string_view bytes);
};

constexpr std::array<Algorithm, 3> kStrongestFirst{
    {{"sha512-", sha512}, {"sha384-", sha384}, {"sha256-", sha256}}};

struct Wanted {
  const Algorithm* algorithm{nullptr};
  std::vector<std::string> hashes;  // base64
};

Wanted wanted_of(std::string_view attribute) {
  std::string words(attribute);
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c >= '\t' && c <= '\r'; }, ' ');
  for (const Algorithm& algorithm : kStrongestFirst) {
    Wanted wanted{.algorithm = &algorithm, .hashes = {}};
    for (const std::string& word : split(words, ' ')) {
      if (!to_lower_ascii(word).starts_with(algorithm.prefix)) continue;
      std::string hash = word.substr(algorithm.prefix.size());
      wanted.hashes.push_back(hash.substr(0, hash.find('?')));
    }
    if (!wanted.hashes.empty()) return wanted;
  }
  return {};
}

// The attribute may be written in base64url.
std::string plain_base64(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return text;
}

}  // namespace

bool integrity_holds(std::string_view attribute, std::string_view body) {
  const Wanted wanted = wanted_of(attribute);
  if (!wanted.algorithm) return true;
  const std::string have = to_base64(wanted.algorithm->digest(body));
  return std::any_of(wanted.hashes.begin(), wanted.hashes.end(),
                     [&](const std::string& hash) { return plain_base64(hash) == have; });
}

std::string integrity_of(std::string_view attribute, std::string_view body) {
  const Wanted wanted = wanted_of(attribute);
  if (!wanted.algorithm) return {};
  return std::string(wanted.algorithm->prefix) + to_base64(wanted.algorithm->digest(body));
}

}  // namespace picket::agent
