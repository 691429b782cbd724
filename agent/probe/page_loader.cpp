#include "agent/probe/page_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "agent/probe/page_integrity.h"
#include "agent/probe/redirect.h"
#include "common/core/text.h"
#include "common/markup/stylesheet.h"

namespace picket::agent {
namespace {

constexpr std::size_t kBodyKept = 4096;  // of a resource, for the evidence

// One after the other would not be at once; `&&` cancels and waits for both.
async::Task<void> both(async::Task<void> a, async::Task<void> b) {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (std::move(a) && std::move(b));
}

std::string_view accepted(markup::ResourceKind kind) {
  switch (kind) {
    case markup::ResourceKind::style: return "text/css,*/*;q=0.1";
    case markup::ResourceKind::image:
      return "image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8";
    case markup::ResourceKind::frame: return "text/html,application/xhtml+xml,*/*;q=0.8";
    default: return "*/*";
  }
}

Failure failed(FailureKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .at = {}};
}

}  // namespace

std::uint64_t received_bytes(const http::Exchange& exchange) {
  return exchange.header_bytes + exchange.body_bytes;
}

std::string page_user_agent(const PageAction& action, const std::string& own) {
  const bool mobile = action.device == "mobile";
  return fmt::format(
      "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
      "{}Safari/537.36 {}",
      mobile ? "Linux; Android 10; K" : "X11; Linux x86_64", mobile ? "Mobile " : "", own);
}

PageLoader::PageLoader(async::Executor executor, const PageAction& action, ProbeContext& context,
                       PageLoad& load)
    : action_(action),
      context_(context),
      load_(load),
      changed_(std::move(executor)),
      screen_(action.device == "mobile" ? markup::kMobileScreen : markup::kDesktopScreen) {}

void PageLoader::add(const http::Url& base, markup::Resource resource, int depth) {
  if (!markup::is_fetched(resource.url)) return;
  const auto url = http::resolve(base, resource.url);
  if (!url || url->text == page_.text) return;
  if (!known_.emplace(resource.kind, url->text).second) return;
  if (host_matches(action_.block, url->host)) {
    ++load_.blocked;
    return;
  }
  if (load_.fetches.size() >= kRequestsMax) {
    ++load_.skipped;
    return;
  }
  PageFetch made;
  made.third_party = url->host != page_.host && !host_matches(action_.first_party, url->host);
  made.resource = std::move(resource);
  made.url = *url;
  pending_.push_back({load_.fetches.size(), depth});
  load_.fetches.push_back(std::move(made));
}

void PageLoader::add_all(const http::Url& document, markup::PageResources found, int depth) {
  http::Url base = document;
  if (!found.base.empty())
    if (auto resolved = http::resolve(document, found.base)) base = std::move(*resolved);
  for (markup::Resource& resource : found.resources)
    if (depth == 1 || resource.kind != markup::ResourceKind::frame)
      add(base, std::move(resource), depth);
  if (depth == 1) load_.lazy_images = found.lazy_images;
}

// The first one whose host has room; in order otherwise.
std::optional<PageLoader::Pending> PageLoader::take() {
  const auto room = [this](const Pending& pending) {
    return active_[load_.fetches[pending.fetch].url.host] < kPerHostMax;
  };
  const auto next = std::find_if(pending_.begin(), pending_.end(), room);
  if (next == pending_.end()) return std::nullopt;
  const Pending taken = *next;
  pending_.erase(next);
  return taken;
}

// False: the limits of the probe are reached, or the host is blocked.
bool PageLoader::may_ask(const http::Url& url, PageFetch& fetch) {
  if (host_matches(action_.block, url.host)) {
    ++load_.blocked;
    return false;
  }
  if (requests_ < kRequestsMax && bytes_ < kBytesMax) return true;
  if (fetch.hops.empty()) ++load_.skipped;
  return false;
}

HttpAction PageLoader::request_for(const http::Url& url, const PageFetch& fetch) const {
  HttpAction action;
  action.url = url.text;
  action.redirects_max = 0;
  action.ip_version = action_.ip_version;
  action.insecure = action_.insecure;
  action.body_bytes_max = std::min(kResourceBytesMax, kBytesMax - bytes_);
  if (http::origin(url) == http::origin(page_)) action.headers = action_.headers;
  action.headers.emplace_back("user-agent", page_user_agent(action_, context_.attempt.user_agent));
  action.headers.emplace_back("accept", accepted(fetch.resource.kind));
  action.headers.emplace_back("referer", http::origin(page_) + "/");
  return action;
}

// Asks for the resource and what it redirects to. False on an error of our own.
async::Task<bool> PageLoader::follow(PageFetch& fetch, Deadline deadline) {
  http::Url url = fetch.url;
  for (int followed = 0; may_ask(url, fetch); ++followed) {
    ++requests_;
    HttpCall call{.action = request_for(url, fetch),
                  .secret_headers = context_.secret_headers,
                  .deadline = deadline};
    auto outcome = co_await context_.http.request(std::move(call));
    if (!outcome) error_ = std::move(outcome.error());
    if (!outcome) co_return false;
    fetch.failure = std::move(outcome->failure);
    if (outcome->hops.empty()) co_return true;
    fetch.hops.push_back(std::move(outcome->hops.back()));
    bytes_ += received_bytes(fetch.hops.back().exchange);
    const auto location = redirect_location(fetch.hops.back().exchange);
    if (fetch.failure || !location) co_return true;
    auto next = http::resolve(url, *location);
    if (!next)
      fetch.failure =
          failed(FailureKind::redirect_invalid, "the redirect's location " + next.error().message);
    else if (followed >= kRedirectsMax)
      fetch.failure =
          failed(FailureKind::redirect_limit, fmt::format("more than {} redirects", kRedirectsMax));
    if (fetch.failure) co_return true;
    url = std::move(*next);
  }
  co_return true;
}

// What a resource leads to, and whether it is the one that was meant.
void PageLoader::read(const Pending& pending) {
  const PageFetch& fetch = load_.fetches[pending.fetch];
  if (fetch.hops.empty() || !fetch.ok()) return;
  const http::Exchange& exchange = fetch.hops.back().exchange;
  const auto url = http::parse_url(fetch.hops.back().request.url);
  if (!url) return;
  if (fetch.resource.kind == markup::ResourceKind::style) {
    markup::Stylesheet sheet = markup::scan_stylesheet(exchange.body);
    for (std::string& import : sheet.imports)
      if (pending.depth < 2)
        add(*url, {.kind = markup::ResourceKind::style, .url = std::move(import)}, 2);
    for (std::string& font : sheet.fonts)
      add(*url, {.kind = markup::ResourceKind::font, .url = std::move(font), .deferred = true}, 2);
  }
  if (fetch.resource.kind != markup::ResourceKind::frame || pending.depth > 1) return;
  const auto type = http::find_header(exchange.headers, "content-type").value_or("");
  const auto document = markup::Document::parse(exchange.body, type);
  if (!document) return;
  if (auto found = markup::page_resources(*document, screen_)) add_all(*url, std::move(*found), 2);
}

async::Task<void> PageLoader::fetch(Pending pending) {
  async::Clock& clock = context_.ports.clock;
  PageFetch fetch = load_.fetches[pending.fetch];
  fetch.started = clock.now() - begin_;
  const MonoTime begin = clock.now();
  const Deadline deadline = context_.deadline.shorten(begin, action_.resource_timeout);
  if (!co_await follow(fetch, deadline)) co_return;
  fetch.duration = clock.now() - begin;
  if (fetch.ok() && !fetch.hops.empty() && !fetch.resource.integrity.empty()) {
    const std::string& body = fetch.hops.back().exchange.body;
    if (!integrity_holds(fetch.resource.integrity, body))
      fetch.failure =
          failed(FailureKind::page_integrity,
                 fmt::format("is {}, not {}", integrity_of(fetch.resource.integrity, body),
                             cut_utf8(clean_line(fetch.resource.integrity), 200)));
  }
  load_.fetches[pending.fetch] = std::move(fetch);
  read(pending);
  for (Hop& hop : load_.fetches[pending.fetch].hops) {
    hop.exchange.body.resize(std::min(hop.exchange.body.size(), kBodyKept));
    hop.exchange.body.shrink_to_fit();
  }
}

async::Task<void> PageLoader::work() {
  while (!error_) {
    const auto pending = take();
    if (!pending && active_total_ == 0) break;
    if (!pending) {
      co_await changed_.wait();
      continue;
    }
    const std::string host = load_.fetches[pending->fetch].url.host;
    ++active_[host];
    ++active_total_;
    co_await fetch(*pending);
    --active_[host];
    --active_total_;
    changed_.notify_all();
  }
  changed_.notify_all();
}

async::Task<Status> PageLoader::run(http::Url page, MonoTime begin,
                                    markup::PageResources resources) {
  page_ = std::move(page);
  begin_ = begin;
  add_all(page_, std::move(resources), 1);
  if (pending_.empty()) co_return Status{};
  async::Task<void> all = work();
  for (int i = 1; i < kAtOnceMax; ++i) {
    async::Task<void> one = work();
    all = both(std::move(all), std::move(one));
  }
  co_await std::move(all);
  if (error_) co_return fail(std::move(*error_));
  co_return Status{};
}

}  // namespace picket::agent
