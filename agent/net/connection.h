// Interface header. One TCP connection of a probe, in the clear or after start_tls() in TLS: bytes
// with deadlines and limits, and what the handshake showed. Owned by the probe that dialled it; one
// executor. After a failure or a timeout it is of no further use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/net/websocket.h"
#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/model/failure.h"
#include "common/model/tls_facts.h"

namespace picket::agent {

struct TlsSettings {
  std::string server_name;  // SNI, and the name the certificate must have; may be an address
  std::vector<std::string> alpn;
  bool verify{true};     // false: go on with any certificate (the report says what is wrong)
  bool ask_ocsp{false};  // for a stapled response
  double min_version{1.2};
  std::string ca_file;          // trusted beside nothing else; empty: the agent's own store
  std::string ca_pem;           // the same as text
  std::string certificate_pem;  // of the client, chain included; empty: none
  std::string private_key_pem;
};

// What the handshake showed, as far as it came.
struct TlsReport {
  std::optional<Failure> failure;
  bool done{false};  // the handshake itself was completed
  Nanos took{0};
  TlsFacts facts;        // the chain as served, also when it was not accepted
  int verify_result{0};  // X509_V_*: the first thing wrong with the chain
  bool name_matches{false};
  std::string alpn;      // the protocol that was agreed on
  std::string key_type;  // of the leaf: "RSA", "EC", "ED25519"
  int key_bits{0};
  std::string signature;               // "ecdsa-with-SHA256"
  std::string serial;                  // hexadecimal
  std::size_t chain_length{0};         // as served, all of it
  std::string ocsp_staple;             // DER; empty: none was stapled
  std::string ocsp_url;                // the responder the leaf names; may be empty
  std::string ocsp_request;            // DER, to ask it about the leaf; empty without an issuer
  std::vector<std::string> chain_der;  // leaf first, at most 16
};

struct Received {
  std::string bytes;
  bool ended{false};               // the peer closed the connection in order
  std::optional<Failure> failure;  // timeout, connect_reset, body_too_large
};

class Connection {
 public:
  virtual ~Connection() = default;

  // "203.0.113.7:443"
  virtual const std::string& remote() const = 0;

  // Bytes have come that read_some() would return without waiting. In TLS it does not tell: false.
  virtual bool has_more() const = 0;

  // Whatever comes next, at most `bytes_max`; nothing but `ended` at the end.
  // Error: resource_exhausted. Cancellation: throws operation_aborted.
  virtual async::Task<Result<Received>> read_some(std::size_t bytes_max, Deadline deadline) = 0;

  // Up to and including `delimiter`; what came behind it stays for the next read. body_too_large
  // when it does not come within `bytes_max`. `bytes` has what came also when it failed or ended.
  virtual async::Task<Result<Received>> read_until(std::string delimiter, std::size_t bytes_max,
                                                   Deadline deadline) = 0;

  // All of it. Returns why not.
  virtual async::Task<Result<std::optional<Failure>>> write(std::string bytes,
                                                            Deadline deadline) = 0;

  // The handshake, to its end or to the deadline; certificates are judged by the clock's wall time.
  // Error: resource_exhausted; invalid_config for a ca_file that cannot be read. A client
  // certificate or a CA text that cannot be used is the failure invalid_request.
  // Requires: no TLS yet. What came unasked before it is the failure tls_handshake.
  virtual async::Task<Result<TlsReport>> start_tls(TlsSettings settings, Deadline deadline) = 0;

  // A server of TLS 1.3 says only after the handshake that it refuses the client certificate, or
  // the want of one (RFC 8446, 4.4.2.4). Where it asked for one: waits for its word, a second at
  // most, and returns the failure if it is an alert. Anything else that comes (a session ticket,
  // bytes, which stay for the next read, or the end), and silence, is none.
  // Error, cancellation: as read_some.
  virtual async::Task<Result<std::optional<Failure>>> hear_refusal(Deadline deadline) = 0;

  // What an OCSP response (DER) says of the certificate of start_tls(): "good", "revoked",
  // "unknown", or "invalid" when it is damaged, out of date, of another one or not signed by
  // whoever may.
  virtual std::string judge_ocsp(const std::string& response) = 0;

  // The handshake of RFC 6455; the connection outlives the socket and is the socket's from then on.
  // Error: resource_exhausted. Cancellation: throws operation_aborted.
  virtual async::Task<Result<WebSocketAnswer>> open_websocket(WebSocketRequest request,
                                                              Deadline deadline) = 0;
};

}  // namespace picket::agent
