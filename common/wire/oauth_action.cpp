#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {
namespace {

void put_login(const OAuthLogin& login, v1::OAuthAction& out) {
  put_pairs(login.form, out.mutable_login_form());
  out.set_login_totp(login.totp);
  out.set_login_totp_field(login.totp_field);
  out.set_login_consent(login.consent);
  out.set_login_consent_button(login.consent_button);
}

OAuthLogin read_login(Fields& fields, const v1::OAuthAction& message) {
  OAuthLogin out;
  out.form = fields.list("login_form", message.login_form(), kListMax, read_pair);
  out.totp = fields.text("login_totp", message.login_totp());
  out.totp_field = fields.text("login_totp_field", message.login_totp_field());
  out.consent = message.login_consent();
  out.consent_button = fields.text("login_consent_button", message.login_consent_button());
  return out;
}

void read_client(Fields& fields, const v1::OAuthAction& message, OAuthAction& out) {
  out.client_id = fields.text("client_id", message.client_id());
  if (out.client_id.empty()) fields.refuse("client_id", "missing");
  out.client_secret = fields.text("client_secret", message.client_secret());
  out.private_key = fields.text("private_key", message.private_key());
  out.key_id = fields.text("key_id", message.key_id());
  out.signing_alg = fields.text("signing_alg", message.signing_alg());
  out.auth =
      read_one_of(fields, "auth", message.auth(), {"", "none", "basic", "post", "private_key_jwt"});
}

}  // namespace

void put(const OAuthAction& action, v1::OAuthAction& out) {
  out.set_flow(action.flow);
  out.set_issuer(action.issuer);
  out.set_authorization_endpoint(action.authorization_endpoint);
  out.set_token_endpoint(action.token_endpoint);
  out.set_jwks_uri(action.jwks_uri);
  out.set_userinfo_endpoint(action.userinfo_endpoint);
  out.set_client_id(action.client_id);
  out.set_client_secret(action.client_secret);
  out.set_private_key(action.private_key);
  out.set_key_id(action.key_id);
  out.set_signing_alg(action.signing_alg);
  out.set_auth(action.auth);
  out.set_pkce(action.pkce);
  out.set_redirect_uri(action.redirect_uri);
  out.set_scope(action.scope);
  put_pairs(action.parameters, out.mutable_parameters());
  out.set_refresh_token(action.refresh_token);
  put_login(action.login, out);
  if (action.token.cache) out.set_token_cache_ms(action.token.cache->count());
  out.set_token_refetch_on_401(action.token.refetch_on_401);
  out.set_skew_max_ms(action.skew_max.count());
  out.set_userinfo(action.userinfo);
  out.set_try_used_token(action.try_used_token);
  out.set_insecure(action.insecure);
}

OAuthAction read(Fields& fields, const v1::OAuthAction& message) {
  OAuthAction out;
  out.flow = read_one_of(fields, "flow", message.flow(),
                         {"authorization_code", "client_credentials", "refresh_token"});
  out.issuer = fields.text("issuer", message.issuer());
  out.authorization_endpoint =
      fields.text("authorization_endpoint", message.authorization_endpoint());
  out.token_endpoint = fields.text("token_endpoint", message.token_endpoint());
  out.jwks_uri = fields.text("jwks_uri", message.jwks_uri());
  out.userinfo_endpoint = fields.text("userinfo_endpoint", message.userinfo_endpoint());
  if (out.issuer.empty() && out.token_endpoint.empty()) fields.refuse("issuer", "missing");
  read_client(fields, message, out);
  out.pkce = read_one_of(fields, "pkce", message.pkce(), {"S256", "none"});
  out.redirect_uri = fields.text("redirect_uri", message.redirect_uri());
  out.scope = fields.text("scope", message.scope());
  out.parameters = fields.list("parameters", message.parameters(), kListMax, read_pair);
  out.refresh_token = fields.text("refresh_token", message.refresh_token());
  out.login = read_login(fields, message);
  if (message.has_token_cache_ms())
    out.token.cache = fields.millis("token_cache_ms", message.token_cache_ms());
  out.token.refetch_on_401 = message.token_refetch_on_401();
  out.skew_max = fields.millis("skew_max_ms", message.skew_max_ms());
  out.userinfo = message.userinfo();
  out.try_used_token = message.try_used_token();
  out.insecure = message.insecure();
  return out;
}

}  // namespace picket::wire
