#include "agent/probe/http_probe.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/probe/cookie_jar.h"
#include "agent/probe/edge_facts.h"
#include "agent/probe/every_address.h"
#include "agent/probe/redirect.h"
#include "agent/probe/request_builder.h"
#include "common/core/random.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

Failure failure_of(FailureKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .at = {}};
}

void remember(std::vector<SetCookie>& cookies, const SetCookie& cookie) {
  std::erase_if(cookies, [&](const SetCookie& kept) {
    return kept.name == cookie.name && kept.domain == cookie.domain && kept.path == cookie.path;
  });
  if (cookies.size() >= CookieJar::kCookiesMax) cookies.erase(cookies.begin());
  cookies.push_back(cookie);
}

class Session final : public HttpSession {
 public:
  Session(http::HttpClient& client, async::Clock& clock, SessionOptions options)
      : client_(client), clock_(clock), options_(std::move(options)), random_(options_.span_seed) {}

  async::Task<Result<ProbeOutcome>> request(HttpCall asked) override;

 private:
  async::Task<Result<ProbeOutcome>> follow_redirects(HttpCall asked);
  async::Task<Result<ProbeOutcome>> ask_every_address(HttpCall asked);
  void add_context(http::Request& request, const http::Url& url);
  void take_cookies(const http::Exchange& exchange, const http::Url& url, ProbeOutcome& outcome);
  async::Task<Result<Hop>> exchange(http::Request request, Deadline deadline);

  http::HttpClient& client_;
  async::Clock& clock_;
  SessionOptions options_;
  Random random_;
  CookieJar jar_;
};

// A cookie header that the check itself wrote is sent before the jar's.
void Session::add_context(http::Request& request, const http::Url& url) {
  const std::string cookies = jar_.header_for(url, clock_.wall_now());
  if (!cookies.empty()) request.headers.emplace_back("cookie", cookies);
  if (http::find_header(request.headers, "traceparent") || options_.trace_id.empty()) return;
  request.headers.emplace_back(
      "traceparent", fmt::format("00-{}-{:016x}-01", options_.trace_id, random_.next() | 1));
}

void Session::take_cookies(const http::Exchange& exchange, const http::Url& url,
                           ProbeOutcome& outcome) {
  for (const auto& [name, value] : exchange.headers) {
    if (!iequals_ascii(name, "set-cookie")) continue;
    auto cookie = parse_set_cookie(value, url, clock_.wall_now());
    if (!cookie) continue;
    remember(outcome.cookies, *cookie);
    jar_.store(std::move(*cookie), clock_.wall_now());
  }
}

async::Task<Result<Hop>> Session::exchange(http::Request request, Deadline deadline) {
  const MonoTime start = clock_.now();
  request.timeout = deadline.left(start);
  request.connect_timeout = std::min(request.connect_timeout, request.timeout);
  Hop hop;
  hop.begun = start;
  hop.request = request;
  auto exchange = co_await client_.exchange(std::move(request));
  if (!exchange) co_return fail(std::move(exchange.error()));
  hop.exchange = std::move(*exchange);
  hop.duration = clock_.now() - start;
  EdgeFacts facts = edge_facts(hop.exchange.headers);
  hop.pop = std::move(facts.pop);
  hop.cache_status = std::move(facts.cache_status);
  co_return hop;
}

// The next hop's URL and request, or the failure that ends the step. `built` is what was asked for,
// without what the session adds to each hop.
tl::expected<BuiltRequest, Failure> follow(const BuiltRequest& built, const http::Exchange& answer,
                                           const std::string& location, const HttpCall& asked) {
  auto to = http::resolve(built.url, location);
  if (!to)
    return tl::unexpected(
        failure_of(FailureKind::redirect_invalid, "the redirect's location " + to.error().message));
  const Leap leap{.same_origin = http::origin(*to) == http::origin(built.url),
                  .same_host = to->host == built.url.host};
  http::Request next = next_request(built.request, answer.status, leap, asked.secret_headers);
  // The same address again, also when the name would now lead elsewhere.
  if (next.first_address_only && !answer.resolved_addresses.empty())
    next.address = answer.resolved_addresses.front();
  next.url = to->text;
  return BuiltRequest{.request = std::move(next), .url = std::move(*to)};
}

async::Task<Result<ProbeOutcome>> Session::request(HttpCall asked) {
  if (asked.action.route.every_address) return ask_every_address(std::move(asked));
  return follow_redirects(std::move(asked));
}

// One after the other, each with the cookies that there were before: all are asked alike.
async::Task<Result<ProbeOutcome>> Session::ask_every_address(HttpCall asked) {
  const CookieJar before = jar_;
  HttpCall first = asked;
  first.deadline = asked.deadline.shorten(clock_.now(), asked.deadline.left(clock_.now()) / 2);
  auto outcome = co_await follow_redirects(std::move(first));
  if (!outcome) co_return fail(std::move(outcome.error()));
  EveryAddress every(std::move(*outcome));
  while (const auto address = every.next()) {
    jar_ = before;
    HttpCall call = asked;
    call.action.route.address = *address;
    const Nanos share = every.share_of(asked.deadline.left(clock_.now()));
    call.deadline = asked.deadline.shorten(clock_.now(), share);
    outcome = co_await follow_redirects(std::move(call));
    if (!outcome) co_return fail(std::move(outcome.error()));
    every.add(std::move(*outcome));
  }
  co_return every.take();
}

async::Task<Result<ProbeOutcome>> Session::follow_redirects(HttpCall asked) {
  ProbeOutcome outcome;
  auto built = build_request(asked.action, options_.user_agent);
  if (!built) {
    outcome.failure = failure_of(FailureKind::invalid_request, built.error().message);
    co_return outcome;
  }
  for (int followed = 0;; ++followed) {
    if (asked.deadline.passed(clock_.now())) {
      outcome.failure = failure_of(FailureKind::timeout, "no time was left for the request");
      co_return outcome;
    }
    http::Request request = built->request;
    add_context(request, built->url);
    auto hop = co_await exchange(std::move(request), asked.deadline);
    if (!hop) co_return fail(std::move(hop.error()));
    take_cookies(hop->exchange, built->url, outcome);
    outcome.hops.push_back(std::move(*hop));
    const Hop& last = outcome.hops.back();
    outcome.failure = last.exchange.failure;
    const auto location = redirect_location(last.exchange);
    if (outcome.failure || !location || asked.action.redirects_max == 0) co_return outcome;
    if (followed >= asked.action.redirects_max) {
      outcome.failure = failure_of(FailureKind::redirect_limit,
                                   fmt::format("more than {} redirects; the last one leads to {}",
                                               asked.action.redirects_max, *location));
      co_return outcome;
    }
    auto next = follow(*built, last.exchange, *location, asked);
    if (!next) outcome.failure = next.error();
    if (!next) co_return outcome;
    *built = std::move(*next);
  }
}

}  // namespace

std::unique_ptr<HttpSession> HttpProbe::open(SessionOptions options) {
  return std::make_unique<Session>(client_, clock_, std::move(options));
}

}  // namespace picket::agent
