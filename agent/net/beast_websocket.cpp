#include "agent/net/beast_websocket.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/system/system_error.hpp>

#include "agent/net/net_failure.h"
#include "common/async/with_deadline.h"
#include "common/core/text.h"

namespace picket::agent {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
namespace this_coro = boost::asio::this_coro;
using boost::system::error_code;

void beast_close_socket(Stream& stream) { stream.close(); }

// How Beast ends a connection of ours (found by its argument's type). The close frames have been
// exchanged or the connection is broken: nothing more is to be said.
void teardown(beast::role_type, Stream& stream, error_code& error) {
  stream.close();
  error = {};
}

template <class Handler>
void async_teardown(beast::role_type, Stream& stream, Handler&& handler) {
  stream.close();
  boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
    handler(error_code{});
  });
}

namespace {

constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr int kAbnormalClosure = 1006;  // RFC 6455, 7.4.1
constexpr std::size_t kMessageMax = 400;
constexpr std::size_t kBodyShownMax = 2048;

using Socket = websocket::stream<Stream&, false>;

void throw_if_aborted(const error_code& error) {
  if (error == boost::asio::error::operation_aborted) throw boost::system::system_error(error);
}

// Filters the cancellation of a coroutine that runs one operation of Beast: closes the stream. A
// cancellation alone is lost when it comes between two reads of the operation, and under a flood of
// pings it always does; a socket that is closed cannot be overlooked.
struct ClosedOnCancel {
  Stream* stream;

  boost::asio::cancellation_type operator()(boost::asio::cancellation_type type) const {
    stream->close();
    return type;
  }
};

// What the operation ended with, in a coroutine with that filter.
error_code end_of(const error_code& error, const boost::asio::cancellation_state& state) {
  if (state.cancelled() == boost::asio::cancellation_type::none) return error;
  return boost::asio::error::operation_aborted;
}

bool is_of_websocket(const error_code& error) {
  static const error_code sample = websocket::error::closed;
  return error.category() == sample.category();
}

bool is_of_http(const error_code& error) {
  static const error_code sample = beast::http::error::bad_version;
  return error.category() == sample.category();
}

Failure make(FailureKind kind, const std::string& detail, const std::string& remote) {
  std::string text = std::string(summary_of(kind)) + " at " + remote;
  if (!detail.empty()) text += " (" + clean_line(detail) + ")";
  return {kind, cut_utf8(text, kMessageMax), {}};
}

Result<Failure> failure_of(const error_code& error, const std::string& remote) {
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
    return make(FailureKind::body_too_large, error.message(), remote);
  if (is_of_websocket(error)) return make(FailureKind::websocket_protocol, error.message(), remote);
  return net_failure(NetStage::exchange, error, remote);
}

class BeastWebSocket final : public WebSocket {
 public:
  BeastWebSocket(Stream& stream, std::string remote, async::Clock& clock)
      : socket_(stream), remote_(std::move(remote)), clock_(clock) {}

  Socket& native() { return socket_; }
  async::Task<Result<WebSocketMessage>> read(Deadline deadline) override;
  async::Task<Result<std::optional<Failure>>> write(std::string text, Deadline deadline) override;
  async::Task<Result<int>> close(Deadline deadline) override;

 private:
  static async::Task<error_code> read_into(Socket& socket, beast::flat_buffer& buffer);
  static async::Task<error_code> write_all(Socket& socket, const std::string& text);
  static async::Task<error_code> say_goodbye(Socket& socket);

  Socket socket_;
  std::string remote_;
  async::Clock& clock_;
};

async::Task<error_code> BeastWebSocket::read_into(Socket& socket, beast::flat_buffer& buffer) {
  const ClosedOnCancel filter{&socket.next_layer()};
  co_await this_coro::reset_cancellation_state(filter);
  const auto [error, size] = co_await socket.async_read(buffer, kToken);
  co_return end_of(error, co_await this_coro::cancellation_state);
}

async::Task<error_code> BeastWebSocket::write_all(Socket& socket, const std::string& text) {
  const ClosedOnCancel filter{&socket.next_layer()};
  co_await this_coro::reset_cancellation_state(filter);
  auto from = boost::asio::buffer(text);
  const auto [error, size] = co_await socket.async_write(from, kToken);
  co_return end_of(error, co_await this_coro::cancellation_state);
}

async::Task<error_code> BeastWebSocket::say_goodbye(Socket& socket) {
  const ClosedOnCancel filter{&socket.next_layer()};
  co_await this_coro::reset_cancellation_state(filter);
  const websocket::close_reason reason(websocket::close_code::normal);
  const auto [error] = co_await socket.async_close(reason, kToken);
  co_return end_of(error, co_await this_coro::cancellation_state);
}

async::Task<Result<WebSocketMessage>> BeastWebSocket::read(Deadline deadline) {
  WebSocketMessage message;
  beast::flat_buffer buffer;
  const MonoTime start = clock_.now();
  std::optional<error_code> end;
  // A message that is there already would win against any deadline: looked at first.
  if (!deadline.passed(start))
    end = co_await async::with_deadline(clock_, deadline, read_into(socket_, buffer));
  if (!end) {
    message.failure = net_timeout(NetStage::exchange, clock_.now() - start, remote_);
    co_return message;
  }
  throw_if_aborted(*end);
  if (!*end) {
    message.binary = socket_.got_binary();
    message.bytes.assign(static_cast<const char*>(buffer.data().data()), buffer.size());
    co_return message;
  }
  if (*end == websocket::error::closed) {
    message.closed = true;
    message.close_code = socket_.reason().code;
    message.close_reason = cut_utf8(clean_line(std::string_view(socket_.reason().reason.data(),
                                                                socket_.reason().reason.size())),
                                    128);
    co_return message;
  }
  auto failure = failure_of(*end, remote_);
  if (!failure) co_return fail(failure.error());
  message.closed = failure->kind == FailureKind::connection_closed;
  if (message.closed)
    message.close_code = kAbnormalClosure;
  else
    message.failure = std::move(*failure);
  co_return message;
}

async::Task<Result<std::optional<Failure>>> BeastWebSocket::write(std::string text,
                                                                  Deadline deadline) {
  const MonoTime start = clock_.now();
  const auto end = co_await async::with_deadline(clock_, deadline, write_all(socket_, text));
  if (!end) co_return net_timeout(NetStage::exchange, clock_.now() - start, remote_);
  throw_if_aborted(*end);
  if (!*end) co_return std::optional<Failure>{};
  auto failure = failure_of(*end, remote_);
  if (!failure) co_return fail(failure.error());
  co_return std::move(*failure);
}

async::Task<Result<int>> BeastWebSocket::close(Deadline deadline) {
  const auto end = co_await async::with_deadline(clock_, deadline, say_goodbye(socket_));
  if (!end) co_return 0;
  throw_if_aborted(*end);
  co_return socket_.reason().code;
}

void set_headers(websocket::request_type& request, const WebSocketRequest& wanted) {
  std::string protocols;
  for (const std::string& one : wanted.subprotocols)
    protocols += (protocols.empty() ? "" : ", ") + one;
  if (!protocols.empty()) request.set(beast::http::field::sec_websocket_protocol, protocols);
  for (const auto& [name, value] : wanted.headers) {
    const bool ours = iequals_ascii(name, "host") || iequals_ascii(name, "user-agent");
    if (ours)
      request.set(name, value);
    else
      request.insert(name, value);
  }
}

async::Task<error_code> shake_hands(Socket& socket, websocket::response_type& response,
                                    const WebSocketRequest& request) {
  const ClosedOnCancel filter{&socket.next_layer()};
  co_await this_coro::reset_cancellation_state(filter);
  const auto [error] =
      co_await socket.async_handshake(response, request.host, request.target, kToken);
  co_return end_of(error, co_await this_coro::cancellation_state);
}

void take_response(const websocket::response_type& response, WebSocketAnswer& answer) {
  answer.status = response.result_int();
  for (const auto& field : response)
    answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  answer.body = response.body().substr(0, kBodyShownMax);
  answer.subprotocol = std::string(response[beast::http::field::sec_websocket_protocol]);
}

Result<Failure> refusal(const error_code& error, const WebSocketAnswer& answer,
                        const std::string& remote) {
  if (error == websocket::error::upgrade_declined)
    return make(FailureKind::websocket_handshake, "status " + std::to_string(answer.status),
                remote);
  if (error == beast::http::error::end_of_stream || error == beast::http::error::partial_message)
    return net_closed(NetStage::exchange, remote);
  if (is_of_websocket(error) || is_of_http(error))
    return make(FailureKind::websocket_handshake, error.message(), remote);
  return net_failure(NetStage::exchange, error, remote);
}

}  // namespace

async::Task<Result<WebSocketAnswer>> open_beast_websocket(Stream& stream, std::string remote,
                                                          async::Clock& clock,
                                                          WebSocketRequest request,
                                                          Deadline deadline) {
  auto socket = std::make_unique<BeastWebSocket>(stream, remote, clock);
  Socket& native = socket->native();
  native.read_message_max(static_cast<std::size_t>(request.message_bytes_max));
  native.set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                    websocket::stream_base::none(), false});
  native.set_option(websocket::stream_base::decorator(
      [&request](websocket::request_type& head) { set_headers(head, request); }));
  WebSocketAnswer answer;
  websocket::response_type response;
  const MonoTime start = clock.now();
  const auto end =
      co_await async::with_deadline(clock, deadline, shake_hands(native, response, request));
  if (!end) {
    answer.failure = net_timeout(NetStage::exchange, clock.now() - start, remote);
    co_return answer;
  }
  throw_if_aborted(*end);
  const bool answered = !*end || is_of_websocket(*end);
  if (answered) take_response(response, answer);
  if (!*end) {
    answer.socket = std::move(socket);
    co_return answer;
  }
  auto failure = refusal(*end, answer, remote);
  if (!failure) co_return fail(failure.error());
  answer.failure = std::move(*failure);
  co_return answer;
}

}  // namespace picket::agent
