#include "controller/registry/certificate_authority.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/core/hex.h"
#include "common/core/secure_random.h"

namespace picket::controller {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using SigningRequest = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

constexpr Millis kCaLifetime = hours{24} * 3650;
constexpr Millis kLeafLifetime = hours{24} * 90;
constexpr Millis kBackdate = hours{1};  // for agents whose clock is a little behind

Bio reader(const std::string& pem) {
  return Bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

std::string to_pem(X509* certificate) {
  Bio bio{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(bio.get(), certificate);
  return drain(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  Bio bio{BIO_new(BIO_s_mem())};
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return drain(bio.get());
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

void set_name_entry(X509_NAME* name, const char* field, const std::string& value) {
  X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(value.data()),
                             static_cast<int>(value.size()), -1, 0);
}

struct Draft {
  Certificate certificate;
  std::string serial;
};

Draft make_draft(EVP_PKEY* key, WallTime now, Millis lifetime) {
  Draft draft{Certificate{X509_new()}, secure_random_hex(16)};
  draft.serial.front() = '1';  // positive and of full length
  X509* certificate = draft.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  BIGNUM* raw = nullptr;
  BN_hex2bn(&raw, draft.serial.c_str());
  const Number number{raw};
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
  const auto seconds = [](WallTime at) { return static_cast<time_t>(at.unix_ms() / 1000); };
  ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(now - kBackdate));
  ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(now + lifetime));
  X509_set_pubkey(certificate, key);
  return draft;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail(ErrorCode::io, fmt::format("cannot read {}", path));
  return text.str();
}

// Written beside, synced and renamed: a crash leaves the old file or the new one.
Status write_file(const std::string& path, const std::string& content, mode_t mode) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
  if (fd < 0) return fail(error_from_errno(errno, temporary));
  const bool written =
      ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(fd) == 0;
  const int problem = errno;
  ::close(fd);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0)
    return fail(error_from_errno(written ? errno : problem, path));
  return {};
}

std::string render_alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    const bool address = name.find_first_not_of("0123456789.") == std::string::npos ||
                         name.find(':') != std::string::npos;
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", address ? "IP" : "DNS", name);
  }
  return out;
}

class OpenSslAuthority final : public CertificateAuthority {
 public:
  OpenSslAuthority(Certificate certificate, Key key)
      : certificate_(std::move(certificate)),
        key_(std::move(key)),
        pem_(to_pem(certificate_.get())) {}

  const std::string& ca_pem() const override { return pem_; }
  WallTime until() const override {
    std::tm parts{};
    ASN1_TIME_to_tm(X509_get0_notAfter(certificate_.get()), &parts);
    return WallTime{Seconds{::timegm(&parts)}};
  }
  Result<IssuedCertificate> issue_server(const std::vector<std::string>& names,
                                         WallTime now) override;
  Result<IssuedCertificate> issue_agent(const std::string& csr_pem, const AgentId& agent,
                                        WallTime now) override;

 private:
  Result<IssuedCertificate> sign(Draft draft, const std::string& usage, WallTime now);

  Certificate certificate_;
  Key key_;
  std::string pem_;
};

Result<IssuedCertificate> OpenSslAuthority::sign(Draft draft, const std::string& usage,
                                                 WallTime now) {
  X509* leaf = draft.certificate.get();
  X509_set_issuer_name(leaf, X509_get_subject_name(certificate_.get()));
  const bool ok =
      add_extension(leaf, certificate_.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(leaf, certificate_.get(), NID_key_usage, "critical,digitalSignature") &&
      add_extension(leaf, certificate_.get(), NID_ext_key_usage, usage) &&
      add_extension(leaf, certificate_.get(), NID_subject_key_identifier, "hash") &&
      add_extension(leaf, certificate_.get(), NID_authority_key_identifier, "keyid") &&
      X509_sign(leaf, key_.get(), EVP_sha256()) > 0;
  if (!ok) return fail(ErrorCode::internal, "the certificate cannot be signed");
  return IssuedCertificate{to_pem(leaf), {}, draft.serial, now + kLeafLifetime};
}

Result<IssuedCertificate> OpenSslAuthority::issue_server(const std::vector<std::string>& names,
                                                         WallTime now) {
  Key key{EVP_EC_gen("P-256")};
  Draft draft = make_draft(key.get(), now, kLeafLifetime);
  set_name_entry(X509_get_subject_name(draft.certificate.get()), "CN", "picket-controller");
  const std::string alternatives = render_alternative_names(names);
  if (!add_extension(draft.certificate.get(), certificate_.get(), NID_subject_alt_name,
                     alternatives))
    return fail(ErrorCode::invalid_config,
                fmt::format("`{}` cannot be names of a certificate", alternatives),
                "agents.names holds DNS names and addresses");
  auto issued = sign(std::move(draft), "serverAuth", now);
  if (issued) {
    issued->key_pem = to_pem(key.get());
    issued->chain_pem += pem_;
  }
  return issued;
}

Result<IssuedCertificate> OpenSslAuthority::issue_agent(const std::string& csr_pem,
                                                        const AgentId& agent, WallTime now) {
  SigningRequest request{PEM_read_bio_X509_REQ(reader(csr_pem).get(), nullptr, nullptr, nullptr)};
  EVP_PKEY* key = request ? X509_REQ_get0_pubkey(request.get()) : nullptr;
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1)
    return fail(ErrorCode::invalid_argument, "the certificate request does not parse or verify");
  Draft draft = make_draft(key, now, kLeafLifetime);
  X509_NAME* subject = X509_get_subject_name(draft.certificate.get());
  set_name_entry(subject, "O", agent.region.value);
  set_name_entry(subject, "CN", agent.name);
  return sign(std::move(draft), "clientAuth", now);
}

Status create_authority(const std::string& directory, WallTime now) {
  Key key{EVP_EC_gen("P-256")};
  Draft draft = make_draft(key.get(), now, kCaLifetime);
  X509* certificate = draft.certificate.get();
  X509_NAME* name = X509_get_subject_name(certificate);
  set_name_entry(name, "CN", "Picket agents CA " + draft.serial.substr(0, 8));
  X509_set_issuer_name(certificate, name);
  const bool ok =
      add_extension(certificate, certificate, NID_basic_constraints,
                    "critical,CA:TRUE,pathlen:0") &&
      add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
      X509_sign(certificate, key.get(), EVP_sha256()) > 0;
  if (!ok) return fail(ErrorCode::internal, "the CA certificate cannot be made");
  // The key first: a crash in between leaves no certificate, and both are made again.
  if (auto s = write_file(directory + "/ca.key", to_pem(key.get()), 0600); !s) return s;
  return write_file(directory + "/ca.pem", to_pem(certificate), 0644);
}

}  // namespace

Result<std::unique_ptr<CertificateAuthority>> CertificateAuthority::open(
    const std::string& directory, WallTime now) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(ErrorCode::io, fmt::format("{}: {}", directory, error.message()));
  if (!std::filesystem::exists(directory + "/ca.pem"))
    if (auto created = create_authority(directory, now); !created)
      return fail(std::move(created.error()));

  auto certificate_pem = read_file(directory + "/ca.pem");
  auto key_pem = certificate_pem ? read_file(directory + "/ca.key") : certificate_pem;
  if (!key_pem) return fail(std::move(key_pem.error()));
  Certificate certificate{
      PEM_read_bio_X509(reader(*certificate_pem).get(), nullptr, nullptr, nullptr)};
  Key key{PEM_read_bio_PrivateKey(reader(*key_pem).get(), nullptr, nullptr, nullptr)};
  if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1)
    return fail(ErrorCode::corrupt,
                fmt::format("{0}/ca.pem and {0}/ca.key do not belong together", directory),
                "restore both from a backup; new ones would lock every agent out");
  return std::make_unique<OpenSslAuthority>(std::move(certificate), std::move(key));
}

}  // namespace picket::controller
