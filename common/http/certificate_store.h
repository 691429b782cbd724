// Trusted certificates, parsed once per CA file and shared by all handshakes: reading a bundle
// of 145 roots takes 24 ms, a handshake 1 ms. Owned by the HTTP client; one executor. Reading
// blocks, at start and when a file changed.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/async/clock.h"
#include "common/core/result.h"

using X509_STORE = struct x509_store_st;

namespace picket::http {

// Debian's bundle (package ca-certificates).
inline constexpr const char* kSystemCaFile = "/etc/ssl/certs/ca-certificates.crt";

class CertificateStores {
 public:
  // `default_file` empty: the system's bundle. `add_system_roots` adds it to a given file.
  CertificateStores(async::Clock& clock, std::string default_file, bool add_system_roots);
  ~CertificateStores();

  // The store of `ca_file` (empty: the default), valid until the next call; SSL_CTX takes its own
  // reference. Files are looked at again at most once a minute; one that no longer parses keeps
  // the last good store and is logged.
  // Error: invalid_config when there is no good store of that file.
  Result<X509_STORE*> get(const std::string& ca_file);

  // The store of the certificates in `pem` and no others, kept by the text's digest.
  // Error: invalid_argument when it holds none or is damaged; the message shows nothing of it.
  Result<X509_STORE*> of_pem(const std::string& pem);

 private:
  struct StoreDelete {
    void operator()(X509_STORE* store) const;
  };
  using Store = std::unique_ptr<X509_STORE, StoreDelete>;
  struct Entry {
    Store store;
    std::string stamp;
    MonoTime looked_at;
  };

  static Result<Store> make_store();
  std::string stamp_of(const std::string& ca_file) const;
  Result<Store> load(const std::string& ca_file) const;

  async::Clock& clock_;
  std::string default_file_;
  bool add_system_roots_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, Store> texts_;  // by SHA-256
};

}  // namespace picket::http
