// The `oauth2` kind: one flow per run, with tokens kept between runs where the check says so. Kept
// tokens are fetched anew in the background before they end; what fails there is told by the next
// run. Owned by Probes; its collaborators outlive it. One executor.
#pragma once

#include <optional>

#include "agent/probe/probe_context.h"
#include "agent/probe/token_cache.h"
#include "common/async/task_group.h"
#include "common/model/oauth_action.h"

namespace picket::agent {

class OAuthProbe {
 public:
  OAuthProbe(HttpSessions& sessions, async::Clock& clock) : sessions_(sessions), clock_(clock) {}

  // Error is our own failure only. Cancellation: throws operation_aborted.
  async::Task<Result<ProbeOutcome>> run(OAuthAction action, const ProbeContext& context);

  // Under which its tokens are kept.
  static std::string key_of(OAuthAction action, const ProbeContext& context);
  // Forgets what is kept and fetches anew: for tokens that somebody refused.
  async::Task<Result<ProbeOutcome>> refetch(OAuthAction action, const ProbeContext& context,
                                            std::string key);

  // Ends what goes on in the background. The owner awaits it before the destructor.
  async::Task<void> drain();

 private:
  async::Task<Result<ProbeOutcome>> fetch(OAuthAction action, const ProbeContext& context,
                                          std::string key);
  async::Task<void> refresh(OAuthAction action, SessionOptions attempt, std::string key);
  ProbeOutcome kept_outcome(const KeptTokens& kept, const std::string& key) const;
  void keep(const std::string& key, OAuthFlowResult result, Millis limit);

  HttpSessions& sessions_;
  async::Clock& clock_;
  TokenCache cache_;
  std::optional<async::TaskGroup> background_;  // made by the first refresh, on its executor
};

// One HTTP request of an attempt whose bearer token may be a kept one: when it is refused with 401
// and the check says `on_401: refetch`, once more with a fresh token.
class BearerRetry {
 public:
  explicit BearerRetry(OAuthProbe& oauth) : oauth_(oauth) {}

  // Remembers the tokens that a step of this attempt got from the cache.
  void remember(const OAuthAction& action, const ProbeOutcome& outcome,
                const ProbeContext& context);
  async::Task<Result<ProbeOutcome>> request(HttpAction action, const ProbeContext& context);

 private:
  struct Kept {
    OAuthAction action;
    std::string key;
    std::string access_token;
  };
  OAuthProbe& oauth_;
  std::optional<Kept> kept_;
};

}  // namespace picket::agent
