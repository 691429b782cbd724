// One OAuth 2 flow as configured: the action of `oauth2` steps. Plain value; texts may hold ${{ }}
// templates until a run fills them (action.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/core/time.h"
#include "common/model/http_action.h"

namespace picket {

// How the provider's pages are answered.
struct OAuthLogin {
  Pairs form;                  // fields of the login pages, by name
  std::string totp;            // a seed in base32, or an otpauth:// URL; empty: no second factor
  std::string totp_field;      // empty: recognised by its name
  bool consent{false};         // a consent page is answered, else it is a failure
  std::string consent_button;  // its text or value; empty: the one that does not deny
  bool operator==(const OAuthLogin&) const = default;
};

// Whether tokens are kept between runs.
struct OAuthTokenPolicy {
  std::optional<Millis> cache;  // nothing: never
  bool refetch_on_401{false};
  bool operator==(const OAuthTokenPolicy&) const = default;
};

struct OAuthAction {
  static constexpr std::string_view kKind{"oauth2"};
  std::string flow{"authorization_code"};  // or client_credentials, refresh_token
  std::string issuer;                      // the endpoints come from its metadata
  std::string authorization_endpoint;      // instead of the metadata's
  std::string token_endpoint;
  std::string jwks_uri;
  std::string userinfo_endpoint;
  std::string client_id;
  std::string client_secret;
  std::string private_key;  // PEM, of private_key_jwt
  std::string key_id;
  std::string signing_alg;   // empty: what fits the key
  std::string auth;          // none, basic, post, private_key_jwt; empty: by what is given
  std::string pkce{"S256"};  // or none
  std::string redirect_uri;
  std::string scope;
  Pairs parameters;  // further ones of the authorization and token requests
  std::string refresh_token;
  OAuthLogin login;
  OAuthTokenPolicy token;
  Millis skew_max{std::chrono::minutes{1}};
  bool userinfo{false};
  bool try_used_token{false};  // of refresh_token: is a used one refused?
  bool insecure{false};
  bool operator==(const OAuthAction&) const = default;

  std::string_view target() const { return issuer.empty() ? token_endpoint : issuer; }
};

template <class Visit>
void each_text(OAuthAction& action, Visit visit) {
  visit(action.issuer, TextPart{"issuer"});
  visit(action.authorization_endpoint, TextPart{"authorization_endpoint"});
  visit(action.token_endpoint, TextPart{"token_endpoint"});
  visit(action.jwks_uri, TextPart{"jwks_uri"});
  visit(action.userinfo_endpoint, TextPart{"userinfo_endpoint"});
  visit(action.client_id, TextPart{"client_id"});
  visit(action.client_secret, TextPart{"client_secret"});
  visit(action.private_key, TextPart{"private_key"});
  visit(action.key_id, TextPart{"key_id"});
  visit(action.redirect_uri, TextPart{"redirect_uri"});
  visit(action.scope, TextPart{"scope"});
  each_text(action.parameters, "parameters", visit);
  visit(action.refresh_token, TextPart{"refresh_token"});
  each_text(action.login.form, "login.form", visit);
  visit(action.login.totp, TextPart{"login.totp"});
}

}  // namespace picket
