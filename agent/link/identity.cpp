#include "agent/link/identity.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace picket::agent {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using CertificateRequest = std::unique_ptr<X509_REQ, Freer<X509_REQ_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;

constexpr std::string_view kFile = "identity.pem";
constexpr std::string_view kKeyMark = "-----BEGIN PRIVATE KEY-----";

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio bio_of(const std::string& text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string name_part(X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  if (index < 0) return {};
  const ASN1_STRING* data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, data);
  if (size < 0) return {};
  std::string out(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return out;
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallTime{Seconds{::timegm(&parts)}};
}

bool sign_request(X509_REQ* request, EVP_PKEY* key, const std::string& name) {
  X509_NAME* subject = X509_REQ_get_subject_name(request);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  return X509_REQ_set_version(request, 0) == 1 &&
         X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, text,
                                    static_cast<int>(name.size()), -1, 0) == 1 &&
         X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0;
}

}  // namespace

Result<KeyRequest> make_key_request(const std::string& agent_name) {
  const Key key{EVP_EC_gen("P-256")};
  const CertificateRequest request{X509_REQ_new()};
  const Bio key_out{BIO_new(BIO_s_mem())};
  const Bio request_out{BIO_new(BIO_s_mem())};
  const bool made =
      key && request && key_out && request_out &&
      sign_request(request.get(), key.get(), agent_name) &&
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                               nullptr) == 1 &&
      PEM_write_bio_X509_REQ(request_out.get(), request.get()) == 1;
  if (!made) return fail(ErrorCode::internal, "OpenSSL made no key or certificate request");
  return KeyRequest{text_of(key_out.get()), text_of(request_out.get())};
}

Result<Identity> read_identity(std::string certificate_pem, std::string private_key_pem) {
  const Bio certificate_in = bio_of(certificate_pem);
  const Certificate leaf{PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr)};
  if (!leaf) return fail(ErrorCode::certificate_refused, "the certificate is no PEM certificate");
  const Bio key_in = bio_of(private_key_pem);
  const Key key{PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr)};
  if (!key || X509_check_private_key(leaf.get(), key.get()) != 1)
    return fail(ErrorCode::certificate_refused, "the certificate is not for this agent's key");
  X509_NAME* subject = X509_get_subject_name(leaf.get());
  Identity out;
  out.agent.region = RegionName{name_part(subject, NID_organizationName)};
  out.agent.name = name_part(subject, NID_commonName);
  if (out.agent.region.empty() || out.agent.name.empty())
    return fail(ErrorCode::certificate_refused, "the certificate names no agent and region");
  out.not_before = time_of(X509_get0_notBefore(leaf.get()));
  out.not_after = time_of(X509_get0_notAfter(leaf.get()));
  out.certificate_pem = std::move(certificate_pem);
  out.private_key_pem = std::move(private_key_pem);
  return out;
}

WallTime renewal_due(const Identity& identity) {
  return identity.not_before + (identity.not_after - identity.not_before) * 2 / 3;
}

Result<Identity> load_identity(Disk& disk, const std::string& state_dir) {
  const std::string path = state_dir + "/" + std::string(kFile);
  const auto text = disk.read(path);
  if (!text) return fail(text.error());
  const auto split_at = text->find(kKeyMark);
  const std::string key = split_at == std::string::npos ? "" : text->substr(split_at);
  auto identity = read_identity(text->substr(0, split_at), key);
  if (identity) return identity;
  return fail(ErrorCode::corrupt, path + ": " + identity.error().message,
              "remove the file and enrol the agent again with a new join token");
}

Status store_identity(Disk& disk, const std::string& state_dir, const Identity& identity,
                      const std::string& ca_pem) {
  if (!ca_pem.empty())
    if (auto stored = write_atomically(disk, state_dir, "ca.pem", ca_pem); !stored) return stored;
  return write_atomically(disk, state_dir, std::string(kFile),
                          identity.certificate_pem + identity.private_key_pem);
}

}  // namespace picket::agent
