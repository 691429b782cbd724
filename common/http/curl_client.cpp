#include "common/http/curl_client.h"

#include <curl/curl.h>

#include <utility>

#include "common/http/curl_easy.h"
#include "common/http/curl_multi.h"
#include "common/http/target.h"

namespace picket::http {
namespace {

constexpr Nanos kResolveAtMost = Seconds{5};

struct ShareDelete {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};

class CurlClient final : public HttpClient {
 public:
  CurlClient(async::Clock& clock, Network& network, std::string user_agent)
      : clock_(clock), network_(network), user_agent_(std::move(user_agent)) {}

  Status open(async::Executor executor);
  void keep(std::unique_ptr<Network> network) { own_network_ = std::move(network); }
  async::Task<Result<Exchange>> exchange(Request request) override;

 private:
  // Fills the addresses that may be connected to, or exchange.failure.
  async::Task<Status> resolve(const Request& request, const Target& target, bool is_proxy,
                              Exchange& exchange);
  async::Task<Status> transfer(const Request& request, const Target& target, const Target* proxy,
                               Exchange& exchange);

  async::Clock& clock_;
  std::unique_ptr<Network> own_network_;
  Network& network_;
  std::string user_agent_;
  std::unique_ptr<CURLSH, ShareDelete> sessions_;
  std::unique_ptr<CurlMulti> multi_;  // last: its destructor ends the transfers using the others
};

Status CurlClient::open(async::Executor executor) {
  auto multi = CurlMulti::create(std::move(executor), clock_);
  if (!multi) return fail(multi.error());
  multi_ = std::move(*multi);
  sessions_.reset(curl_share_init());
  if (!sessions_) return fail(ErrorCode::resource_exhausted, "no memory for libcurl");
  curl_share_setopt(sessions_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return {};
}

async::Task<Result<Exchange>> CurlClient::exchange(Request request) {
  Exchange exchange;
  exchange.failure = check_request(request);
  if (exchange.failure) co_return exchange;
  auto target = parse_target(request.url);
  if (!target) exchange.failure = std::move(target.error());
  std::optional<Target> proxy;
  if (!exchange.failure && !request.proxy.empty()) {
    auto parsed = parse_proxy(request.proxy);
    if (!parsed) exchange.failure = std::move(parsed.error());
    if (parsed) proxy = std::move(*parsed);
    const std::string refusal =  // names are the proxy's to resolve and to guard
        target && target->is_literal ? network_.guard().refusal(target->host) : std::string{};
    if (!refusal.empty()) exchange.failure = Failure{FailureKind::blocked_address, refusal, {}};
  }
  if (exchange.failure) co_return exchange;
  Status done = co_await resolve(request, proxy ? *proxy : *target, proxy.has_value(), exchange);
  if (done && !exchange.failure)
    done = co_await transfer(request, *target, proxy ? &*proxy : nullptr, exchange);
  if (!done) co_return fail(done.error());
  co_return exchange;
}

async::Task<Status> CurlClient::resolve(const Request& request, const Target& target, bool is_proxy,
                                        Exchange& exchange) {
  Resolution resolution;
  const bool pinned = !request.address.empty() && !is_proxy;
  if (pinned || (target.is_literal && request.ip_version == IpVersion::any)) {
    resolution.addresses = {pinned ? request.address : target.host};
  } else {
    const MonoTime start = clock_.now();
    const Deadline deadline =
        Deadline::after(start, request.timeout).shorten(start, kResolveAtMost);
    auto resolved = co_await network_.resolver().resolve(target.host, request.ip_version, deadline);
    exchange.phases.dns = clock_.now() - start;
    if (!resolved) co_return fail(resolved.error());
    resolution = std::move(*resolved);
  }
  network_.keep_allowed(target.host, resolution);
  exchange.dns_server = std::move(resolution.server);
  exchange.resolved_addresses = std::move(resolution.addresses);
  exchange.failure = std::move(resolution.failure);
  if (exchange.failure && is_proxy) {
    const bool blocked = exchange.failure->kind == FailureKind::blocked_address;
    exchange.failure = Failure{blocked ? FailureKind::blocked_address : FailureKind::proxy,
                               "the proxy " + exchange.failure->message,
                               {}};
  }
  co_return Status{};
}

async::Task<Status> CurlClient::transfer(const Request& request, const Target& target,
                                         const Target* proxy, Exchange& exchange) {
  X509_STORE* trusted = nullptr;
  if (target.tls || (proxy && proxy->tls)) {
    auto store = request.tls.ca_pem.empty() ? network_.certificates().get(request.tls.ca_file)
                                            : network_.certificates().of_pem(request.tls.ca_pem);
    if (!store && store.error().code == ErrorCode::invalid_argument) {
      exchange.failure = Failure{FailureKind::invalid_request, store.error().message, {}};
      co_return Status{};
    }
    if (!store) co_return fail(store.error());
    trusted = *store;
  }
  const Nanos left = std::max<Nanos>(Millis{1}, request.timeout - exchange.phases.dns);
  const TransferContext context{request,          target,      proxy,  exchange.resolved_addresses,
                                network_.guard(), user_agent_, clock_, trusted,
                                sessions_.get(),  *multi_,     left};
  CurlEasy easy(context);
  if (auto ready = easy.set_up(); !ready) co_return ready;
  const TransferCode code = co_await multi_->perform(easy.native());
  co_return easy.finish(code, exchange);
}

}  // namespace

Result<std::unique_ptr<HttpClient>> create_curl_client(async::Executor executor,
                                                       async::Clock& clock, Network& network,
                                                       std::string user_agent) {
  auto client = std::make_unique<CurlClient>(clock, network, std::move(user_agent));
  if (auto opened = client->open(std::move(executor)); !opened) return fail(opened.error());
  return std::unique_ptr<HttpClient>(std::move(client));
}

Result<std::unique_ptr<HttpClient>> create_curl_client(async::Executor executor,
                                                       async::Clock& clock,
                                                       CurlClientOptions options) {
  std::string user_agent = std::move(options.user_agent);
  auto network = Network::create(executor, clock, std::move(options));
  if (!network) return fail(network.error());
  auto client = std::make_unique<CurlClient>(clock, **network, std::move(user_agent));
  if (auto opened = client->open(std::move(executor)); !opened) return fail(opened.error());
  client->keep(std::move(*network));
  return std::unique_ptr<HttpClient>(std::move(client));
}

}  // namespace picket::http
