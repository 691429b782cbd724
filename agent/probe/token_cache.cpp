#include "agent/probe/token_cache.h"

#include <algorithm>

namespace picket::agent {

const KeptTokens* TokenCache::find(const std::string& key, MonoTime now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  const KeptTokens& kept = found->second.kept;
  return now < kept.fetched_at + kept.life ? &kept : nullptr;
}

std::optional<OAuthProvider> TokenCache::provider(const std::string& key, MonoTime now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const KeptTokens& kept = found->second.kept;
  if (now >= kept.fetched_at + kept.provider_life) return std::nullopt;
  return kept.provider;
}

std::optional<Failure> TokenCache::refresh_failure(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::nullopt : found->second.failure;
}

void TokenCache::store(const std::string& key, KeptTokens tokens) {
  if (entries_.size() >= kEntriesMax && !entries_.contains(key))
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) {
      return a.second.kept.fetched_at < b.second.kept.fetched_at;
    }));
  Entry entry;
  entry.kept = std::move(tokens);
  entries_[key] = std::move(entry);
}

void TokenCache::drop(const std::string& key) { entries_.erase(key); }

bool TokenCache::try_begin_refresh(const std::string& key, MonoTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  const bool due = now >= entry.kept.fetched_at + entry.kept.life / 5 * 4;
  if (!due || entry.refreshing || now < entry.closed_from) return false;
  entry.refreshing = true;
  return true;
}

void TokenCache::refresh_failed(const std::string& key, Failure failure, MonoTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.refreshing = false;
  entry.failure = std::move(failure);
  if (++entry.failures <= kFailuresMax) return;
  Nanos open = kOpenFirst;
  for (int i = kFailuresMax + 1; i < entry.failures && open < kOpenMost; ++i) open *= 2;
  entry.closed_from = now + std::min(open, kOpenMost);
}

void TokenCache::refresh_abandoned(const std::string& key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) found->second.refreshing = false;
}

}  // namespace picket::agent
