// Connection over an Asio socket, with TLS by Asio's stream over OpenSSL. Made by the dialer, owned
// by the probe; one executor. It never waits longer than its deadlines.
#pragma once

#include <string>

#include "agent/net/connection.h"
#include "agent/net/net_failure.h"
#include "agent/net/stream.h"
#include "agent/net/tls_handshake.h"
#include "common/http/network.h"

namespace picket::agent {

class TcpConnection final : public Connection {
 public:
  // The socket is connected to `remote`. Clock and network outlive the connection.
  TcpConnection(Stream::Socket socket, std::string remote, async::Clock& clock,
                http::Network& network)
      : stream_(std::move(socket)), remote_(std::move(remote)), clock_(clock), network_(network) {}

  const std::string& remote() const override { return remote_; }
  bool has_more() const override { return !unread_.empty() || stream_.waiting_bytes() > 0; }
  async::Task<Result<Received>> read_some(std::size_t bytes_max, Deadline deadline) override;
  async::Task<Result<Received>> read_until(std::string delimiter, std::size_t bytes_max,
                                           Deadline deadline) override;
  async::Task<Result<std::optional<Failure>>> write(std::string bytes, Deadline deadline) override;
  async::Task<Result<TlsReport>> start_tls(TlsSettings settings, Deadline deadline) override;
  async::Task<Result<std::optional<Failure>>> hear_refusal(Deadline deadline) override;
  std::string judge_ocsp(const std::string& response) override;
  async::Task<Result<WebSocketAnswer>> open_websocket(WebSocketRequest request,
                                                      Deadline deadline) override;

 private:
  // What the wait since `start` ended with, put into `received`. Error: resource_exhausted.
  Status take(const std::optional<std::tuple<boost::system::error_code, std::size_t>>& end,
              MonoTime start, Received& received);

  TlsMessages heard_;
  Stream stream_;
  std::string remote_;
  async::Clock& clock_;
  http::Network& network_;
  std::string unread_;  // came behind a delimiter
  TlsSettings settings_;
  std::vector<std::string> chain_der_;
};

}  // namespace picket::agent
