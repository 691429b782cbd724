#include "common/http/curl_client.h"

#include <curl/curl.h>

#include <utility>

#include "common/http/certificate_store.h"
#include "common/http/curl_easy.h"
#include "common/http/curl_multi.h"
#include "common/http/resolver.h"
#include "common/http/target.h"

namespace picket::http {
namespace {

constexpr Nanos kResolveAtMost = Seconds{5};

struct ShareDelete {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};

class CurlClient final : public HttpClient {
 public:
  CurlClient(async::Clock& clock, CurlClientOptions options)
      : clock_(clock),
        options_(std::move(options)),
        stores_(clock, options_.ca_file, options_.add_system_roots) {}

  Status open(async::Executor executor);
  async::Task<Result<Exchange>> exchange(Request request) override;

 private:
  // Fills the addresses that may be connected to, or exchange.failure.
  async::Task<Status> resolve(const Request& request, const Target& target, bool is_proxy,
                              Exchange& exchange);
  void take_resolution(Resolution resolution, const Target& target, bool is_proxy,
                       Exchange& exchange) const;
  async::Task<Status> transfer(const Request& request, const Target& target, const Target* proxy,
                               Exchange& exchange);

  async::Clock& clock_;
  CurlClientOptions options_;
  CertificateStores stores_;
  std::unique_ptr<CURLSH, ShareDelete> sessions_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<CurlMulti> multi_;  // last: its destructor ends the transfers using the others
};

Status CurlClient::open(async::Executor executor) {
  if (auto store = stores_.get({}); !store) return fail(store.error());
  auto multi = CurlMulti::create(executor, clock_);
  if (!multi) return fail(multi.error());
  multi_ = std::move(*multi);
  ResolverOptions options;
  options.servers = options_.dns_servers;
  auto resolver = Resolver::create(std::move(executor), clock_, std::move(options));
  if (!resolver) return fail(resolver.error());
  resolver_ = std::move(*resolver);
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
        target && target->is_literal ? options_.guard.refusal(target->host) : std::string{};
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
  if (target.is_literal && request.ip_version == IpVersion::any) {
    resolution.addresses = {target.host};
  } else {
    const MonoTime start = clock_.now();
    const Deadline deadline =
        Deadline::after(start, request.timeout).shorten(start, kResolveAtMost);
    auto resolved = co_await resolver_->resolve(target.host, request.ip_version, deadline);
    exchange.phases.dns = clock_.now() - start;
    if (!resolved) co_return fail(resolved.error());
    resolution = std::move(*resolved);
  }
  take_resolution(std::move(resolution), target, is_proxy, exchange);
  co_return Status{};
}

void CurlClient::take_resolution(Resolution resolution, const Target& target, bool is_proxy,
                                 Exchange& exchange) const {
  exchange.dns_server = std::move(resolution.server);
  exchange.failure = std::move(resolution.failure);
  if (exchange.failure && is_proxy)
    exchange.failure =
        Failure{FailureKind::proxy, "the proxy's name: " + exchange.failure->message, {}};
  std::string refusal;
  for (std::string& address : resolution.addresses) {
    const std::string why = is_proxy ? std::string{} : options_.guard.refusal(address);
    if (why.empty()) exchange.resolved_addresses.push_back(std::move(address));
    if (!why.empty() && refusal.empty()) refusal = why;
  }
  if (exchange.failure || !exchange.resolved_addresses.empty()) return;
  const std::string name = target.is_literal ? "" : target.host + ": ";
  exchange.failure = Failure{FailureKind::blocked_address, name + refusal, {}};
}

async::Task<Status> CurlClient::transfer(const Request& request, const Target& target,
                                         const Target* proxy, Exchange& exchange) {
  X509_STORE* trusted = nullptr;
  if (target.tls || (proxy && proxy->tls)) {
    auto store = stores_.get(request.tls.ca_file);
    if (!store) co_return fail(store.error());
    trusted = *store;
  }
  const Nanos left = std::max<Nanos>(Millis{1}, request.timeout - exchange.phases.dns);
  const TransferContext context{request,         target,
                                proxy,           exchange.resolved_addresses,
                                options_.guard,  options_.user_agent,
                                clock_,          trusted,
                                sessions_.get(), left};
  CurlEasy easy(context);
  if (auto ready = easy.set_up(); !ready) co_return ready;
  const CURLcode code = co_await multi_->perform(easy.native());
  co_return easy.finish(code, exchange);
}

}  // namespace

Result<std::unique_ptr<HttpClient>> create_curl_client(async::Executor executor,
                                                       async::Clock& clock,
                                                       CurlClientOptions options) {
  auto client = std::make_unique<CurlClient>(clock, std::move(options));
  if (auto opened = client->open(std::move(executor)); !opened) return fail(opened.error());
  return std::unique_ptr<HttpClient>(std::move(client));
}

}  // namespace picket::http
