// An HTTP/1.1 listener on Boost.Beast, plain or TLS with optional client certificates. Owned by
// app.*; runs on the core executor. It knows nothing of routes: a Handler answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "controller/server/handler.h"
#include "controller/server/stream.h"

namespace picket::controller {

struct TlsListenerOptions {
  std::string certificate_chain_pem;
  std::string private_key_pem;
  std::string client_ca_pem;  // client certificates are verified against it; none is also let in
};

struct ServerOptions {
  std::string name;  // for logs
  std::string host;  // numeric address
  std::uint16_t port{0};
  std::optional<TlsListenerOptions> tls;
  std::uint64_t body_bytes_max{16 * 1024 * 1024};
  std::size_t connections_max{8192};
  // Of a TLS listener: a peer that shows no certificate has small requests, and all of these
  // together with those that are still in their handshake have half of the connections.
  std::uint64_t stranger_body_bytes_max{64 * 1024};
  // Host names that a request may be for (is_host_of()), others are answered 421; nothing: any.
  std::optional<std::vector<std::string>> host_names{};
  StreamHandler streams{};  // may be empty: every request is the Handler's
};

class Server {
 public:
  virtual ~Server() = default;

  virtual std::uint16_t port() const = 0;  // the real one when 0 was asked for

  // Accepts until stop(). Requests that break HTTP or a limit are answered 400, 413, 421 or 431 and
  // closed; a connection that does not finish its handshake, or then the headers of its first
  // request, in 15 s is closed; one above a limit of connections at once.
  virtual void start() = 0;

  // Connections closed because there were too many, since start.
  virtual std::uint64_t refused() const = 0;

  // Connections that begin from now on are shown this certificate; those that are open stay.
  // Requires that the server was created with TLS. invalid_config: it does not parse; then nothing
  // has changed.
  virtual Status set_tls(TlsListenerOptions tls) = 0;

  // Closes the listener and every connection, and returns when no task of it is left.
  virtual async::Task<void> stop() = 0;
};

// io when the address cannot be bound; invalid_config for certificates that do not parse.
Result<std::unique_ptr<Server>> create_server(async::Executor executor, ServerOptions options,
                                              Handler handler);

}  // namespace picket::controller
