#include "tests/integration/hostile/tls_peer.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <map>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace picket::test {
namespace {

constexpr char kHandshakeRecord = 22;
constexpr std::size_t kRecordHead = 5;
constexpr long kDay = 86'400;

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

Key make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

void add_extension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

struct Issuer {
  const X509* certificate;
  EVP_PKEY* key;
};

Certificate make_certificate(const std::string& name, const Key& key, const Issuer& issuer,
                             int more_names = 0) {
  Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), kDay);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const X509* from = issuer.certificate ? issuer.certificate : made.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(from));
  std::string names = "IP:127.0.0.1";
  for (int i = 0; i < more_names; ++i)
    names += ",DNS:n" + std::to_string(10'000 + i) + ".shop.test";
  if (name == "leaf")
    add_extension(made.get(), NID_subject_alt_name, names.c_str());
  else
    add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(made.get(), issuer.key ? issuer.key : key.get(), EVP_sha256());
  return made;
}

// The leaf, its key, and the certificates above it.
struct Chain {
  Key key;
  std::vector<Certificate> certificates;

  explicit Chain(const TlsPeerOptions& options) {
    // The suites with a group of the server's own are those of RSA.
    key = options.dh_bits > 0 ? Key{EVP_RSA_gen(2'048), EVP_PKEY_free} : make_key();
    Key upper = make_key();
    Certificate above = make_certificate("top", upper, {nullptr, nullptr});
    std::vector<Certificate> down;
    for (int i = 1; i < options.chain; ++i) {
      Key own = make_key();
      above = make_certificate("link " + std::to_string(i), own, {above.get(), upper.get()});
      upper = own;
      down.push_back(above);
    }
    certificates.push_back(
        make_certificate("leaf", key, {above.get(), upper.get()}, options.names));
    certificates.insert(certificates.end(), down.rbegin(), down.rend());
  }
};

using Context = std::shared_ptr<SSL_CTX>;

// Any odd number does: nobody has the time to see whether it is prime.
void use_group(SSL_CTX* context, int bits) {
  const std::shared_ptr<BIGNUM> p(BN_new(), BN_free);
  const std::shared_ptr<BIGNUM> g(BN_new(), BN_free);
  BN_rand(p.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  BN_set_word(g.get(), 2);
  const std::shared_ptr<OSSL_PARAM_BLD> build(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_FFC_P, p.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_FFC_G, g.get());
  OSSL_PARAM_BLD_push_long(build.get(), OSSL_PKEY_PARAM_DH_PRIV_LEN, 256);
  const std::shared_ptr<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(build.get()), OSSL_PARAM_free);
  const std::shared_ptr<EVP_PKEY_CTX> maker(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr),
                                            EVP_PKEY_CTX_free);
  EVP_PKEY* group = nullptr;
  EVP_PKEY_fromdata_init(maker.get());
  EVP_PKEY_fromdata(maker.get(), &group, EVP_PKEY_KEY_PARAMETERS, params.get());
  SSL_CTX_set0_tmp_dh_pkey(context, group);
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "DHE");
}

Context make_context(const TlsPeerOptions& options) {
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_num_tickets(context.get(), 0);
  if (options.dh_bits > 0) use_group(context.get(), options.dh_bits);
  if (options.chain > 1 || options.names > 0 || options.dh_bits > 0) {
    const Chain made(options);
    SSL_CTX_use_certificate(context.get(), made.certificates.front().get());
    SSL_CTX_use_PrivateKey(context.get(), made.key.get());
    for (std::size_t i = 1; i < made.certificates.size(); ++i)
      SSL_CTX_add1_chain_cert(context.get(), made.certificates[i].get());
    return context;
  }
  const TempDir directory;
  const std::string certificate =
      write_file(directory.file("leaf.pem"), hostile_identity().certificate_pem);
  const std::string key = write_file(directory.file("leaf.key"), hostile_identity().key_pem);
  SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM);
  return context;
}

std::size_t record_size(const std::string& records, std::size_t at) {
  return kRecordHead + (static_cast<std::size_t>(static_cast<unsigned char>(records[at + 3])) << 8 |
                        static_cast<unsigned char>(records[at + 4]));
}

std::string first_records(const std::string& records, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count && end + kRecordHead <= records.size(); ++i)
    end += record_size(records, end);
  return records.substr(0, end);
}

// Handshake records in the clear as records of one byte each; the rest as it is.
std::string in_single_bytes(const std::string& records) {
  std::string out;
  for (std::size_t at = 0; at + kRecordHead <= records.size();) {
    const auto size = (static_cast<unsigned char>(records[at + 3]) << 8) |
                      static_cast<unsigned char>(records[at + 4]);
    const std::string payload = records.substr(at + kRecordHead, static_cast<std::size_t>(size));
    if (records[at] == kHandshakeRecord)
      for (const char byte : payload)
        out += records.substr(at, 3) + std::string{'\0', '\x01', byte};
    else
      out += records.substr(at, kRecordHead) + payload;
    at += kRecordHead + payload.size();
  }
  return out;
}

}  // namespace

const HostileIdentity& hostile_identity() {
  static const HostileIdentity identity = [] {
    const TempDir directory;
    const TestAuthority authority(directory.path(), "ca");
    const CertificateFiles files = authority.issue({"leaf", "IP:127.0.0.1", {}, {}, false});
    return HostileIdentity{read_file(authority.ca_file()), read_file(files.certificate),
                           read_file(files.key)};
  }();
  return identity;
}

TlsPeer::TlsPeer(RawConnection& peer, const TlsPeerOptions& options)
    : peer_(peer), options_(options) {
  const Context context = make_context(options);
  ssl_ = SSL_new(context.get());
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(ssl_);
}

TlsPeer::~TlsPeer() { SSL_free(ssl_); }

bool TlsPeer::flush() {
  std::string out;
  std::array<char, 16384> buffer{};
  for (int got = 0; (got = BIO_read(SSL_get_wbio(ssl_), buffer.data(), buffer.size())) > 0;)
    out.append(buffer.data(), static_cast<std::size_t>(got));
  if (out.empty()) return true;
  if (options_.records_max >= 0) out = first_records(out, options_.records_max);
  return peer_.send(options_.one_byte_records ? in_single_bytes(out) : out);
}

bool TlsPeer::feed() {
  const std::string more = peer_.read_some();
  if (more.empty()) return false;
  BIO_write(SSL_get_rbio(ssl_), more.data(), static_cast<int>(more.size()));
  return true;
}

bool TlsPeer::handshake() {
  for (;;) {
    const int done = SSL_do_handshake(ssl_);
    const int error = SSL_get_error(ssl_, done);
    if (!flush()) return false;
    if (done == 1) return true;
    if (error != SSL_ERROR_WANT_READ || !feed()) return false;
  }
}

std::string TlsPeer::read_request() {
  std::string request;
  std::array<char, 4096> buffer{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const int got = SSL_read(ssl_, buffer.data(), buffer.size());
    if (got > 0)
      request.append(buffer.data(), static_cast<std::size_t>(got));
    else if (SSL_get_error(ssl_, got) != SSL_ERROR_WANT_READ || !feed())
      break;
  }
  return request;
}

bool TlsPeer::send(const std::string& text) {
  return SSL_write(ssl_, text.data(), static_cast<int>(text.size())) > 0 && flush();
}

bool TlsPeer::send_ticket() {
  return SSL_new_session_ticket(ssl_) == 1 && SSL_do_handshake(ssl_) == 1 && flush();
}

bool TlsPeer::update_key() {
  return SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1 &&
         flush();
}

void TlsPeer::close() {
  SSL_shutdown(ssl_);
  flush();
}

}  // namespace picket::test
