#include "agent/net/socket_dialer.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "agent/net/tcp_connection.h"
#include "common/async/with_deadline.h"
#include "common/http/hosts_file.h"

namespace picket::agent {
namespace {

using boost::asio::ip::tcp;

constexpr Nanos kResolveAtMost = Seconds{5};
constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);

std::string render(const std::string& address, int port) {
  const std::string host = http::is_ipv6_literal(address) ? "[" + address + "]" : address;
  return host + ":" + std::to_string(port);
}

async::Task<boost::system::error_code> connect(tcp::socket& socket, tcp::endpoint to) {
  const auto [error] = co_await socket.async_connect(to, kToken);
  co_return error;
}

class SocketDialer final : public Dialer {
 public:
  SocketDialer(async::Executor executor, async::Clock& clock, http::Network& network)
      : executor_(std::move(executor)), clock_(clock), network_(network) {}

  async::Task<Result<Dialed>> dial(DialOptions options) override;

 private:
  // Fills exchange.failure or its resolved_addresses, all of them allowed.
  async::Task<Status> resolve(const DialOptions& options, http::Exchange& exchange);
  // The failure of one address; nothing: `socket` is connected.
  async::Task<Result<std::optional<Failure>>> try_address(tcp::socket& socket, std::string address,
                                                          int port, Deadline deadline);
  async::Task<Status> connect_in_order(const DialOptions& options, Dialed& dialed);

  async::Executor executor_;
  async::Clock& clock_;
  http::Network& network_;
};

async::Task<Status> SocketDialer::resolve(const DialOptions& options, http::Exchange& exchange) {
  const std::string host = options.address.empty() ? options.host : options.address;
  const MonoTime start = clock_.now();
  auto resolved = co_await network_.resolver().resolve(
      host, options.ip_version, options.deadline.shorten(start, kResolveAtMost));
  if (!resolved) co_return fail(resolved.error());
  if (!http::is_ip_literal(host)) exchange.phases.dns = clock_.now() - start;
  network_.keep_allowed(host, *resolved);
  exchange.dns_server = std::move(resolved->server);
  exchange.resolved_addresses = std::move(resolved->addresses);
  exchange.failure = std::move(resolved->failure);
  co_return Status{};
}

async::Task<Result<std::optional<Failure>>> SocketDialer::try_address(tcp::socket& socket,
                                                                      std::string address, int port,
                                                                      Deadline deadline) {
  const std::string remote = render(address, port);
  const tcp::endpoint to(boost::asio::ip::make_address(address), static_cast<std::uint16_t>(port));
  const MonoTime start = clock_.now();
  boost::system::error_code error;
  socket.open(to.protocol(), error);
  if (!error) {
    const auto end = co_await async::with_deadline(clock_, deadline, connect(socket, to));
    if (!end) co_return net_timeout(NetStage::connect, clock_.now() - start, remote);
    error = *end;
  }
  if (error == boost::asio::error::operation_aborted) throw boost::system::system_error(error);
  if (!error) co_return std::optional<Failure>{};
  auto failure = net_failure(NetStage::connect, error, remote);
  if (!failure) co_return fail(failure.error());
  co_return std::move(*failure);
}

async::Task<Status> SocketDialer::connect_in_order(const DialOptions& options, Dialed& dialed) {
  http::Exchange& exchange = dialed.exchange;
  const MonoTime start = clock_.now();
  const Deadline deadline = options.deadline.shorten(start, options.connect_timeout);
  auto left = static_cast<std::int64_t>(exchange.resolved_addresses.size());
  std::optional<Error> own;  // of an address that could not be tried
  for (const std::string& address : exchange.resolved_addresses) {
    const MonoTime now = clock_.now();
    tcp::socket socket(executor_);
    const Deadline share = deadline.shorten(now, deadline.left(now) / left--);
    exchange.remote_address = render(address, options.port);
    auto failure = co_await try_address(socket, address, options.port, share);
    exchange.phases.connect = clock_.now() - start;
    if (!failure) {
      own = failure.error();
      continue;
    }
    if (!*failure) {
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      dialed.connection = std::make_unique<TcpConnection>(
          std::move(socket), exchange.remote_address, clock_, network_);
      co_return Status{};
    }
    dialed.failed.push_back({exchange.remote_address, std::move(**failure)});
  }
  if (own) co_return fail(std::move(*own));  // it might have been the one that answers
  exchange.failure = dialed.failed.back().failure;
  if (dialed.failed.size() > 1)
    exchange.failure->message +=
        " (the last of " + std::to_string(dialed.failed.size()) + " addresses tried)";
  co_return Status{};
}

async::Task<Result<Dialed>> SocketDialer::dial(DialOptions options) {
  Dialed dialed;
  if (auto done = co_await resolve(options, dialed.exchange); !done) co_return fail(done.error());
  if (dialed.exchange.failure) co_return dialed;
  if (auto done = co_await connect_in_order(options, dialed); !done) co_return fail(done.error());
  co_return dialed;
}

}  // namespace

std::unique_ptr<Dialer> create_socket_dialer(async::Executor executor, async::Clock& clock,
                                             http::Network& network) {
  return std::make_unique<SocketDialer>(std::move(executor), clock, network);
}

}  // namespace picket::agent
