#include "controller/server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <utility>

#include "common/async/task_group.h"
#include "common/core/log.h"
#include "common/core/text.h"
#include "controller/server/host_names.h"
#include "controller/server/peer.h"
#include "controller/server/target.h"

namespace picket::controller {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kHandshakeLimit = std::chrono::seconds{15};
constexpr auto kFirstHeadersLimit = std::chrono::seconds{15};
constexpr auto kRequestLimit = std::chrono::seconds{30};  // one whole request, once begun
constexpr auto kIdleLimit = std::chrono::seconds{75};     // between requests of a connection
constexpr auto kWriteLimit = std::chrono::seconds{30};
// Of headers, and of what Beast holds between two reads: it sets no other bound to the lines of
// chunks and to trailers, and throws on a value of 65,534 bytes.
constexpr std::uint32_t kHeaderBytesMax = 64 * 1024;

using Parser = http::request_parser<http::string_body>;

ServerResponse plain(int status, std::string text) {
  ServerResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text) + "\n";
  return response;
}

std::optional<ServerRequest> make_request(const http::request<http::string_body>& message) {
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) return std::nullopt;
  ServerRequest request;
  request.method = std::string{message.method_string()};
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : message)
    request.headers.emplace_back(
        to_lower_ascii({field.name_string().data(), field.name_string().size()}),
        std::string{field.value()});
  request.body = message.body();
  return request;
}

template <class Body>
http::response<Body> make_head(const ServerResponse& response) {
  http::response<Body> message{static_cast<http::status>(response.status), 11};
  message.set(http::field::server, "picket");
  message.set(http::field::content_type, response.content_type);
  message.set("x-content-type-options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  return message;
}

http::response<http::string_body> make_message(ServerResponse response, bool keep_alive,
                                               bool head) {
  auto message = make_head<http::string_body>(response);
  message.body() = std::move(response.body);
  message.keep_alive(keep_alive);
  message.prepare_payload();
  if (head) message.body().clear();
  return message;
}

int status_of(beast::error_code error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  return 400;
}

// Counts while it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(&count) { ++*count_; }
  Counted(Counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Counted& operator=(Counted&&) = delete;
  ~Counted() { end(); }

  void end() {
    if (count_ != nullptr) --*count_;
    count_ = nullptr;
  }

 private:
  std::size_t* count_;
};

class BeastServer final : public Server {
 public:
  BeastServer(async::Executor executor, ServerOptions options, Handler handler)
      : executor_(executor),
        options_(std::move(options)),
        handler_(std::move(handler)),
        acceptor_(executor),
        tasks_(executor) {}

  Status open();
  std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }
  void start() override { tasks_.spawn(options_.name + " accept", accept_loop()); }
  Status set_tls(TlsListenerOptions tls) override;
  std::uint64_t refused() const override { return refused_; }
  async::Task<void> stop() override;

 private:
  bool is_full() const;
  void refuse(const tcp::socket& socket);
  ServerResponse misdirect(const std::string& host);
  async::Task<void> accept_loop();
  async::Task<void> serve_tls(tcp::socket socket, Counted stranger);
  async::Task<void> serve_plain(tcp::socket socket);

  template <class Stream>
  async::Task<void> serve(Stream& stream, Peer peer);
  template <class Stream>
  async::Task<bool> serve_one(Stream& stream, beast::flat_buffer& buffer, const Peer& peer,
                              std::chrono::seconds headers_limit);
  template <class Stream>
  async::Task<bool> write(Stream& stream, ServerResponse response, bool keep_alive, bool head);
  template <class Stream>
  async::Task<bool> write_pieces(Stream& stream, StreamedResponse response);

  async::Executor executor_;
  ServerOptions options_;
  Handler handler_;
  tcp::acceptor acceptor_;
  std::shared_ptr<asio::ssl::context> tls_;  // of connections that begin
  std::size_t strangers_{0};                 // connections by TLS whose peer is not known
  std::uint64_t refused_{0};
  std::uint64_t misdirected_{0};
  async::TaskGroup tasks_;
};

Status BeastServer::open() {
  beast::error_code error;
  const auto address = asio::ip::make_address(options_.host, error);
  if (error)
    return fail(ErrorCode::invalid_config, fmt::format("`{}` is not an address", options_.host),
                "listen on a numeric address such as 127.0.0.1:7080");
  const tcp::endpoint endpoint{address, options_.port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(4096, error);
  if (error)
    return fail(ErrorCode::io,
                fmt::format("{}: cannot listen on {}:{}: {}", options_.name, options_.host,
                            options_.port, error.message()),
                "choose another port, or stop what uses this one");
  return options_.tls ? set_tls(*options_.tls) : Status{};
}

Status BeastServer::set_tls(TlsListenerOptions tls) {
  auto next = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  const auto buffer = [](const std::string& text) { return asio::buffer(text); };
  beast::error_code error;
  next->use_certificate_chain(buffer(tls.certificate_chain_pem), error);
  if (!error) next->use_private_key(buffer(tls.private_key_pem), asio::ssl::context::pem, error);
  if (!error) next->add_certificate_authority(buffer(tls.client_ca_pem), error);
  if (error)
    return fail(ErrorCode::invalid_config,
                fmt::format("{}: certificate: {}", options_.name, error.message()));
  next->set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX* native = next->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // Without it, resumed sessions with client certificates are refused.
  constexpr std::string_view kContext = "picket";
  SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(kContext.data()),
                                 kContext.size());
  tls_ = std::move(next);
  return {};
}

async::Task<void> BeastServer::accept_loop() {
  while (true) {
    auto [error, socket] = co_await acceptor_.async_accept(kTuple);
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (error) {
      // Out of descriptors, mostly: let running connections end before the next try.
      log::write(log::Level::error, "accept failed",
                 {{"listener", options_.name}, {"error", error.message()}});
      asio::steady_timer pause{executor_, std::chrono::milliseconds{200}};
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    if (is_full()) {
      refuse(socket);
      continue;  // destroys, thus closes the socket
    }
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    tasks_.spawn(options_.name, tls_ ? serve_tls(std::move(socket), Counted{strangers_})
                                     : serve_plain(std::move(socket)));
  }
}

bool BeastServer::is_full() const {
  return tasks_.size() > options_.connections_max ||
         (tls_ && strangers_ >= options_.connections_max / 2);
}

// Told at 1, 2, 4, .. of them: whoever floods the listener shall not flood the log.
void BeastServer::refuse(const tcp::socket& socket) {
  if (!std::has_single_bit(++refused_)) return;
  beast::error_code ignored;
  log::warn("too many connections, closed",
            {{"listener", options_.name},
             {"peer", socket.remote_endpoint(ignored).address().to_string()},
             {"refused", static_cast<std::int64_t>(refused_)}});
}

// Told as refuse() does: behind a proxy that passes its own name on, nothing comes through.
ServerResponse BeastServer::misdirect(const std::string& host) {
  const std::string name = clean_line(cut_utf8(host, 100));
  if (std::has_single_bit(++misdirected_))
    log::warn("asked by a name that is not external_url's, answered 421",
              {{"listener", options_.name},
               {"host", name},
               {"times", static_cast<std::int64_t>(misdirected_)}});
  return plain(421, fmt::format("This controller listens for this machine alone and is not known "
                                "as `{}`. If that is its name, set external_url to it.",
                                name));
}

async::Task<void> BeastServer::serve_tls(tcp::socket socket, Counted stranger) {
  const auto context = tls_;  // another may take its place while the connection lasts
  beast::ssl_stream<beast::tcp_stream> stream{beast::tcp_stream{std::move(socket)}, *context};
  beast::get_lowest_layer(stream).expires_after(kHandshakeLimit);
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
  if (error) {
    log::debug("handshake failed", {{"listener", options_.name}, {"error", error.message()}});
    co_return;
  }
  Peer peer = peer_of(stream.native_handle());
  if (peer.id) stranger.end();
  co_await serve(stream, std::move(peer));
}

async::Task<void> BeastServer::serve_plain(tcp::socket socket) {
  beast::tcp_stream stream{std::move(socket)};
  Peer nobody;
  co_await serve(stream, std::move(nobody));
}

template <class Stream>
async::Task<void> BeastServer::serve(Stream& stream, Peer peer) {
  beast::flat_buffer buffer{kHeaderBytesMax};
  std::chrono::seconds limit = kFirstHeadersLimit;
  while (co_await serve_one(stream, buffer, peer, limit)) limit = kIdleLimit;
  beast::error_code ignored;
  beast::get_lowest_layer(stream).socket().shutdown(tcp::socket::shutdown_both, ignored);
}

// One request and its response; false when the connection is to be closed.
template <class Stream>
async::Task<bool> BeastServer::serve_one(Stream& stream, beast::flat_buffer& buffer,
                                         const Peer& peer, std::chrono::seconds headers_limit) {
  auto& lowest = beast::get_lowest_layer(stream);
  const bool stranger = options_.tls && !peer.id;
  Parser parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(stranger ? std::min(options_.stranger_body_bytes_max, options_.body_bytes_max)
                             : options_.body_bytes_max);
  lowest.expires_after(headers_limit);
  auto [header_error, header_bytes] =
      co_await http::async_read_header(stream, buffer, parser, kTuple);
  beast::error_code error = header_error;
  if (!error && !parser.is_done()) {
    lowest.expires_after(kRequestLimit);
    auto [body_error, body_bytes] = co_await http::async_read(stream, buffer, parser, kTuple);
    error = body_error;
  }
  const bool broken = error.category() == http::make_error_code(http::error::bad_target).category();
  if (broken && error != http::error::end_of_stream && error != http::error::partial_message)
    co_return co_await write(stream, plain(status_of(error), error.message()), false, false);
  if (error) co_return false;

  auto request = make_request(parser.get());
  const bool head = parser.get().method() == http::verb::head;
  if (!request) co_return co_await write(stream, plain(400, "bad request target"), false, false);
  const std::string host = request->header("host").value_or("");
  if (options_.host_names && !is_host_of(host, *options_.host_names))
    co_return co_await write(stream, misdirect(host), false, head);
  request->peer = peer.id;
  request->peer_serial = peer.serial;
  request->peer_until = peer.until;
  beast::error_code ignored;
  request->remote_address = lowest.socket().remote_endpoint(ignored).address().to_string();
  if (options_.streams)
    if (auto streamed = options_.streams(*request))
      co_return co_await write_pieces(stream, std::move(*streamed));
  lowest.expires_never();  // a long poll may take its time
  ServerResponse response = co_await handler_(std::move(*request));
  co_return co_await write(stream, std::move(response), parser.get().keep_alive(), head);
}

template <class Stream>
async::Task<bool> BeastServer::write(Stream& stream, ServerResponse response, bool keep_alive,
                                     bool head) {
  beast::get_lowest_layer(stream).expires_after(kWriteLimit);
  auto message = make_message(std::move(response), keep_alive, head);
  auto [error, bytes] = co_await http::async_write(stream, message, kTuple);
  co_return !error && keep_alive;
}

// Each piece as one chunk; the connection is closed behind the last one.
template <class Stream>
async::Task<bool> BeastServer::write_pieces(Stream& stream, StreamedResponse response) {
  if (!response.body) co_return co_await write(stream, std::move(response.head), false, false);
  auto& lowest = beast::get_lowest_layer(stream);
  auto message = make_head<http::empty_body>(response.head);
  message.chunked(true);
  message.keep_alive(false);
  http::response_serializer<http::empty_body> serializer{message};
  lowest.expires_after(kWriteLimit);
  auto [error, bytes] = co_await http::async_write_header(stream, serializer, kTuple);
  while (!error) {
    lowest.expires_never();
    const std::string piece = co_await response.body->next();
    lowest.expires_after(kWriteLimit);
    if (piece.empty()) {
      const auto last = http::make_chunk_last();
      co_await asio::async_write(stream, last, kTuple);
      co_return false;
    }
    const auto chunk = http::make_chunk(asio::buffer(piece));
    auto [failed, written] = co_await asio::async_write(stream, chunk, kTuple);
    error = failed;
  }
  co_return false;
}

async::Task<void> BeastServer::stop() {
  beast::error_code ignored;
  acceptor_.close(ignored);
  tasks_.cancel_all();
  co_await tasks_.join();
}

}  // namespace

Result<std::unique_ptr<Server>> create_server(async::Executor executor, ServerOptions options,
                                              Handler handler) {
  auto server =
      std::make_unique<BeastServer>(std::move(executor), std::move(options), std::move(handler));
  if (auto opened = server->open(); !opened) return fail(std::move(opened.error()));
  return server;
}

}  // namespace picket::controller
