// What one TLS connection showed: when its handshake began and ended, the chain as served and
// why it was not accepted, also when the handshake fails (curl then reports nothing). Lives as
// long as the connection's SSL_CTX, which may outlive the exchange. One executor.
#pragma once

#include <memory>
#include <optional>

#include "common/async/clock.h"
#include "common/model/tls_facts.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;
using X509_STORE = struct x509_store_st;

namespace picket::http {

class TlsInspection {
 public:
  explicit TlsInspection(async::Clock& clock) : clock_(clock) {}

  // Trusts `store` in `context`, judges dates by the clock's wall time unless they do not count,
  // and lets `inspection` watch the first handshake. False: out of memory.
  static bool attach(SSL_CTX* context, X509_STORE* store, bool verify,
                     std::shared_ptr<TlsInspection> inspection, bool check_dates = true);

  // Takes the chain and what was agreed on from a connection whose handshake broke off after the
  // certificates came. No effect where it is known already.
  void take(const SSL* ssl);

  std::optional<MonoTime> started_at() const { return started_at_; }
  std::optional<MonoTime> done_at() const { return done_at_; }
  int verify_result() const { return verify_result_; }  // X509_V_*; the first error met
  const TlsFacts& facts() const { return facts_; }

 private:
  friend struct TlsCallbacks;
  async::Clock& clock_;
  std::optional<MonoTime> started_at_;
  std::optional<MonoTime> done_at_;
  int verify_result_{0};
  TlsFacts facts_;
};

}  // namespace picket::http
