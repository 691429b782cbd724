#include "common/http/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "common/http/hosts_file.h"
#include "common/http/private_epoll.h"

namespace picket::http {
namespace {

constexpr const char* kResolvConf = "/etc/resolv.conf";
constexpr int kInternetClass = 1;  // RFC 1035 CLASS IN
constexpr int kTypeA = 1;
constexpr int kTypeAaaa = 28;

std::string peer_of(int descriptor) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (descriptor < 0 || ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return {};
  char text[INET6_ADDRSTRLEN];
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
}

// c-ares reports a socket that could not be made as a server that could not be reached.
Status check_descriptors_left() {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(error_from_errno(errno, "a socket for DNS"));
  ::close(descriptor);
  return {};
}

std::vector<int> families_of(IpVersion version) {
  if (version == IpVersion::v4) return {AF_INET};
  if (version == IpVersion::v6) return {AF_INET6};
  return {AF_INET6, AF_INET};
}

class CaresResolver final : public Resolver {
 public:
  CaresResolver(async::Executor executor, async::Clock& clock, ResolverOptions options)
      : executor_(std::move(executor)),
        clock_(clock),
        options_(std::move(options)),
        hosts_(options_.servers.empty() ? options_.hosts_file : std::string{}) {}

  ~CaresResolver() override {
    const auto unanswered = std::exchange(queries_, {});  // what c-ares still calls finds nothing
    for (const ares_channel channel : {asking_, diagnosing_})
      if (channel) ::ares_destroy(channel);
  }

  Status open();
  async::Task<Result<Resolution>> resolve(std::string host, IpVersion family,
                                          Deadline deadline) override;

 private:
  using Handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;
  struct Query {
    std::string host;
    std::vector<int> families;
    MonoTime deadline;
    std::vector<DnsAnswer>* answers;  // in resolve()'s frame, which waits for `handler`
    std::size_t missing;
    Handler handler;
  };
  struct Asked {  // c-ares holds one per question until it answers or is cancelled
    CaresResolver* resolver;
    std::uint64_t key;
    std::size_t index;
    int family;
    bool again{false};
  };

  Status open_channels();
  Result<ares_channel> open_channel(int flags);
  void reopen_if_changed();
  async::Task<void> ask(Query& query);
  void ask_all(std::uint64_t key);
  void ask_one(ares_channel channel, const std::string& host, std::unique_ptr<Asked> asked);
  void answered(std::unique_ptr<Asked> asked, DnsAnswer answer);
  void set_deadline(std::uint64_t key, Query& query, MonoTime deadline);
  void complete(std::uint64_t key, boost::system::error_code error);
  void process(PrivateEpoll::Ready ready);
  void process_timeouts();
  void end_turn();

  async::Executor executor_;
  async::Clock& clock_;
  ResolverOptions options_;
  HostsFile hosts_;
  std::unique_ptr<PrivateEpoll> epoll_;
  ares_channel asking_{nullptr};
  // Passes SERVFAIL and REFUSED on. The other one asks the next server then, and in the end
  // reports only that none could be reached.
  ares_channel diagnosing_{nullptr};
  std::string resolv_conf_stamp_;
  int descriptor_{-1};  // the one being processed
  std::uint64_t next_key_{0};
  std::map<std::uint64_t, Query> queries_;
  std::set<std::pair<MonoTime, std::uint64_t>> deadlines_;
};

Status CaresResolver::open() {
  static const int initialised = ::ares_library_init(ARES_LIB_INIT_ALL);
  if (initialised != ARES_SUCCESS) return fail(ErrorCode::internal, "c-ares does not start");
  PrivateEpoll::Events events;
  events.ready = [this](PrivateEpoll::Ready ready) { process(ready); };
  events.timer = [this] { process_timeouts(); };
  events.turn_ended = [this] { end_turn(); };
  auto epoll = PrivateEpoll::create(executor_, clock_, std::move(events));
  if (!epoll) return fail(epoll.error());
  epoll_ = std::move(*epoll);
  return open_channels();
}

Status CaresResolver::open_channels() {
  auto asking = open_channel(0);
  if (!asking) return fail(asking.error());
  auto diagnosing = open_channel(ARES_FLAG_NOCHECKRESP);
  if (!diagnosing) {
    ::ares_destroy(*asking);
    return fail(diagnosing.error());
  }
  for (const ares_channel channel : {asking_, diagnosing_})
    if (channel) ::ares_destroy(channel);
  asking_ = *asking;
  diagnosing_ = *diagnosing;
  return {};
}

Result<ares_channel> CaresResolver::open_channel(int flags) {
  ares_options options{};
  options.flags = flags;
  options.timeout = static_cast<int>(options_.try_timeout / Millis{1});
  options.tries = options_.tries;
  options.sock_state_cb_data = this;
  options.sock_state_cb = [](void* self, ares_socket_t descriptor, int read, int write) {
    auto& epoll = *static_cast<CaresResolver*>(self)->epoll_;
    if (read || write)
      epoll.watch(descriptor, read != 0, write != 0);
    else
      epoll.forget(descriptor);
  };
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  ares_channel channel = nullptr;
  const int status = ::ares_init_options(&channel, &options, mask);
  if (status != ARES_SUCCESS)
    return fail(ErrorCode::resource_exhausted, std::string("c-ares: ") + ::ares_strerror(status));
  std::string servers;
  bool is_valid = true;
  for (const std::string& server : options_.servers) {
    is_valid = is_valid && !server.empty();
    servers += (servers.empty() ? "" : ",") + server;
  }
  if (options_.servers.empty()) return channel;
  if (is_valid && ::ares_set_servers_ports_csv(channel, servers.c_str()) == ARES_SUCCESS)
    return channel;
  ::ares_destroy(channel);
  return fail(ErrorCode::invalid_config, "DNS servers `" + servers + "` are no addresses",
              "write them like 10.0.0.2, 127.0.0.1:5300 or [::1]:53");
}

void CaresResolver::reopen_if_changed() {
  if (!options_.servers.empty() || !queries_.empty()) return;
  std::string stamp = file_stamp(kResolvConf);
  if (stamp == resolv_conf_stamp_) return;
  const bool is_first = resolv_conf_stamp_.empty();
  resolv_conf_stamp_ = std::move(stamp);
  if (is_first) return;
  [[maybe_unused]] const Status reopened = open_channels();  // else the old servers serve on
}

async::Task<Result<Resolution>> CaresResolver::resolve(std::string host, IpVersion family,
                                                       Deadline deadline) {
  Resolution resolution;
  if (is_ip_literal(host)) {
    const bool is_v6 = is_ipv6_literal(host);
    if (family != IpVersion::any && is_v6 != (family == IpVersion::v6))
      resolution.failure = Failure{FailureKind::dns_no_data, host + " is of the other family", {}};
    else
      resolution.addresses = {host};
    co_return resolution;
  }
  if (options_.servers.empty()) resolution.addresses = hosts_.lookup(host, family);
  if (!resolution.addresses.empty()) {
    resolution.server = "hosts file";
    co_return resolution;
  }
  std::vector<DnsAnswer> answers;
  Query query{host, families_of(family), deadline.at(), &answers, 0, {}};
  query.missing = query.families.size();
  answers.resize(query.missing, DnsAnswer{ARES_ETIMEOUT, {}, 0, {}});
  co_await ask(query);
  resolution = combine(host, answers);
  if (resolution.failure && resolution.failure->kind == FailureKind::dns_timeout)
    if (auto left = check_descriptors_left(); !left) co_return fail(left.error());
  co_return resolution;
}

// Requires: `query` outlives the wait. Cancellation: c-ares cannot give up one question: its
// answer finds no query and is dropped.
async::Task<void> CaresResolver::ask(Query& query) {
  reopen_if_changed();
  const auto initiate = [this, &query](auto handler) {
    Handler erased(std::move(handler));  // its move assignment recurses for ever in Boost 1.81
    query.handler.swap(erased);
    const std::uint64_t key = ++next_key_;
    auto slot = boost::asio::get_associated_cancellation_slot(query.handler);
    if (slot.is_connected())
      slot.assign([this, key](boost::asio::cancellation_type) {
        complete(key, boost::asio::error::operation_aborted);
        end_turn();
      });
    const MonoTime deadline = query.deadline;
    queries_.emplace(key, std::move(query));
    deadlines_.emplace(deadline, key);
    epoll_->start();
    ask_all(key);
    end_turn();
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                     void(boost::system::error_code)>(initiate,
                                                                      boost::asio::use_awaitable);
}

void CaresResolver::ask_all(std::uint64_t key) {
  const Query& query = queries_.at(key);
  const std::string host = query.host;
  const std::vector<int> families = query.families;  // the first answer may end the query
  for (std::size_t i = 0; i < families.size(); ++i)
    ask_one(asking_, host, std::make_unique<Asked>(Asked{this, key, i, families[i]}));
}

void CaresResolver::ask_one(ares_channel channel, const std::string& host,
                            std::unique_ptr<Asked> asked) {
  const auto callback = [](void* raw, int status, int, unsigned char* message, int size) {
    std::unique_ptr<Asked> own(static_cast<Asked*>(raw));
    DnsAnswer answer{status, {}, 0, {}};
    if (status == ARES_SUCCESS) answer = parse_answer(own->family, message, size);
    CaresResolver& resolver = *own->resolver;
    resolver.answered(std::move(own), std::move(answer));
  };
  const int type = asked->family == AF_INET ? kTypeA : kTypeAaaa;
  ::ares_query(channel, host.c_str(), kInternetClass, type, callback, asked.release());
}

void CaresResolver::answered(std::unique_ptr<Asked> asked, DnsAnswer answer) {
  const auto found = queries_.find(asked->key);
  if (found == queries_.end()) return;
  Query& query = found->second;
  if (answer.status == ARES_ECONNREFUSED && !asked->again) {
    asked->again = true;
    ask_one(diagnosing_, std::string(query.host), std::move(asked));
    return;
  }
  answer.server = peer_of(descriptor_);
  const bool has_addresses = !answer.addresses.empty();
  (*query.answers)[asked->index] = std::move(answer);
  if (--query.missing == 0) {
    complete(asked->key, {});
  } else if (has_addresses) {
    const MonoTime grace = clock_.now() + options_.other_family_grace;
    set_deadline(asked->key, query, std::min(query.deadline, grace));
  }
}

void CaresResolver::set_deadline(std::uint64_t key, Query& query, MonoTime deadline) {
  deadlines_.erase({query.deadline, key});
  query.deadline = deadline;
  deadlines_.emplace(deadline, key);
}

void CaresResolver::complete(std::uint64_t key, boost::system::error_code error) {
  auto node = queries_.extract(key);
  if (node.empty()) return;
  deadlines_.erase({node.mapped().deadline, key});
  // Not from within the slot's own handler, which clear() would destroy.
  if (!error) boost::asio::get_associated_cancellation_slot(node.mapped().handler).clear();
  boost::asio::post(executor_, [handler = std::move(node.mapped().handler), error]() mutable {
    std::move(handler)(error);
  });
}

void CaresResolver::process(PrivateEpoll::Ready ready) {
  descriptor_ = ready.descriptor;
  const bool read = ready.readable || ready.failed;
  for (const ares_channel channel : {asking_, diagnosing_})  // one of them knows it
    ::ares_process_fd(channel, read ? ready.descriptor : ARES_SOCKET_BAD,
                      ready.writable ? ready.descriptor : ARES_SOCKET_BAD);
  descriptor_ = -1;
}

void CaresResolver::process_timeouts() {
  for (const ares_channel channel : {asking_, diagnosing_})
    ::ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  const MonoTime now = clock_.now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    complete(deadlines_.begin()->second, {});
}

void CaresResolver::end_turn() {
  if (queries_.empty()) {
    ::ares_cancel(asking_);  // questions whose asker has gone
    ::ares_cancel(diagnosing_);
    epoll_->stop();
    return;
  }
  Nanos wait = std::max(Nanos{0}, deadlines_.begin()->first - clock_.now());
  for (const ares_channel channel : {asking_, diagnosing_}) {
    timeval store{};
    const timeval* next = ::ares_timeout(channel, nullptr, &store);
    if (!next) continue;
    wait = std::min<Nanos>(wait, Seconds{next->tv_sec} + std::chrono::microseconds{next->tv_usec});
  }
  epoll_->arm(wait);
}

}  // namespace

Result<std::unique_ptr<Resolver>> Resolver::create(async::Executor executor, async::Clock& clock,
                                                   ResolverOptions options) {
  auto resolver = std::make_unique<CaresResolver>(std::move(executor), clock, std::move(options));
  if (auto opened = resolver->open(); !opened) return fail(opened.error());
  return resolver;
}

}  // namespace picket::http
