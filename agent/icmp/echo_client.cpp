#include "agent/icmp/echo_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "agent/icmp/error_queue.h"
#include "common/async/with_deadline.h"
#include "common/core/hex.h"
#include "common/core/secure_random.h"

namespace picket::agent {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kTokenBytes = 16;  // of the payload, as hex: tells our answers from others'
constexpr std::size_t kHeadersMax =
    128;                         // before the payload, an IPv4 header with options included
constexpr int kDrainMax = 1000;  // packets at once; the rest comes with the next turn

struct Address {
  sockaddr_storage storage{};
  socklen_t size{0};
  IpFamily family{IpFamily::v4};
};

std::optional<Address> parse_address(const std::string& text) {
  Address out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    out.size = sizeof(sockaddr_in);
    return out;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) != 1) return std::nullopt;
  v6->sin6_family = AF_INET6;
  out.size = sizeof(sockaddr_in6);
  out.family = IpFamily::v6;
  return out;
}

// One series; lives in ping()'s frame.
class Pinging {
 public:
  Pinging(async::Clock& clock, PingRequest request, Deadline deadline)
      : clock_(clock), request_(std::move(request)), deadline_(deadline) {}

  async::Task<Result<PingSeries>> run(const IcmpOpener& open);

 private:
  using Descriptor = asio::posix::stream_descriptor;

  Status connect(int descriptor);
  async::Task<Status> exchange(Descriptor& socket);
  async::Task<bool> readable(Descriptor& socket);
  Status send(int descriptor);
  void drain(int descriptor);
  void hear(std::string_view packet);
  void unreachable(std::string message);
  std::string payload_of(std::uint16_t sequence) const;
  bool complete() const { return sent_.size() == count() && answered_ == sent_.size(); }
  std::size_t count() const { return static_cast<std::size_t>(request_.count); }
  MonoTime next_event() const;

  async::Clock& clock_;
  PingRequest request_;
  Deadline deadline_;
  Address address_;
  PingSeries series_;
  std::vector<MonoTime> sent_;
  std::size_t answered_{0};
  std::uint16_t id_{0};
  std::string token_;
};

std::string Pinging::payload_of(std::uint16_t sequence) const {
  std::string payload = fmt::format("{}{:04x}", token_, sequence);
  payload.resize(request_.payload_bytes, 'p');
  return payload;
}

void Pinging::unreachable(std::string message) {
  series_.failure = Failure{FailureKind::icmp_unreachable, std::move(message), {}};
}

Status Pinging::connect(int descriptor) {
  const auto* address = reinterpret_cast<const sockaddr*>(&address_.storage);
  queue_errors(descriptor, address_.family);
  if (::connect(descriptor, address, address_.size) == 0) return {};
  unreachable(request_.address + ": " + std::generic_category().message(errno));
  return {};
}

Status Pinging::send(int descriptor) {
  const auto sequence = static_cast<std::uint16_t>(sent_.size());
  const Echo echo{.id = id_, .sequence = sequence, .payload = payload_of(sequence)};
  const std::string packet = render_echo_request(address_.family, echo);
  sent_.push_back(clock_.now());
  series_.rtts.emplace_back();
  if (::send(descriptor, packet.data(), packet.size(), 0) >= 0) return {};
  if (errno == ENOBUFS || errno == ENOMEM) return fail(error_from_errno(errno, "sending ICMP"));
  // An error that came for an earlier packet stands in the queue with its details.
  const int error = errno;
  drain(descriptor);
  if (!series_.failure)
    unreachable(request_.address + ": " + std::generic_category().message(error));
  return {};
}

void Pinging::hear(std::string_view packet) {
  const auto echo = parse_echo_reply(address_.family, packet, series_.raw);
  const MonoTime now = clock_.now();
  const bool fits = echo && echo->sequence < sent_.size() &&
                    echo->payload == payload_of(echo->sequence) &&
                    !series_.rtts[echo->sequence].has_value() && (!series_.raw || echo->id == id_);
  if (!fits) {
    ++series_.ignored;
    return;
  }
  const Nanos rtt = now - sent_[echo->sequence];
  if (rtt > request_.patience) return;
  series_.rtts[echo->sequence] = rtt;
  ++answered_;
}

void Pinging::drain(int descriptor) {
  std::string buffer(request_.payload_bytes + kHeadersMax, '\0');
  for (int i = 0; i < kDrainMax; ++i) {
    const ssize_t size = ::recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (size >= 0) hear(std::string_view(buffer).substr(0, static_cast<std::size_t>(size)));
  }
  while (const auto error = next_error(descriptor)) {
    if (series_.failure) continue;
    if (error->is_icmp)
      unreachable(fmt::format("{} says of {}: {}", error->offender, request_.address,
                              describe_icmp_error(address_.family, error->type, error->code)));
    else if (error->error != 0)
      unreachable(request_.address + ": " + std::generic_category().message(error->error));
  }
}

MonoTime Pinging::next_event() const {
  const bool is_last = sent_.size() == count();
  return sent_.back() + (is_last ? request_.patience : request_.interval);
}

async::Task<bool> Pinging::readable(Descriptor& socket) {
  boost::system::error_code error;
  co_await socket.async_wait(Descriptor::wait_read,
                             asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
  co_return true;
}

async::Task<Status> Pinging::exchange(Descriptor& socket) {
  while (!series_.failure && !complete() && !deadline_.passed(clock_.now())) {
    if (sent_.empty() || clock_.now() >= next_event()) {
      if (sent_.size() == count()) break;
      const Status sent = send(socket.native_handle());
      if (!sent) co_return sent;
      continue;
    }
    auto waiting = readable(socket);
    const Deadline until{std::min(next_event(), deadline_.at())};
    const auto ready = co_await async::with_deadline(clock_, until, std::move(waiting));
    if (ready) drain(socket.native_handle());
  }
  if (!series_.failure && sent_.size() < count())
    series_.failure = Failure{FailureKind::timeout,
                              fmt::format("time for {} of {} packets only", sent_.size(), count()),
                              {}};
  co_return Status{};
}

async::Task<Result<PingSeries>> Pinging::run(const IcmpOpener& open) {
  const auto address = parse_address(request_.address);
  if (!address)
    co_return fail(ErrorCode::invalid_argument, "`" + request_.address + "` is no address");
  address_ = *address;
  request_.payload_bytes = std::max(request_.payload_bytes, kTokenBytes + 4);
  token_ = secure_random_hex(kTokenBytes / 2);
  id_ = static_cast<std::uint16_t>(std::stoul(token_.substr(0, 4), nullptr, 16));
  auto opened = open(address_.family);
  if (!opened) co_return fail(std::move(opened.error()));
  series_.raw = opened->raw;
  Descriptor socket(co_await asio::this_coro::executor, opened->descriptor);
  const MonoTime start = clock_.now();
  Status done = connect(socket.native_handle());
  if (done && !series_.failure) done = co_await exchange(socket);
  if (!done) co_return fail(std::move(done.error()));
  series_.duration = clock_.now() - start;
  co_return std::move(series_);
}

class EchoClient final : public IcmpClient {
 public:
  EchoClient(async::Clock& clock, IcmpOpener open) : clock_(clock), open_(std::move(open)) {}

  async::Task<Result<PingSeries>> ping(PingRequest request, Deadline deadline) override {
    Pinging pinging(clock_, std::move(request), deadline);
    co_return co_await pinging.run(open_);
  }

 private:
  async::Clock& clock_;
  IcmpOpener open_;
};

}  // namespace

std::unique_ptr<IcmpClient> create_echo_client(async::Clock& clock, IcmpOpener open) {
  return std::make_unique<EchoClient>(clock, std::move(open));
}

}  // namespace picket::agent
