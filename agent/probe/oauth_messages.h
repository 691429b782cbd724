// The messages of OAuth 2 and OpenID Connect as values: what is sent, and what came back read
// strictly. Pure; nothing is sent here. The parts hold secrets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/probe/http_session.h"
#include "common/core/time.h"
#include "common/model/oauth_action.h"

namespace picket::agent {

template <class T>
using OrFailure = tl::expected<T, Failure>;

Failure oauth_failure(FailureKind kind, std::string_view hop, std::string_view message);

// What the metadata tell, or the check instead of them (RFC 8414, OpenID Connect Discovery).
struct OAuthEndpoints {
  std::string issuer;
  std::string authorization;
  std::string token;
  std::string jwks;
  std::string userinfo;
  bool iss_is_sent{false};  // authorization_response_iss_parameter_supported (RFC 9207)
};

// ISSUER/.well-known/openid-configuration.
std::string metadata_url(const std::string& issuer);

// oauth_discovery: no JSON, another issuer than asked for, or without an endpoint that the flow
// needs. Endpoints that the check names win.
OrFailure<OAuthEndpoints> read_metadata(const http::Exchange& exchange, const OAuthAction& action);
OAuthEndpoints endpoints_of(const OAuthAction& action);

// The random values of one authorization.
struct OAuthNonces {
  std::string state;
  std::string nonce;
  std::string verifier;  // of PKCE; empty: not used
};

bool asks_for_id_token(const OAuthAction& action);  // scope has `openid`

std::string authorization_url(const OAuthEndpoints& endpoints, const OAuthAction& action,
                              const OAuthNonces& nonces);

// The code in the Location of the authorization response. oauth_authorize: the provider refused,
// or state or iss are not those of this request; oauth_consent: access_denied.
OrFailure<std::string> read_callback(std::string_view location, const OAuthEndpoints& endpoints,
                                     const OAuthNonces& nonces);

// Whether the location is the redirect URI, whatever parameters stand behind it.
bool is_callback(std::string_view location, std::string_view redirect_uri);

// grant_type and its parameters, with the client's authentication. `assertion` is that of
// private_key_jwt.
HttpAction token_request(const OAuthEndpoints& endpoints, const OAuthAction& action, Pairs grant,
                         const std::string& assertion);
std::string client_auth(const OAuthAction& action);  // none, basic, post or private_key_jwt

struct TokenResponse {
  std::string access_token;
  std::string type;  // "Bearer"
  std::optional<Seconds> expires_in;
  std::vector<std::string> scope;  // what was granted; what was asked for where it is not said
  std::string id_token;            // may be empty
  std::string refresh_token;       // may be empty
};

// oauth_token: the endpoint refused, with error and error_description of RFC 6749, section 5.2; or
// its answer holds no token.
OrFailure<TokenResponse> read_token_response(const http::Exchange& exchange,
                                             const OAuthAction& action, std::string_view hop);

// Values of access_token, refresh_token and id_token that stand in the body of a token endpoint, be
// it JSON, cut JSON or a form, good or refused: what must not be shown of it.
std::vector<std::string> tokens_in(std::string_view body);

// The codes and tokens in a callback's URL, right or wrong.
std::vector<std::string> codes_in(std::string_view location);

// The first line of a body, as far as it can be shown: for messages about answers that make no
// sense.
std::string excerpt(std::string_view body);

// name=value&.. decoded as a form.
Pairs parse_form(std::string_view text);

}  // namespace picket::agent
