#include "agent/probe/page_probe.h"

#include <boost/asio/this_coro.hpp>

#include "agent/probe/page_loader.h"
#include "agent/probe/page_report.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

HttpCall call_for_page(const PageAction& action, const ProbeContext& context) {
  HttpCall call{
      .action = {}, .secret_headers = context.secret_headers, .deadline = context.deadline};
  call.action.url = action.url;
  call.action.headers = action.headers;
  call.action.ip_version = action.ip_version;
  call.action.insecure = action.insecure;
  call.action.body_bytes_max = markup::Document::kBytesMax;
  const auto add = [&](const char* name, std::string value) {
    if (!http::find_header(action.headers, name))
      call.action.headers.emplace_back(name, std::move(value));
  };
  add("user-agent", page_user_agent(action, context.attempt.user_agent));
  add("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
  return call;
}

// The body stays where it will be judged.
Hop without_body(Hop hop) {
  hop.exchange.body.clear();
  hop.exchange.body.shrink_to_fit();
  return hop;
}

// What the page names, or why it cannot be read. Empty for what is no HTML.
Result<markup::PageResources> read_page(const Hop& hop, const PageAction& action) {
  const std::string type =
      to_lower_ascii(http::find_header(hop.exchange.headers, "content-type").value_or(""));
  if (!type.empty() && type.find("html") == std::string::npos &&
      type.find("xml") == std::string::npos)
    return markup::PageResources{};
  const auto document = markup::Document::parse(hop.exchange.body, type);
  if (!document) return fail(document.error());
  return markup::page_resources(
      *document, action.device == "mobile" ? markup::kMobileScreen : markup::kDesktopScreen);
}

}  // namespace

async::Task<Result<ProbeOutcome>> run_page(PageAction action, ProbeContext& context) {
  async::Clock& clock = context.ports.clock;
  const MonoTime begin = clock.now();
  HttpCall call = call_for_page(action, context);
  auto outcome = co_await context.http.request(std::move(call));
  if (!outcome || outcome->failure || outcome->hops.back().exchange.status >= 400)
    co_return outcome;
  const Hop& answer = outcome->hops.back();
  const auto page = http::parse_url(answer.request.url);
  auto named = read_page(answer, action);
  if (!named || !page)
    outcome->failure = {.kind = FailureKind::page_unreadable,
                        .message = (named ? page.error() : named.error()).message,
                        .at = {}};
  if (outcome->failure) co_return outcome;
  PageLoad load;
  for (const Hop& hop : outcome->hops) load.page.push_back(without_body(hop));
  PageLoader loader(co_await boost::asio::this_coro::executor, action, context, load);
  const Status loaded = co_await loader.run(*page, begin, std::move(*named));
  if (!loaded) co_return fail(loaded.error());
  load.duration = clock.now() - begin;
  report_page(action, *page, std::move(load), *outcome);
  co_return outcome;
}

}  // namespace picket::agent
