#include "tests/support/certificate_signer.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace picket::test {
namespace {

void add(X509_NAME* name, const char* field, const std::string& value) {
  if (value.empty()) return;
  X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
}

EVP_PKEY* ca_key() {
  static const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{EVP_EC_gen("P-256"),
                                                                 &EVP_PKEY_free};
  return key.get();
}

}  // namespace

std::string sign_request(const std::string& csr_pem, const AgentId& agent, WallTime from,
                         Millis lifetime) {
  const std::unique_ptr<BIO, int (*)(BIO*)> in{
      BIO_new_mem_buf(csr_pem.data(), static_cast<int>(csr_pem.size())), &BIO_free};
  const std::unique_ptr<X509_REQ, void (*)(X509_REQ*)> request{
      PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr), &X509_REQ_free};
  const std::unique_ptr<X509, void (*)(X509*)> leaf{X509_new(), &X509_free};
  if (!request || X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1)
    return {};
  const auto seconds = [](WallTime at) {
    return static_cast<time_t>(at.unix_ms() / 1'000);
  };
  X509_set_version(leaf.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(leaf.get()), 1);
  ASN1_TIME_set(X509_getm_notBefore(leaf.get()), seconds(from));
  ASN1_TIME_set(X509_getm_notAfter(leaf.get()), seconds(from + lifetime));
  add(X509_get_subject_name(leaf.get()), "O", agent.region.value);
  add(X509_get_subject_name(leaf.get()), "CN", agent.name);
  X509_set_pubkey(leaf.get(), X509_REQ_get0_pubkey(request.get()));
  X509_sign(leaf.get(), ca_key(), EVP_sha256());
  const std::unique_ptr<BIO, int (*)(BIO*)> out{BIO_new(BIO_s_mem()), &BIO_free};
  PEM_write_bio_X509(out.get(), leaf.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace picket::test
