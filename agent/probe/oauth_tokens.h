// What a token response says, as facts, and whether its id_token may be believed. Pure; time and
// keys are arguments.
#pragma once

#include <optional>
#include <string>

#include "agent/probe/oauth_messages.h"
#include "common/jose/jwk.h"
#include "common/jose/jwt.h"
#include "common/model/facts.h"

namespace picket::agent {

// token.type, .expires_in, .scope; access_token.claims.* where it is a JWT.
void add_token_facts(Facts& facts, const TokenResponse& tokens);

// userinfo.*
OrFailure<bool> add_userinfo_facts(Facts& facts, const http::Exchange& exchange);

struct IdTokenJudging {
  const OAuthEndpoints& endpoints;
  const OAuthAction& action;
  std::string nonce;  // empty: not compared
  std::string access_token;
  WallTime now;
};

// id_token.alg, .kid, .claims.*, .skew. oauth_token: it is no token at all.
OrFailure<jose::Jwt> read_id_token(Facts& facts, const std::string& text, WallTime now);

// Keys of a JWKS response. oauth_keys: it has none.
OrFailure<jose::JwkSet> read_keys(const http::Exchange& exchange);

// Sets id_token.signature: "valid", or why not. oauth_signature, oauth_claims; the message names
// what is wrong.
std::optional<Failure> judge_id_token(Facts& facts, const jose::Jwt& token,
                                      const jose::JwkSet& keys, const IdTokenJudging& judging);

}  // namespace picket::agent
