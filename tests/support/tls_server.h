// A TLS server on a free loopback port that does what a test says: its own certificate, a stapled
// OCSP response, words in the clear before the handshake (STARTTLS), records of one byte. Built on
// HostileServer: its own threads, ended by the destructor.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/hostile_server.h"
#include "tests/support/test_certificates.h"

namespace picket::test {

// The connection after its handshake; calls end early when the peer is gone or the server stops.
class TlsPeer {
 public:
  virtual ~TlsPeer() = default;
  virtual std::string read_some() = 0;  // empty: the peer is gone
  virtual bool send(std::string_view bytes) = 0;
  virtual void close() = 0;  // close_notify, then FIN
  virtual RawConnection& raw() = 0;
  virtual std::string server_name() = 0;  // as the client asked
};

struct TlsServerOptions {
  CertificateFiles files;
  int version_max{0};                          // of OpenSSL, TLS1_2_VERSION; 0: whatever it has
  std::string alpn;                            // taken if the client offers it
  std::string ocsp_response;                   // DER, stapled
  std::string client_ca_file;                  // demands a client certificate of this CA
  bool one_byte_records{false};                // of the handshake in the clear; needs TLS 1.2
  std::function<bool(RawConnection&)> before;  // in the clear; false: hang up
};

class TlsServer {
 public:
  using Behaviour = std::function<void(TlsPeer&)>;

  // Throws std::runtime_error when the certificate cannot be used.
  explicit TlsServer(TlsServerOptions options, Behaviour behaviour = {});
  ~TlsServer();

  int port() const;
  int connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace picket::test
