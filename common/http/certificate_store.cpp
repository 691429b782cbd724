#include "common/http/certificate_store.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <utility>

#include "common/core/digest.h"
#include "common/core/log.h"
#include "common/http/hosts_file.h"

namespace picket::http {
namespace {

constexpr Nanos kLookAgainAfter = Seconds{60};
constexpr std::size_t kFilesMax = 64;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

// Adds every certificate of a PEM text; those that are there already are fine. What is wrong with
// the text, else nothing.
std::string add_certificates(X509_STORE* store, BIO* text) {
  int count = 0;
  while (true) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509_AUX(text, nullptr, nullptr, nullptr), X509_free);
    if (!certificate) break;
    X509_STORE_add_cert(store, certificate.get());
    ++count;
  }
  const unsigned long error = ERR_peek_last_error();
  const bool at_end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return "is damaged";
  return count == 0 ? "holds no certificate in PEM form" : "";
}

Status add_file(X509_STORE* store, const std::string& path) {
  const Bio file(BIO_new_file(path.c_str(), "rb"), BIO_free);
  const std::string wrong = file ? add_certificates(store, file.get()) : "cannot be read";
  ERR_clear_error();
  if (wrong.empty()) return {};
  return fail(ErrorCode::invalid_config, "CA file " + path + " " + wrong);
}

}  // namespace

void CertificateStores::StoreDelete::operator()(X509_STORE* store) const { X509_STORE_free(store); }

CertificateStores::CertificateStores(async::Clock& clock, std::string default_file,
                                     bool add_system_roots)
    : clock_(clock),
      default_file_(std::move(default_file)),
      add_system_roots_(add_system_roots || default_file_.empty()) {}

CertificateStores::~CertificateStores() = default;

Result<X509_STORE*> CertificateStores::get(const std::string& ca_file) {
  const MonoTime now = clock_.now();
  const auto found = entries_.find(ca_file);
  if (found != entries_.end() && now - found->second.looked_at < kLookAgainAfter)
    return found->second.store.get();
  std::string stamp = stamp_of(ca_file);
  if (found != entries_.end() && found->second.stamp == stamp) {
    found->second.looked_at = now;
    return found->second.store.get();
  }
  Result<Store> loaded = load(ca_file);
  if (!loaded && found == entries_.end()) return fail(loaded.error());
  if (!loaded) {
    found->second.looked_at = now;
    log::error("CA file not re-read", loaded.error());
    return found->second.store.get();
  }
  if (entries_.size() >= kFilesMax) entries_.clear();
  Entry& entry = entries_[ca_file];
  entry = Entry{std::move(*loaded), std::move(stamp), now};
  return entry.store.get();
}

Result<X509_STORE*> CertificateStores::of_pem(const std::string& pem) {
  const std::string digest = sha256(pem);
  const auto found = texts_.find(digest);
  if (found != texts_.end()) return found->second.get();
  auto store = make_store();
  const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  if (!store || !text)
    return fail(ErrorCode::resource_exhausted, "no memory for a certificate store");
  const std::string wrong = add_certificates(store->get(), text.get());
  if (!wrong.empty()) return fail(ErrorCode::invalid_argument, "the CA given " + wrong);
  if (texts_.size() >= kFilesMax) texts_.clear();
  return texts_.emplace(digest, std::move(*store)).first->second.get();
}

Result<CertificateStores::Store> CertificateStores::make_store() {
  Store store(X509_STORE_new());
  if (!store) return fail(ErrorCode::resource_exhausted, "no memory for a certificate store");
  // As curl does: a certificate that is trusted itself ends the chain.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

std::string CertificateStores::stamp_of(const std::string& ca_file) const {
  if (!ca_file.empty()) return file_stamp(ca_file);
  return file_stamp(default_file_) + " " + (add_system_roots_ ? file_stamp(kSystemCaFile) : "");
}

Result<CertificateStores::Store> CertificateStores::load(const std::string& ca_file) const {
  auto made = make_store();
  if (!made) return fail(made.error());
  Store store = std::move(*made);
  const std::string& file = ca_file.empty() ? default_file_ : ca_file;
  Status added;
  if (!file.empty()) added = add_file(store.get(), file);
  if (added && ca_file.empty() && add_system_roots_) {
    added = add_file(store.get(), kSystemCaFile);
    if (!added)
      added =
          fail(added.error().code, added.error().message, "install the package ca-certificates");
  }
  if (!added) return fail(added.error());
  return store;
}

}  // namespace picket::http
