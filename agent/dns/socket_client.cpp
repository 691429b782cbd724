#include "agent/dns/socket_client.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "agent/dns/message.h"
#include "agent/dns/name_servers.h"
#include "common/async/with_deadline.h"
#include "common/core/secure_random.h"

namespace picket::agent {
namespace {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr int kIgnoredMax = 10'000;  // wrong packets; a flood ends the query, not the agent
constexpr std::size_t kUdpBufferBytes = 4096;

bool is_our_fault(const error_code& error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == boost::system::errc::no_buffer_space ||
         error == boost::system::errc::not_enough_memory;
}

std::uint16_t random_id() {
  return static_cast<std::uint16_t>(std::stoul(secure_random_hex(2), nullptr, 16));
}

// One question to one server; lives in query()'s frame.
class Asking {
 public:
  Asking(async::Clock& clock, DnsQuery query, Deadline deadline)
      : clock_(clock), query_(std::move(query)), deadline_(deadline) {}

  async::Task<Result<DnsReply>> run(const http::AddressGuard& guard);

 private:
  struct TcpAnswer {
    error_code error;
    std::string packet;
  };

  std::optional<Failure> prepare(const http::AddressGuard& guard);
  async::Task<Status> over_udp();
  async::Task<Status> listen(udp::socket& socket, Deadline until);
  async::Task<error_code> receive(udp::socket& socket);
  async::Task<Status> over_tcp();
  async::Task<TcpAnswer> talk();
  void hear(std::string_view packet);
  Status take(const error_code& error);
  void fail_with(FailureKind kind, std::string message);
  bool settled() const { return answered_ || reply_.failure.has_value(); }
  // Of all tries together, and of an exchange over TCP.
  Nanos patience() const { return query_.try_timeout * ((1 << query_.tries) - 1); }

  async::Clock& clock_;
  DnsQuery query_;
  Deadline deadline_;
  DnsReply reply_;
  asio::ip::address address_;
  std::uint16_t id_{0};
  std::string packet_;
  std::array<char, kUdpBufferBytes> buffer_{};
  std::size_t received_{0};
  bool answered_{false};
  bool connected_{false};
};

void Asking::fail_with(FailureKind kind, std::string message) {
  if (reply_.truncated) message = "the answer over UDP was cut, and over TCP: " + message;
  reply_.failure = Failure{.kind = kind, .message = std::move(message), .at = {}};
}

// A socket's error as a failure of the server, or as our own.
Status Asking::take(const error_code& error) {
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
  const std::string server = render(query_.server);
  if (is_our_fault(error)) return fail(error_from_errno(error.value(), "a socket for DNS"));
  if (error == asio::error::connection_refused)
    fail_with(FailureKind::connect_refused, server + " refuses DNS questions on this port");
  else if (error == asio::error::connection_reset || error == asio::error::eof ||
           error == asio::error::broken_pipe)
    fail_with(FailureKind::connect_reset, server + " closed the connection without an answer");
  else
    fail_with(FailureKind::connect_unreachable, server + ": " + error.message());
  return {};
}

std::optional<Failure> Asking::prepare(const http::AddressGuard& guard) {
  error_code error;
  address_ = asio::ip::make_address(query_.server.address, error);
  if (error)
    return Failure{FailureKind::invalid_request,
                   "`" + query_.server.address + "` is no address of a DNS server",
                   {}};
  if (query_.guarded)
    if (std::string why = guard.refusal(query_.server.address); !why.empty())
      return Failure{FailureKind::blocked_address, "DNS server " + std::move(why), {}};
  id_ = random_id();
  auto packet = make_query(query_, id_);
  if (!packet) return Failure{FailureKind::invalid_request, packet.error().message, {}};
  packet_ = std::move(*packet);
  return std::nullopt;
}

void Asking::hear(std::string_view packet) {
  AnswerRead read = read_answer(packet, query_.question, id_);
  if (read.fit == AnswerFit::wrong) {
    ++reply_.ignored;
    return;
  }
  reply_.bytes += packet.size();
  if (read.fit == AnswerFit::malformed) {
    fail_with(FailureKind::dns_malformed, fmt::format("the answer of {} cannot be read: {}",
                                                      render(query_.server), read.problem));
    return;
  }
  reply_.message = std::move(read.message);
  answered_ = true;
}

async::Task<error_code> Asking::receive(udp::socket& socket) {
  error_code error;
  received_ =
      co_await socket.async_receive(asio::buffer(buffer_), redirect_error(use_awaitable, error));
  co_return error;
}

async::Task<Status> Asking::listen(udp::socket& socket, Deadline until) {
  while (!settled()) {
    auto receiving = receive(socket);
    const auto error = co_await async::with_deadline(clock_, until, std::move(receiving));
    if (!error) co_return Status{};
    if (*error) co_return take(*error);
    hear({buffer_.data(), received_});
    if (reply_.ignored >= kIgnoredMax) co_return Status{};
  }
  co_return Status{};
}

async::Task<Status> Asking::over_udp() {
  udp::socket socket(co_await asio::this_coro::executor);
  const udp::endpoint server(address_, static_cast<std::uint16_t>(query_.server.port));
  error_code error;
  socket.open(server.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (!error) socket.connect(server, error);  // the kernel drops what others send
  Nanos wait = query_.try_timeout;
  while (!error && reply_.tries < query_.tries && !deadline_.passed(clock_.now())) {
    ++reply_.tries;
    socket.send(asio::buffer(packet_), 0, error);
    if (error) break;
    const Status heard = co_await listen(socket, deadline_.shorten(clock_.now(), wait));
    if (!heard || settled() || reply_.ignored >= kIgnoredMax) co_return heard;
    wait *= 2;
  }
  if (error) co_return take(error);
  co_return Status{};
}

async::Task<Asking::TcpAnswer> Asking::talk() {
  tcp::socket socket(co_await asio::this_coro::executor);
  TcpAnswer out;
  const tcp::endpoint server(address_, static_cast<std::uint16_t>(query_.server.port));
  co_await socket.async_connect(server, redirect_error(use_awaitable, out.error));
  if (out.error) co_return out;
  connected_ = true;
  std::string framed{static_cast<char>(packet_.size() >> 8), static_cast<char>(packet_.size())};
  framed += packet_;  // RFC 1035, 4.2.2
  co_await asio::async_write(socket, asio::buffer(framed),
                             redirect_error(use_awaitable, out.error));
  if (out.error) co_return out;
  std::array<unsigned char, 2> size{};
  co_await asio::async_read(socket, asio::buffer(size), redirect_error(use_awaitable, out.error));
  if (out.error) co_return out;
  std::string packet(static_cast<std::size_t>(size[0] << 8 | size[1]), '\0');
  co_await asio::async_read(socket, asio::buffer(packet), redirect_error(use_awaitable, out.error));
  out.packet = std::move(packet);
  co_return out;
}

async::Task<Status> Asking::over_tcp() {
  reply_.used_tcp = true;
  answered_ = false;
  auto talking = talk();
  const Deadline until = deadline_.shorten(clock_.now(), patience());
  const auto answer = co_await async::with_deadline(clock_, until, std::move(talking));
  const std::string server = render(query_.server);
  if (!answer) {
    if (connected_)
      fail_with(FailureKind::dns_timeout, "no answer from " + server + " over TCP in time");
    else
      fail_with(FailureKind::connect_timeout, server + " did not accept a TCP connection in time");
    co_return Status{};
  }
  if (answer->error) co_return take(answer->error);
  hear(answer->packet);
  if (!settled())
    fail_with(FailureKind::dns_malformed,
              "what " + server + " sent over TCP is no answer to this question");
  co_return Status{};
}

async::Task<Result<DnsReply>> Asking::run(const http::AddressGuard& guard) {
  reply_.failure = prepare(guard);
  if (reply_.failure) co_return std::move(reply_);
  const MonoTime start = clock_.now();
  Status done;
  if (!query_.tcp) done = co_await over_udp();
  const bool cut = answered_ && reply_.message.flags.tc;
  reply_.truncated = cut;
  if (done && (query_.tcp || cut)) done = co_await over_tcp();
  if (!done) co_return fail(std::move(done.error()));
  reply_.duration = clock_.now() - start;
  if (!settled())
    fail_with(FailureKind::dns_timeout,
              fmt::format("no answer from {} in {} {}", render(query_.server), reply_.tries,
                          reply_.tries == 1 ? "try" : "tries"));
  if (reply_.failure && reply_.ignored > 0)
    reply_.failure->message +=
        fmt::format("; {} answers with a wrong id or question were ignored", reply_.ignored);
  co_return std::move(reply_);
}

class SocketClient final : public DnsClient {
 public:
  SocketClient(async::Clock& clock, http::AddressGuard guard)
      : clock_(clock), guard_(std::move(guard)) {}

  async::Task<Result<DnsReply>> query(DnsQuery query, Deadline deadline) override {
    Asking asking(clock_, std::move(query), deadline);
    co_return co_await asking.run(guard_);
  }

 private:
  async::Clock& clock_;
  http::AddressGuard guard_;
};

}  // namespace

std::unique_ptr<DnsClient> create_dns_client(async::Clock& clock, http::AddressGuard guard) {
  return std::make_unique<SocketClient>(clock, std::move(guard));
}

}  // namespace picket::agent
