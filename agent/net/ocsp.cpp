#include "agent/net/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <memory>

namespace picket::agent {
namespace {

constexpr long kSkewSeconds = 300;

struct Free {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(OCSP_REQUEST* x) const { OCSP_REQUEST_free(x); }
  void operator()(OCSP_RESPONSE* x) const { OCSP_RESPONSE_free(x); }
  void operator()(OCSP_BASICRESP* x) const { OCSP_BASICRESP_free(x); }
  void operator()(OCSP_CERTID* x) const { OCSP_CERTID_free(x); }
  void operator()(X509_STORE_CTX* x) const { X509_STORE_CTX_free(x); }
  void operator()(STACK_OF(X509) * x) const { sk_X509_pop_free(x, X509_free); }
  void operator()(STACK_OF(OPENSSL_STRING) * x) const { X509_email_free(x); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using Certificate = Owned<X509>;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Certificate certificate_of(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  return Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

template <class T, class Encode>
std::string der_of(T* value, Encode encode) {
  unsigned char* bytes = nullptr;
  const int size = encode(value, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool has_issued(X509* issuer, X509* leaf) { return X509_check_issued(issuer, leaf) == X509_V_OK; }

Certificate find_issuer(const std::vector<std::string>& chain_der, X509* leaf,
                        X509_STORE* trusted) {
  for (std::size_t i = 1; i < chain_der.size(); ++i)
    if (Certificate one = certificate_of(chain_der[i]); one && has_issued(one.get(), leaf))
      return one;
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  if (!trusted || !context || X509_STORE_CTX_init(context.get(), trusted, leaf, nullptr) != 1)
    return {};
  X509* issuer = nullptr;
  if (X509_STORE_CTX_get1_issuer(&issuer, context.get(), leaf) != 1) return {};
  return Certificate(issuer);
}

// The answer about this certificate: V_OCSP_CERTSTATUS_*, or -1 for none that counts now.
int status_of(OCSP_BASICRESP* basic, X509* leaf, X509* issuer) {
  // Responders may name the certificate by SHA-1 or SHA-256.
  for (const EVP_MD* digest : {EVP_sha1(), EVP_sha256()}) {
    const Owned<OCSP_CERTID> id(OCSP_cert_to_id(digest, leaf, issuer));
    int status = -1;
    int reason = 0;
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* until = nullptr;
    if (!id ||
        OCSP_resp_find_status(basic, id.get(), &status, &reason, &revoked, &from, &until) != 1)
      continue;
    return OCSP_check_validity(from, until, kSkewSeconds, -1) == 1 ? status : -1;
  }
  return -1;
}

std::string judge(const std::string& response_der, const std::vector<std::string>& chain_der,
                  X509_STORE* trusted) {
  const unsigned char* at = bytes_of(response_der);
  const Owned<OCSP_RESPONSE> response(
      d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(response_der.size())));
  if (!response || chain_der.empty() ||
      OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return "invalid";
  const Owned<OCSP_BASICRESP> basic(OCSP_response_get1_basic(response.get()));
  const Certificate leaf = certificate_of(chain_der.front());
  const Certificate issuer = leaf ? find_issuer(chain_der, leaf.get(), trusted) : Certificate{};
  if (!basic || !issuer) return "invalid";
  const Owned<STACK_OF(X509)> helpers(sk_X509_new_null());
  if (!helpers) return "invalid";
  for (std::size_t i = 1; i < chain_der.size(); ++i)
    if (Certificate one = certificate_of(chain_der[i]); one)
      if (sk_X509_push(helpers.get(), one.get()) > 0) static_cast<void>(one.release());
  if (X509_up_ref(issuer.get()) == 1 && sk_X509_push(helpers.get(), issuer.get()) <= 0)
    X509_free(issuer.get());
  if (OCSP_basic_verify(basic.get(), helpers.get(), trusted, 0) != 1) return "invalid";
  switch (status_of(basic.get(), leaf.get(), issuer.get())) {
    case V_OCSP_CERTSTATUS_GOOD: return "good";
    case V_OCSP_CERTSTATUS_REVOKED: return "revoked";
    case V_OCSP_CERTSTATUS_UNKNOWN: return "unknown";
    default: return "invalid";
  }
}

}  // namespace

std::string ocsp_url(const std::string& leaf_der) {
  const Certificate leaf = certificate_of(leaf_der);
  const Owned<STACK_OF(OPENSSL_STRING)> urls(leaf ? X509_get1_ocsp(leaf.get()) : nullptr);
  ERR_clear_error();
  if (!urls || sk_OPENSSL_STRING_num(urls.get()) == 0) return {};
  return sk_OPENSSL_STRING_value(urls.get(), 0);
}

std::string make_ocsp_request(const std::string& leaf_der, const std::string& issuer_der) {
  const Certificate leaf = certificate_of(leaf_der);
  const Certificate issuer = certificate_of(issuer_der);
  const Owned<OCSP_REQUEST> request(OCSP_REQUEST_new());
  if (!leaf || !issuer || !request) return {};
  Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), leaf.get(), issuer.get()));  // RFC 5019, 2.1.1
  if (!id || OCSP_request_add0_id(request.get(), id.get()) == nullptr) return {};
  static_cast<void>(id.release());
  return der_of(request.get(), i2d_OCSP_REQUEST);
}

std::string judge_ocsp(const std::string& response_der, const std::vector<std::string>& chain_der,
                       X509_STORE* trusted) {
  std::string status = judge(response_der, chain_der, trusted);
  ERR_clear_error();
  return status;
}

std::string issuer_of(const std::vector<std::string>& chain_der, X509_STORE* trusted) {
  const Certificate leaf = chain_der.empty() ? Certificate{} : certificate_of(chain_der.front());
  const Certificate issuer = leaf ? find_issuer(chain_der, leaf.get(), trusted) : Certificate{};
  ERR_clear_error();
  return issuer ? der_of(issuer.get(), i2d_X509) : std::string{};
}

}  // namespace picket::agent
