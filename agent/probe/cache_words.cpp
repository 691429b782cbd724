#include "agent/probe/cache_words.h"

#include <algorithm>
#include <array>

#include "agent/probe/edge_facts.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kFactBytesMax = 32;

struct Word {
  std::string_view raw;
  std::string_view normal;
};

// Beside those that are normal already. Sources: the vendors' pages on their debug headers.
constexpr std::array kWords{
    // Fastly, Varnish
    Word{"PASS", "BYPASS"},
    Word{"HITPASS", "BYPASS"},
    Word{"HIT-STALE", "STALE"},
    Word{"HIT-CLUSTER", "HIT"},
    Word{"HIT-WAIT", "HIT"},
    Word{"HIT-SYNTH", "GENERATED"},
    Word{"SYNTH", "GENERATED"},
    // CloudFront: "Hit from cloudfront"
    Word{"REFRESHHIT", "REVALIDATED"},
    Word{"ORIGINSHIELDHIT", "HIT"},
    Word{"LAMBDAGENERATEDRESPONSE", "GENERATED"},
    Word{"FUNCTIONGENERATEDRESPONSE", "GENERATED"},
    Word{"REDIRECT", "GENERATED"},
    Word{"LIMITEXCEEDED", "ERROR"},
    Word{"CAPACITYEXCEEDED", "ERROR"},
    // Akamai, Azure, Squid
    Word{"TCP_HIT", "HIT"},
    Word{"TCP_MEM_HIT", "HIT"},
    Word{"TCP_IMS_HIT", "HIT"},
    Word{"TCP_NEGATIVE_HIT", "HIT"},
    Word{"TCP_REMOTE_HIT", "HIT"},
    Word{"TCP_PARTIAL_HIT", "MISS"},
    Word{"TCP_REFRESH_HIT", "REVALIDATED"},
    Word{"TCP_REFRESH_MISS", "EXPIRED"},
    Word{"TCP_EXPIRED_MISS", "EXPIRED"},
    Word{"TCP_CLIENT_REFRESH_MISS", "MISS"},
    Word{"TCP_REFRESH_FAIL_HIT", "STALE"},
    Word{"TCP_MISS", "MISS"},
    Word{"TCP_DENIED", "ERROR"},
    Word{"TCP_COOKIE_DENY", "ERROR"},
    Word{"CONFIG_NOCACHE", "BYPASS"},
    Word{"PRIVATE_NOSTORE", "BYPASS"},
    // Google
    Word{"UNCACHEABLE", "DYNAMIC"},
    Word{"DISABLED", "BYPASS"},
    // Cloudflare, nginx, Vercel and others
    Word{"NONE", ""},
    Word{"UNKNOWN", ""},
    Word{"PRERENDER", "GENERATED"},
    Word{"SCARCE", "MISS"},
    Word{"REFRESH", "REVALIDATED"},
    Word{"REVALIDATE", "REVALIDATED"},
    Word{"NOTCACHEABLE", "DYNAMIC"},
};

}  // namespace

std::string fact_label(std::string_view text) {
  const std::string_view trimmed = trim_ascii(text);
  const bool plain = std::all_of(trimmed.begin(), trimmed.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (!plain || trimmed.size() > kFactBytesMax) return {};
  std::string out{trimmed};
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string normal_cache_word(std::string_view word) {
  std::string label = fact_label(word);
  for (const Word& known : kWords)
    if (known.raw == label) return std::string{known.normal};
  return label;
}

std::optional<bool> is_cache_hit(std::string_view status) {
  for (const std::string_view word : {"HIT", "STALE", "UPDATING", "REVALIDATED"})
    if (status == word) return true;
  for (const std::string_view word : {"MISS", "EXPIRED", "BYPASS", "DYNAMIC"})
    if (status == word) return false;
  return std::nullopt;
}

}  // namespace picket::agent
