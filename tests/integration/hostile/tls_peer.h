// The server's side of TLS over a scripted connection, by OpenSSL with memory in between: what is
// sent can be cut into records of one byte, and the certificate chain can be absurd.
#pragma once

#include <memory>
#include <string>

#include "tests/support/hostile_server.h"

using SSL = struct ssl_st;

namespace picket::test {

struct HostileIdentity {
  std::string ca_pem;
  std::string certificate_pem;  // for 127.0.0.1
  std::string key_pem;
};

// Made once per program.
const HostileIdentity& hostile_identity();

struct TlsPeerOptions {
  bool one_byte_records{false};  // of what is sent in the clear
  int chain{1};                  // certificates served, the leaf first, each signed by the next
  int names{0};                  // more of them in the leaf; nobody trusts it then
  int dh_bits{0};                // TLS 1.2 with a Diffie-Hellman group of this size; likewise
  int records_max{-1};           // of each flight; the rest never comes
};

class TlsPeer {
 public:
  TlsPeer(RawConnection& peer, const TlsPeerOptions& options);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  bool handshake();
  std::string read_request();
  bool send(const std::string& text);
  bool send_raw(const std::string& bytes) { return peer_.send(bytes); }
  bool send_ticket();  // TLS 1.3: another NewSessionTicket
  bool update_key();   // TLS 1.3: and the peer is to do the same
  void close();        // with close_notify

 private:
  bool flush();
  bool feed();  // false: the peer is gone

  RawConnection& peer_;
  TlsPeerOptions options_;
  SSL* ssl_;
};

}  // namespace picket::test
