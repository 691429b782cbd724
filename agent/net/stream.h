// The bytes of a connection, in the clear or through TLS: what Asio and Beast read and write. A
// part of TcpConnection; one executor.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <utility>

namespace picket::agent {

class Stream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Tls = boost::asio::ssl::stream<Socket&>;
  using executor_type = Socket::executor_type;
  using lowest_layer_type = Socket;

  explicit Stream(Socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }
  Socket& lowest_layer() { return socket_; }
  Tls* tls() { return tls_.get(); }  // null: in the clear

  // In the clear and not yet read; 0 in TLS.
  std::size_t waiting_bytes() const {
    boost::system::error_code ignored;
    return tls_ ? 0 : socket_.available(ignored);
  }

  Tls& start_tls(std::shared_ptr<boost::asio::ssl::context> context) {
    context_ = std::move(context);
    tls_ = std::make_unique<Tls>(socket_, *context_);
    return *tls_;
  }

  // Ends at once, without a goodbye: RST where bytes are unread.
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, Buffers into) {
          if (tls_) return tls_->async_read_some(into, std::move(handler));
          socket_.async_read_some(into, std::move(handler));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, Buffers from) {
          if (tls_) return tls_->async_write_some(from, std::move(handler));
          socket_.async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

 private:
  Socket socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace picket::agent
