#include "controller/registry/certificate_authority.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);

struct TemporaryDirectory {
  TemporaryDirectory() {
    char pattern[] = "/tmp/picket-ca-XXXXXX";
    path = ::mkdtemp(pattern);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  std::string path;
};

X509* parse(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return certificate;
}

std::string make_csr() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509_REQ* request = X509_REQ_new();
  X509_REQ_set_pubkey(request, key);
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("admin"), -1, -1, 0);
  X509_REQ_sign(request, key, EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509_REQ(bio, request);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem{data, static_cast<size_t>(size)};
  BIO_free(bio);
  X509_REQ_free(request);
  EVP_PKEY_free(key);
  return pem;
}

bool verifies(const std::string& leaf_pem, const std::string& ca_pem, int purpose) {
  X509* leaf = parse(leaf_pem);
  X509* ca = parse(ca_pem);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca);
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf, nullptr);
  X509_STORE_CTX_set_purpose(context, purpose);
  X509_STORE_CTX_set_time(context, 0, static_cast<time_t>(kNow.unix_ms() / 1000));
  const bool ok = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  X509_free(ca);
  X509_free(leaf);
  return ok;
}

}  // namespace

TEST_CASE("certificates of the authority verify for their purpose only", "[registry]") {
  TemporaryDirectory directory;
  auto authority = CertificateAuthority::open(directory.path + "/ca", kNow);
  REQUIRE(authority.has_value());
  const AgentId agent{RegionName{"eu-west-1"}, "agent-1"};
  const auto client = (*authority)->issue_agent(make_csr(), agent, kNow);
  REQUIRE(client.has_value());
  CHECK(verifies(client->chain_pem, (*authority)->ca_pem(), X509_PURPOSE_SSL_CLIENT));
  CHECK_FALSE(verifies(client->chain_pem, (*authority)->ca_pem(), X509_PURPOSE_SSL_SERVER));
  const auto server = (*authority)->issue_server({"localhost", "127.0.0.1", "::1"}, kNow);
  REQUIRE(server.has_value());
  CHECK(verifies(server->chain_pem, (*authority)->ca_pem(), X509_PURPOSE_SSL_SERVER));
  X509* leaf = parse(server->chain_pem);
  CHECK(X509_check_host(leaf, "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(leaf, "127.0.0.1", 0) == 1);
  X509_free(leaf);
}

TEST_CASE("the subject comes from the token's region, never from the request", "[registry]") {
  TemporaryDirectory directory;
  auto authority = CertificateAuthority::open(directory.path + "/ca", kNow);
  REQUIRE(authority.has_value());
  const AgentId agent{RegionName{"eu-west-1"}, "agent-1"};
  const auto client = (*authority)->issue_agent(make_csr(), agent, kNow);
  REQUIRE(client.has_value());
  X509* leaf = parse(client->chain_pem);
  char name[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_commonName, name, sizeof name);
  CHECK(std::string{name} == "agent-1");
  X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_organizationName, name, sizeof name);
  CHECK(std::string{name} == "eu-west-1");
  X509_free(leaf);
  CHECK((*authority)->issue_agent("nonsense", agent, kNow).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("the authority is the same after a restart and refuses a foreign key", "[registry]") {
  TemporaryDirectory directory;
  const std::string path = directory.path + "/ca";
  const std::string first = (*CertificateAuthority::open(path, kNow))->ca_pem();
  CHECK((*CertificateAuthority::open(path, kNow))->ca_pem() == first);
  const auto mode = std::filesystem::status(path + "/ca.key").permissions();
  CHECK((mode & std::filesystem::perms::group_all) == std::filesystem::perms::none);
  CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  std::ofstream{path + "/ca.key"} << "broken";
  const auto broken = CertificateAuthority::open(path, kNow);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == ErrorCode::corrupt);
}
