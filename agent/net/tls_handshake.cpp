#include "agent/net/tls_handshake.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ssl/error.hpp>

#include "common/core/text.h"
#include "common/http/connect_failure.h"
#include "common/http/hosts_file.h"

namespace picket::agent {
namespace {

constexpr int kChainMax = 16;
constexpr std::size_t kSerialHexMax = 64;

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* pointer) const { Free(pointer); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

// Nothing, or what is wrong with it.
std::string use_client_certificate(SSL_CTX* context, const TlsSettings& settings) {
  const Bio certificates = bio_of(settings.certificate_pem);
  const Certificate leaf = next_certificate(certificates.get());
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1)
    return "it is no certificate in PEM form";
  while (const Certificate issuer = next_certificate(certificates.get()))
    SSL_CTX_add1_chain_cert(context, issuer.get());
  // The key may stand in the same file.
  const std::string& text =
      settings.private_key_pem.empty() ? settings.certificate_pem : settings.private_key_pem;
  const Bio bio = bio_of(text);
  char no_password[] = "";
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_password));
  if (!key) return "its key is no private key in PEM form without a password";
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return "its key belongs to another one";
  return {};
}

int version_of(double version) {
  if (version >= 1.3) return TLS1_3_VERSION;
  if (version >= 1.2) return TLS1_2_VERSION;
  return version >= 1.1 ? TLS1_1_VERSION : TLS1_VERSION;
}

void set_versions(SSL_CTX* context, double least) {
  SSL_CTX_set_min_proto_version(context, version_of(least));
  if (least < 1.2) SSL_CTX_set_security_level(context, 0);  // SHA-1 in the handshake
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string key_type_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return "RSA";
    case EVP_PKEY_RSA_PSS: return "RSA-PSS";
    case EVP_PKEY_EC: return "EC";
    case EVP_PKEY_ED25519: return "ED25519";
    case EVP_PKEY_ED448: return "ED448";
    case EVP_PKEY_DSA: return "DSA";
    default: return "other";
  }
}

std::string serial_of(X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* hex = number ? BN_bn2hex(number) : nullptr;
  std::string text = hex ? to_lower_ascii(hex) : std::string{};
  OPENSSL_free(hex);
  BN_free(number);
  return text.substr(0, kSerialHexMax);
}

void fill_leaf(TlsReport& report, X509* leaf) {
  report.serial = serial_of(leaf);
  report.signature = OBJ_nid2ln(X509_get_signature_nid(leaf));
  if (const EVP_PKEY* key = X509_get0_pubkey(leaf)) {
    report.key_type = key_type_of(key);
    report.key_bits = EVP_PKEY_get_bits(key);
  }
}

bool matches(X509* leaf, const std::string& name) {
  if (http::is_ip_literal(name)) return X509_check_ip_asc(leaf, name.c_str(), 0) == 1;
  return X509_check_host(leaf, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                         nullptr) == 1;
}

std::string alpn_wire(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols)
    if (!protocol.empty() && protocol.size() < 256)
      wire += static_cast<char>(protocol.size()) + protocol;
  return wire;
}

void note_message(TlsMessages& heard, int type, std::string_view message) {
  if (message.empty()) return;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(message[i]); };
  if (type == SSL3_RT_ALERT && message.size() == 2) heard.alert = byte(1);
  if (type != SSL3_RT_HANDSHAKE) return;
  heard.asks_certificate = heard.asks_certificate || byte(0) == SSL3_MT_CERTIFICATE_REQUEST;
  heard.has_ticket = heard.has_ticket || byte(0) == SSL3_MT_NEWSESSION_TICKET;
}

}  // namespace

void watch_messages(SSL* ssl, TlsMessages& heard) {
  SSL_set_msg_callback(
      ssl, [](int written, int, int type, const void* bytes, std::size_t size, SSL*, void* into) {
        const std::string_view message{static_cast<const char*>(bytes), size};
        if (written == 0) note_message(*static_cast<TlsMessages*>(into), type, message);
      });
  SSL_set_msg_callback_arg(ssl, &heard);
}

boost::system::error_code alert_error(int alert) {
  const unsigned long code = ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert);
  return {static_cast<int>(code), boost::asio::error::get_ssl_category()};
}

Result<X509_STORE*> find_trusted(const TlsSettings& settings, http::CertificateStores& stores) {
  return settings.ca_pem.empty() ? stores.get(settings.ca_file) : stores.of_pem(settings.ca_pem);
}

Result<TlsContext> make_tls_context(const TlsSettings& settings, http::CertificateStores& stores,
                                    async::Clock& clock) {
  TlsContext made;
  made.context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  made.inspection = std::make_shared<http::TlsInspection>(clock);
  SSL_CTX* context = made.context->native_handle();
  auto trusted =
      settings.ca_pem.empty() ? stores.get(settings.ca_file) : stores.of_pem(settings.ca_pem);
  if (!trusted && trusted.error().code == ErrorCode::invalid_argument)
    made.failure = Failure{FailureKind::invalid_request, "ca: " + trusted.error().message, {}};
  if (made.failure) return made;
  if (!trusted) return fail(trusted.error());
  set_versions(context, settings.min_version);
  // Never verified by OpenSSL itself: a handshake that goes on shows more than one that is broken
  // off, and nothing is sent before the report was judged.
  if (!http::TlsInspection::attach(context, *trusted, false, made.inspection))
    return fail(ErrorCode::resource_exhausted, "no memory for TLS");
  if (settings.certificate_pem.empty()) return made;
  const std::string wrong = use_client_certificate(context, settings);
  ERR_clear_error();
  if (!wrong.empty())
    made.failure = Failure{
        FailureKind::invalid_request, "the client certificate cannot be used: " + wrong, {}};
  return made;
}

bool prepare_tls(SSL* ssl, const TlsSettings& settings) {
  const std::string& name = settings.server_name;
  if (!name.empty() && !http::is_ip_literal(name) &&
      SSL_set_tlsext_host_name(ssl, name.c_str()) != 1)
    return false;
  if (settings.ask_ocsp && SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp) != 1)
    return false;
  const std::string wire = alpn_wire(settings.alpn);
  return wire.empty() ||
         SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(wire.data()),
                             static_cast<unsigned>(wire.size())) == 0;
}

void fill_tls_report(TlsReport& report, const SSL* ssl, http::TlsInspection& inspection,
                     const TlsSettings& settings) {
  inspection.take(ssl);
  report.facts = inspection.facts();
  report.verify_result = inspection.verify_result();
  if (const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl)) {
    report.chain_length = static_cast<std::size_t>(std::max(0, sk_X509_num(chain)));
    for (int i = 0; i < std::min(sk_X509_num(chain), kChainMax); ++i)
      report.chain_der.push_back(der_of(sk_X509_value(chain, i)));
    if (sk_X509_num(chain) > 0) {
      fill_leaf(report, sk_X509_value(chain, 0));
      report.name_matches = matches(sk_X509_value(chain, 0), settings.server_name);
    }
  }
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
  if (alpn != nullptr) report.alpn.assign(reinterpret_cast<const char*>(alpn), alpn_size);
  const unsigned char* staple = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(const_cast<SSL*>(ssl), &staple);
  if (staple != nullptr && size > 0)
    report.ocsp_staple.assign(reinterpret_cast<const char*>(staple),
                              static_cast<std::size_t>(size));
  const bool is_good = report.verify_result == X509_V_OK && report.name_matches;
  if (!report.failure && settings.verify && !is_good)
    report.failure =
        http::refused_certificate(report.verify_result, http::describe_leaf(report.facts));
}

}  // namespace picket::agent
