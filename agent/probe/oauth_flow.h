// One run of an OAuth flow against its provider, every hop timed and labelled: discovery,
// authorize, login form, login, second factor, consent, token, used token, jwks, userinfo. Made for
// one run, inside one attempt's HTTP session; nothing is kept here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/probe/oauth_login.h"
#include "agent/probe/oauth_messages.h"
#include "agent/probe/oauth_tokens.h"

namespace picket::agent {

// What a provider said about itself, as far as it may be used again.
struct OAuthProvider {
  OAuthEndpoints endpoints;
  std::optional<jose::JwkSet> keys;
};

struct OAuthFlowResult {
  ProbeOutcome outcome;
  TokenResponse tokens;    // empty when the outcome has a failure
  OAuthProvider provider;  // as far as it was asked
};

struct OAuthFlowPorts {
  HttpSession& http;  // outlives the flow, as the clock does
  async::Clock& clock;
  Deadline deadline;
};

class OAuthFlow {
 public:
  // `known`: what is not asked for again; an unknown key makes the flow ask for the keys all the
  // same.
  OAuthFlow(OAuthAction action, OAuthFlowPorts ports, std::optional<OAuthProvider> known = {});

  // Error is our own failure only. Cancellation: throws operation_aborted.
  async::Task<Result<OAuthFlowResult>> run();

 private:
  // False: the outcome has a failure now.
  using Going = Result<bool>;

  async::Task<Going> call(HttpAction action, std::string label);
  async::Task<Going> call_for_tokens(HttpAction action, std::string label);
  async::Task<Going> discover();
  async::Task<Going> authorize(Pairs& grant);
  async::Task<Going> ask_for_tokens(Pairs grant);
  async::Task<Going> load_keys();
  async::Task<Going> check_id_token();
  async::Task<Going> ask_userinfo();
  async::Task<Going> try_used_token();
  async::Task<Going> steps();

  Result<std::string> assertion() const;
  bool stop(Failure failure);  // returns false
  void keep_secret(std::vector<std::string> secrets);
  const http::Exchange& last() const { return result_.outcome.hops.back().exchange; }

  OAuthAction action_;
  OAuthFlowPorts ports_;
  OAuthNonces nonces_;
  bool keys_are_known_{false};
  OAuthFlowResult result_;
};

// What later steps and the evidence get: captures access_token, id_token, refresh_token.
std::vector<ProbeCapture> captures_of(const TokenResponse& tokens);

}  // namespace picket::agent
