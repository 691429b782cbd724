#include "common/http/tls_inspection.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <array>
#include <tuple>

#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::http {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kDnsNamesMax = 32;
constexpr int kChainMax = 16;

std::string render_name(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!out) return {};
  // RFC 2253, UTF-8 kept.
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return cut_utf8(clean_line({text, static_cast<std::size_t>(size)}), kNameBytesMax);
}

WallTime wall_time_of(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {Seconds{::timegm(&parts)}};
}

std::vector<std::string> dns_names_of(X509* certificate) {
  std::vector<std::string> out;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const int count = names ? sk_GENERAL_NAME_num(names) : 0;
  for (int i = 0; i < count && out.size() < kDnsNamesMax; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) continue;
    const ASN1_IA5STRING* text = name->d.dNSName;
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
    out.push_back(cut_utf8(clean_line({bytes, size}), kNameBytesMax));
  }
  GENERAL_NAMES_free(names);
  return out;
}

CertificateFacts facts_of(X509* certificate) {
  CertificateFacts facts;
  facts.subject = render_name(X509_get_subject_name(certificate));
  facts.issuer = render_name(X509_get_issuer_name(certificate));
  facts.not_before = wall_time_of(X509_get0_notBefore(certificate));
  facts.not_after = wall_time_of(X509_get0_notAfter(certificate));
  facts.dns_names = dns_names_of(certificate);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1)
    facts.sha256 = to_hex({reinterpret_cast<const char*>(digest.data()), size});
  return facts;
}

void take_chain(TlsFacts& facts, const STACK_OF(X509) * chain) {
  if (!facts.chain.empty() || !chain) return;
  for (int i = 0; i < sk_X509_num(chain) && i < kChainMax; ++i)
    facts.chain.push_back(facts_of(sk_X509_value(chain, i)));
}

// The context owns a share of the inspection, given back when the context is freed.
void free_share(void*, void* share, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::shared_ptr<TlsInspection>*>(share);
}

// A group that the server has chosen for itself costs the agent's one thread the more the larger it
// is: 30 ms at 4096 bits, most of a second at OpenSSL's own limit of 10,000. Those of RFC 7919 end
// at 8192 bits: a server that uses one is no fault.
constexpr int kGroupBitsMax = 8192;

using SecurityCallback = int (*)(const SSL*, const SSL_CTX*, int, int, int, void*, void*);

// OpenSSL's own judgement, which every context begins with.
SecurityCallback default_security() {
  static const SecurityCallback callback = [] {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    return context ? SSL_CTX_get_security_callback(context.get()) : nullptr;
  }();
  return callback;
}

// A SecurityCallback; `rest` is bits, nid, the key (where the operation is about one) and
// OpenSSL's.
template <class... Rest>
int allows(const SSL* ssl, const SSL_CTX* context, int operation, Rest... rest) {
  const auto* key = static_cast<const EVP_PKEY*>(std::get<2>(std::tuple{rest...}));
  if (operation == SSL_SECOP_TMP_DH && key && EVP_PKEY_get_bits(key) > kGroupBitsMax) return 0;
  return default_security()(ssl, context, operation, rest...);
}

int context_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_share);
  return index;
}

TlsInspection* inspection_of(const SSL* ssl) {
  auto* share = static_cast<std::shared_ptr<TlsInspection>*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index()));
  return share ? share->get() : nullptr;
}

}  // namespace

struct TlsCallbacks {
  static void on_info(const SSL* ssl, int where, int) {
    TlsInspection* self = inspection_of(ssl);
    // TLS 1.3 reports session tickets as further handshakes: only the first one counts.
    if (!self || self->done_at_) return;
    if ((where & SSL_CB_HANDSHAKE_START) != 0 && !self->started_at_)
      self->started_at_ = self->clock_.now();
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0) return;
    self->done_at_ = self->clock_.now();
    self->facts_.version = SSL_get_version(ssl);
    self->facts_.cipher = SSL_get_cipher_name(ssl);
    take_chain(self->facts_, SSL_get_peer_cert_chain(ssl));
  }

  static int on_verify(int accepted, X509_STORE_CTX* context) {
    const auto* ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsInspection* self = inspection_of(ssl);
    if (!self || accepted == 1) return accepted;
    take_chain(self->facts_, X509_STORE_CTX_get0_untrusted(context));
    if (self->verify_result_ == X509_V_OK) {
      self->verify_result_ = X509_STORE_CTX_get_error(context);
      self->facts_.verify_error = X509_verify_cert_error_string(self->verify_result_);
    }
    return accepted;
  }
};

void TlsInspection::take(const SSL* ssl) { take_chain(facts_, SSL_get_peer_cert_chain(ssl)); }

bool TlsInspection::attach(SSL_CTX* context, X509_STORE* store, bool verify,
                           std::shared_ptr<TlsInspection> inspection, bool check_dates) {
  const WallTime now = inspection->clock_.wall_now();
  auto share = std::make_unique<std::shared_ptr<TlsInspection>>(std::move(inspection));
  if (SSL_CTX_set_ex_data(context, context_index(), share.get()) != 1) return false;
  static_cast<void>(share.release());
  SSL_CTX_set1_cert_store(context, store);
  X509_VERIFY_PARAM* param = SSL_CTX_get0_param(context);
  if (check_dates)
    X509_VERIFY_PARAM_set_time(param, now.unix_ms() / 1000);
  else
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
  if (!default_security()) return false;
  SSL_CTX_set_security_callback(context, allows<int, int, void*, void*>);
  SSL_CTX_set_info_callback(context, TlsCallbacks::on_info);
  SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, TlsCallbacks::on_verify);
  return true;
}

}  // namespace picket::http
