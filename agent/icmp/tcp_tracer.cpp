#include "agent/icmp/tcp_tracer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <charconv>
#include <deque>
#include <optional>
#include <utility>

#include "agent/icmp/error_queue.h"
#include "common/async/with_deadline.h"

namespace picket::agent {
namespace {

namespace asio = boost::asio;

constexpr int kAtOnce = 5;                // hops asked in parallel
constexpr Nanos kPatience = Millis{700};  // per group of them: four groups fit into kTraceTime

struct Target {
  sockaddr_storage storage{};
  socklen_t size{0};
  IpFamily family{IpFamily::v4};
};

std::optional<Target> parse_remote(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string host(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  Target out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out.size = sizeof(sockaddr_in);
    return out;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) return std::nullopt;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  out.size = sizeof(sockaddr_in6);
  out.family = IpFamily::v6;
  return out;
}

struct TraceHop {
  std::string who;   // empty: silence
  std::string what;  // more about the last one: "accepts", "host unreachable"
  Nanos took{0};
  bool last{false};
};

// A non-blocking TCP socket whose packets live for `ttl` hops; -1 when there is none.
int open_socket(const Target& target, int ttl) {
  const bool v4 = target.family == IpFamily::v4;
  const int descriptor =
      ::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  queue_errors(descriptor, target.family);
  if (v4)
    ::setsockopt(descriptor, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
  else
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof ttl);
  return descriptor;
}

bool is_time_exceeded(const QueuedError& error, IpFamily family) {
  return error.is_icmp && error.type == (family == IpFamily::v4 ? 11 : 3);
}

// One trace; lives in trace()'s frame.
class Tracing {
 public:
  Tracing(async::Clock& clock, std::string remote, Target target, Deadline deadline)
      : clock_(clock), remote_(std::move(remote)), target_(target), deadline_(deadline) {}

  async::Task<std::vector<std::string>> run();

 private:
  async::Task<TraceHop> ask(int ttl, Deadline until);
  async::Task<bool> connected(asio::posix::stream_descriptor& socket);
  TraceHop outcome_of(int descriptor) const;
  bool take(int ttl, const TraceHop& hop);

  async::Clock& clock_;
  std::string remote_;
  Target target_;
  Deadline deadline_;
  std::vector<std::string> lines_;
  std::size_t known_{0};  // lines up to the last one that names somebody
};

async::Task<bool> Tracing::connected(asio::posix::stream_descriptor& socket) {
  boost::system::error_code error;
  co_await socket.async_wait(asio::posix::stream_descriptor::wait_write,
                             asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
  co_return true;
}

TraceHop Tracing::outcome_of(int descriptor) const {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return {.who = remote_, .what = "accepts", .last = true};
  const auto queued = next_error(descriptor);
  if (queued && is_time_exceeded(*queued, target_.family)) return {.who = queued->offender};
  if (queued && queued->is_icmp)
    return {.who = queued->offender,
            .what = describe_icmp_error(target_.family, queued->type, queued->code),
            .last = true};
  if (error == ECONNREFUSED) return {.who = remote_, .what = "refuses", .last = true};
  return {};
}

async::Task<TraceHop> Tracing::ask(int ttl, Deadline until) {
  const int descriptor = open_socket(target_, ttl);
  if (descriptor < 0) co_return TraceHop{};
  asio::posix::stream_descriptor socket(co_await asio::this_coro::executor, descriptor);
  const MonoTime start = clock_.now();
  const auto* address = reinterpret_cast<const sockaddr*>(&target_.storage);
  if (::connect(descriptor, address, target_.size) != 0 && errno != EINPROGRESS)
    co_return TraceHop{};
  auto waiting = connected(socket);
  const auto ready = co_await async::with_deadline(clock_, until, std::move(waiting));
  if (!ready) co_return TraceHop{};
  TraceHop hop = outcome_of(descriptor);
  hop.took = clock_.now() - start;
  co_return hop;
}

// Adds the hop's line; false when nothing can come behind it.
bool Tracing::take(int ttl, const TraceHop& hop) {
  if (hop.who.empty()) {
    lines_.push_back(fmt::format("{:2}  *", ttl));
    return true;
  }
  const double millis = std::chrono::duration<double, std::milli>(hop.took).count();
  lines_.push_back(fmt::format("{:2}  {}  {:.1f} ms{}{}", ttl, hop.who, millis,
                               hop.what.empty() ? "" : "  ", hop.what));
  known_ = lines_.size();
  return !hop.last;
}

async::Task<std::vector<std::string>> Tracing::run() {
  using namespace asio::experimental::awaitable_operators;
  for (int ttl = 1; ttl <= kTraceHopsMax; ttl += kAtOnce) {
    const MonoTime now = clock_.now();
    if (deadline_.passed(now)) break;
    const Deadline until = deadline_.shorten(now, kPatience);
    auto all = ask(ttl, until) && ask(ttl + 1, until) && ask(ttl + 2, until) &&
               ask(ttl + 3, until) && ask(ttl + 4, until);
    const auto [a, b, c, d, e] = co_await std::move(all);
    const std::array<TraceHop, kAtOnce> hops{a, b, c, d, e};
    for (int i = 0; i < kAtOnce; ++i)
      if (!take(ttl + i, hops[static_cast<std::size_t>(i)])) co_return std::move(lines_);
  }
  const std::size_t asked = lines_.size();
  lines_.resize(std::min(lines_.size(), known_));
  if (asked > known_)
    lines_.push_back(fmt::format("{:2}  *  no answer up to hop {}", known_ + 1, asked));
  co_return std::move(lines_);
}

class TcpTracer final : public RouteTracer {
 public:
  TcpTracer(async::Clock& clock, int per_minute) : clock_(clock), per_minute_(per_minute) {}

  async::Task<std::vector<std::string>> trace(std::string remote, Deadline deadline) override {
    const auto target = parse_remote(remote);
    if (!target || !take_budget()) co_return std::vector<std::string>{};
    const Deadline until = deadline.shorten(clock_.now(), kTraceTime);
    Tracing tracing(clock_, std::move(remote), *target, until);
    co_return co_await tracing.run();
  }

 private:
  bool take_budget() {
    const MonoTime now = clock_.now();
    while (!begun_.empty() && now - begun_.front() >= minutes{1}) begun_.pop_front();
    if (begun_.size() >= static_cast<std::size_t>(per_minute_)) return false;
    begun_.push_back(now);
    return true;
  }

  async::Clock& clock_;
  int per_minute_;
  std::deque<MonoTime> begun_;
};

}  // namespace

std::unique_ptr<RouteTracer> create_tcp_tracer(async::Clock& clock, int per_minute) {
  return std::make_unique<TcpTracer>(clock, per_minute);
}

}  // namespace picket::agent
