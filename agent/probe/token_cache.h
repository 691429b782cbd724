// Tokens kept between runs, by key: how long they are used, when they are due to be fetched anew,
// and when that is not tried for a while. Plain state of one agent: time is an argument, nothing is
// sent here. It holds secrets; one executor.
//
//   age of the tokens       find()                      a background refresh
//   below 4/5 of their life used                        is not due
//   up to their life        used                        is due, unless the breaker is open
//   beyond                  absent: the run fetches     -
//   The breaker opens with the third failure in a row, for a minute, then twice as long each time,
//   up to ten. It only holds back refreshes: a run that needs tokens always asks for them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/probe/oauth_flow.h"
#include "common/core/time.h"

namespace picket::agent {

struct KeptTokens {
  TokenResponse tokens;
  Facts facts;
  OAuthProvider provider;
  MonoTime fetched_at;
  Nanos life{0};  // of the tokens: the check's limit, or what the provider grants if shorter
  Nanos provider_life{0};  // of endpoints and keys: the check's limit
};

class TokenCache {
 public:
  static constexpr std::size_t kEntriesMax = 1000;  // the oldest goes first
  static constexpr int kFailuresMax = 2;            // the next one opens the breaker
  static constexpr Nanos kOpenFirst = std::chrono::minutes{1};
  static constexpr Nanos kOpenMost = std::chrono::minutes{10};

  // Tokens that may still be used; the pointer holds until the next call.
  const KeptTokens* find(const std::string& key, MonoTime now) const;
  // What is known of the provider although its tokens may have expired.
  std::optional<OAuthProvider> provider(const std::string& key, MonoTime now) const;
  // Why the last background refresh failed; nothing when it did not.
  std::optional<Failure> refresh_failure(const std::string& key) const;

  void store(const std::string& key, KeptTokens tokens);  // closes the breaker
  void drop(const std::string& key);                      // nothing of it is used again

  // True when a refresh is due; the caller makes it, then calls store() or refresh_failed().
  bool try_begin_refresh(const std::string& key, MonoTime now);
  void refresh_failed(const std::string& key, Failure failure, MonoTime now);
  void refresh_abandoned(const std::string& key);  // our own failure: nothing was learned

 private:
  struct Entry {
    KeptTokens kept;
    bool refreshing{false};
    int failures{0};
    MonoTime closed_from;  // the breaker is open before
    std::optional<Failure> failure;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace picket::agent
