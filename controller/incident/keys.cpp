#include "controller/incident/keys.h"

#include "common/core/digest.h"

namespace picket::controller {
namespace {

constexpr std::string_view kBase32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kTimeDigits = 10;    // 48 bits of Unix milliseconds
constexpr int kDigestDigits = 16;  // 80 bits

std::string describe(const std::string& install_id, const EpisodeName& episode) {
  return join_unambiguously({install_id, episode.subject, episode.alert_id,
                             std::to_string(episode.opening_round.unix_ms())});
}

}  // namespace

std::string join_unambiguously(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
  }
  return out;
}

DedupKey make_dedup_key(const std::string& install_id, const std::string& route,
                        const EpisodeName& episode) {
  const std::string round = std::to_string(episode.opening_round.unix_ms());
  std::string joined =
      join_unambiguously({install_id, route, episode.subject, episode.alert_id, round});
  if (episode.reopened > 0) joined += join_unambiguously({std::to_string(episode.reopened)});
  return DedupKey{"picket:" + sha256_hex(joined)};
}

IncidentId make_incident_id(const std::string& install_id, const EpisodeName& episode) {
  std::string id(kTimeDigits, '0');
  auto ms = static_cast<std::uint64_t>(episode.opening_round.unix_ms());
  for (int i = kTimeDigits - 1; i >= 0; --i, ms /= 32)
    id[static_cast<std::size_t>(i)] = kBase32[ms % 32];
  const std::string digest = sha256(describe(install_id, episode));
  for (int i = 0; i < kDigestDigits; ++i)
    id += kBase32[static_cast<unsigned char>(digest[static_cast<std::size_t>(i)]) % 32];
  return IncidentId{id};
}

std::string make_outbox_id(const DedupKey& key, std::uint32_t ordinal) {
  return sha256_hex(join_unambiguously({key.value, std::to_string(ordinal)})).substr(0, 32);
}

}  // namespace picket::controller
