#include "agent/probe/page_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kOriginFactsMax = 8;  // hosts with facts of their own, worst first
constexpr std::size_t kWarningsMax = 10;
constexpr std::size_t kNewOriginsMax = 20;
constexpr std::size_t kUrlShown = 200;

// What came from one host, or from a group of them.
struct Share {
  Nanos slowest{0};
  const PageFetch* slowest_fetch{nullptr};
  std::uint64_t bytes{0};
  std::int64_t requests{0};
  std::int64_t failed{0};
  std::set<std::string> hosts;

  void add(const Hop& hop, const std::string& host) {
    bytes += received_bytes(hop.exchange);
    ++requests;
    hosts.insert(host);
  }
  void add(const PageFetch& fetch) {
    if (!fetch.ok() && !fetch.is_over_limit()) ++failed;
    if (slowest_fetch && fetch.duration <= slowest) return;
    slowest = fetch.duration;
    slowest_fetch = &fetch;
  }
};

std::string host_of(const Hop& hop) {
  const auto url = http::parse_url(hop.request.url);
  return url ? url->host : "";
}

std::string shown(Nanos span) {
  const auto ms = std::chrono::duration_cast<Millis>(span).count();
  return ms < 1000 ? fmt::format("{} ms", ms)
                   : fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
}

std::string named(const PageFetch& fetch) {
  return fmt::format("{} {}", markup::to_string(fetch.resource.kind),
                     cut_utf8(fetch.url.text, kUrlShown));
}

std::pair<const char*, Nanos> longest_phase(const PageFetch& fetch) {
  Phases sum;
  for (const Hop& hop : fetch.hops) sum = sum + hop.exchange.phases;
  std::pair<const char*, Nanos> longest{"dns", sum.dns};
  for (const auto& [name, span] :
       {std::pair{"connect", sum.connect}, std::pair{"tls", sum.tls}, std::pair{"wait", sum.wait},
        std::pair{"transfer", sum.transfer}})
    if (span > longest.second) longest = {name, span};
  return longest;
}

Found milliseconds(Nanos span) {
  Found found = Found::scalar(std::chrono::duration_cast<Millis>(span).count());
  found.unit = "ms";
  return found;
}

Found bytes(std::uint64_t count) {
  Found found = Found::scalar(static_cast<std::int64_t>(count));
  found.unit = "bytes";
  return found;
}

Found number(std::size_t count) { return Found::scalar(static_cast<std::int64_t>(count)); }

class Reporter {
 public:
  Reporter(const PageAction& action, const http::Url& page, const PageLoad& load,
           ProbeOutcome& outcome)
      : action_(action), page_(page), load_(load), out_(outcome) {}

  void report();

 private:
  bool is_third_party(const std::string& host) const {
    return host != page_.host && !host_matches(action_.first_party, host);
  }
  bool is_required(const std::string& host) const {
    return std::find(action_.required.begin(), action_.required.end(), host) !=
           action_.required.end();
  }
  void count();
  void add_facts();
  void add_origin_facts();
  void add_new_origins();
  void add_over_budget();
  void add_failures();
  void add_failure(const PageFetch& fetch);
  void require_hosts();
  void fail(FailureKind kind, std::string message);
  void warn(FailureKind kind, std::string message);

  const PageAction& action_;
  const http::Url& page_;
  const PageLoad& load_;
  ProbeOutcome& out_;
  Share all_;
  Share third_;
  std::map<std::string, Share> by_host_;
  std::size_t over_limit_{0};
  std::size_t more_failures_{0};
  std::size_t more_warnings_{0};
};

// Bytes and requests belong to the host of each exchange; time and failure to the host that the
// page names.
void Reporter::count() {
  const auto add = [this](const Hop& hop) {
    const std::string host = host_of(hop);
    all_.add(hop, host);
    by_host_[host].add(hop, host);
    if (is_third_party(host)) third_.add(hop, host);
  };
  for (const Hop& hop : load_.page) add(hop);
  for (const PageFetch& fetch : load_.fetches) {
    for (const Hop& hop : fetch.hops) add(hop);
    if (fetch.hops.empty() && fetch.ok()) continue;  // never asked
    if (fetch.is_over_limit()) ++over_limit_;
    all_.add(fetch);
    by_host_[fetch.url.host].add(fetch);
    if (fetch.third_party) third_.add(fetch);
  }
}

void Reporter::add_facts() {
  Facts& facts = out_.facts;
  facts["page.duration"] = milliseconds(load_.duration);
  facts["page.transfer"] = bytes(all_.bytes);
  facts["page.requests"] = Found::scalar(all_.requests);
  facts["page.origins"] = number(all_.hosts.size());
  facts["page.failed"] = Found::scalar(all_.failed);
  facts["page.blocked"] = number(load_.blocked);
  facts["page.skipped"] = number(load_.skipped + over_limit_);
  facts["page.lazy_images"] = number(load_.lazy_images);
  facts["third_party.duration"] = milliseconds(third_.slowest);
  facts["third_party.transfer"] = bytes(third_.bytes);
  facts["third_party.requests"] = Found::scalar(third_.requests);
  facts["third_party.origins"] = number(third_.hosts.size());
  facts["third_party.failed"] = Found::scalar(third_.failed);
  if (all_.slowest_fetch) out_.remarks["page.duration"] = describe_slow(*all_.slowest_fetch);
  if (!third_.slowest_fetch) return;
  facts["third_party.slowest"] = Found::scalar(third_.slowest_fetch->url.host);
  out_.remarks["third_party.duration"] = describe_slow(*third_.slowest_fetch);
}

// The hosts of budgets, then the worst of the third parties.
void Reporter::add_origin_facts() {
  std::vector<std::string> hosts;
  const auto add = [&](const std::string& host) {
    if (by_host_.contains(host) && std::find(hosts.begin(), hosts.end(), host) == hosts.end())
      hosts.push_back(host);
  };
  for (const std::string& host : action_.required) add(host);
  for (const PageBudget& budget : action_.budgets)
    if (budget.scope.starts_with("origin.")) add(budget.scope.substr(7));
  std::vector<std::pair<Nanos, std::string>> worst;
  for (const auto& [host, share] : by_host_)
    if (is_third_party(host)) worst.emplace_back(share.slowest, host);
  std::sort(worst.rbegin(), worst.rend());
  for (const auto& [slowest, host] : worst)
    if (hosts.size() < kOriginFactsMax) add(host);
  for (const std::string& host : hosts) {
    const Share& share = by_host_.at(host);
    const std::string name = "origin." + host;
    out_.facts[name + ".duration"] = milliseconds(share.slowest);
    out_.facts[name + ".transfer"] = bytes(share.bytes);
    out_.facts[name + ".requests"] = Found::scalar(share.requests);
    out_.facts[name + ".ok"] = Found::scalar(share.failed == 0);
    if (share.slowest_fetch) out_.remarks[name + ".duration"] = describe_slow(*share.slowest_fetch);
  }
}

void Reporter::add_new_origins() {
  if (!action_.known_origins) return;
  std::vector<Value> unknown;
  for (const std::string& host : third_.hosts)
    if (!host_matches(*action_.known_origins, host) && !is_required(host) &&
        unknown.size() < kNewOriginsMax)
      unknown.emplace_back(host);
  out_.facts["third_party.new_origins"] = Found::list(std::move(unknown));
}

void Reporter::add_over_budget() {
  for (const PageBudget& budget : action_.budgets) {
    const bool origin = budget.scope.starts_with("origin.");
    const std::string name = "over_budget." + (origin ? "origins" : budget.scope);
    const auto fact = out_.facts.find(budget.scope + "." + budget.measure);
    const bool over = fact != out_.facts.end() && !fact->second.values.empty() &&
                      as_number(fact->second.values.front()) > static_cast<double>(budget.limit);
    const auto known = out_.facts.find(name);
    const bool before = known != out_.facts.end() && known->second.values.front() == Value{true};
    out_.facts[name] = Found::scalar(before || over);
  }
}

void Reporter::fail(FailureKind kind, std::string message) {
  if (out_.failure) {
    ++more_failures_;
    return;
  }
  out_.failure = {.kind = kind, .message = std::move(message), .at = {}};
}

void Reporter::warn(FailureKind kind, std::string message) {
  if (out_.warnings.size() < kWarningsMax)
    out_.warnings.push_back({.kind = kind, .message = std::move(message), .at = {}});
  else
    ++more_warnings_;
}

void Reporter::require_hosts() {
  for (const std::string& host : action_.required)
    if (!by_host_.contains(host))
      fail(FailureKind::third_party,
           fmt::format("required origin {}: the page has nothing from it", host));
}

void Reporter::add_failure(const PageFetch& fetch) {
  const std::string what = describe_failed(fetch);
  const bool blocks = fetch.resource.kind == markup::ResourceKind::script ||
                      fetch.resource.kind == markup::ResourceKind::style;
  const bool may_fail = !fetch.is_over_limit();
  if (fetch.failure && fetch.failure->kind == FailureKind::page_integrity)
    fail(FailureKind::page_integrity, what);
  else if (may_fail && is_required(fetch.url.host))
    fail(FailureKind::third_party, fmt::format("required origin {}: {}", fetch.url.host, what));
  else if (fetch.third_party)
    warn(FailureKind::third_party, fmt::format("third party {}: {}", fetch.url.host, what));
  else if (may_fail && blocks)
    fail(FailureKind::page_resource, what);
  else
    warn(FailureKind::page_resource, what);
}

void Reporter::add_failures() {
  const auto is_integrity = [](const PageFetch& fetch) {
    return fetch.failure && fetch.failure->kind == FailureKind::page_integrity;
  };
  require_hosts();
  for (const PageFetch& fetch : load_.fetches)
    if (is_integrity(fetch)) add_failure(fetch);
  for (const PageFetch& fetch : load_.fetches)
    if (!fetch.ok() && !is_integrity(fetch)) add_failure(fetch);
  if (more_failures_ > 0)
    out_.failure->message += fmt::format("; {} more of the page failed", more_failures_);
  if (load_.skipped > 0)
    warn(FailureKind::page_resource,
         fmt::format("the page has {} resources more than the probe fetches", load_.skipped));
  if (more_warnings_ > 0)
    out_.warnings.back().message += fmt::format("; {} more failed", more_warnings_);
}

void Reporter::report() {
  count();
  add_facts();
  add_origin_facts();
  add_new_origins();
  add_over_budget();
  add_failures();
}

// Failed ones first, then the slow ones; the page's own hops stay last.
void keep_hops(PageLoad load, ProbeOutcome& outcome) {
  std::stable_sort(load.fetches.begin(), load.fetches.end(),
                   [](const PageFetch& a, const PageFetch& b) {
                     return a.ok() != b.ok() ? !a.ok() : a.duration > b.duration;
                   });
  std::vector<Hop> hops;
  const std::size_t room = kPageHopsMax - std::min(kPageHopsMax, outcome.hops.size());
  for (PageFetch& fetch : load.fetches) {
    if (hops.size() + fetch.hops.size() > room) break;
    for (Hop& hop : fetch.hops) {
      hop.label = markup::to_string(fetch.resource.kind);
      hop.beside = true;
      hops.push_back(std::move(hop));
    }
  }
  for (Hop& hop : outcome.hops) hops.push_back(std::move(hop));
  outcome.hops = std::move(hops);
}

}  // namespace

std::string describe_failed(const PageFetch& fetch) {
  const std::string after = " after " + shown(fetch.duration);
  if (!fetch.failure) return fmt::format("{} answered {}{}", named(fetch), fetch.status(), after);
  if (fetch.failure->kind == FailureKind::page_integrity)
    return fmt::format("{} {}", named(fetch), fetch.failure->message);
  return fmt::format("{}: {}, {}{}", named(fetch), to_string(fetch.failure->kind),
                     fetch.failure->message, after);
}

std::string describe_slow(const PageFetch& fetch) {
  const auto [phase, span] = longest_phase(fetch);
  return fmt::format("{} took {}: {}, {} {}", fetch.url.host, shown(fetch.duration), named(fetch),
                     phase, shown(span));
}

void report_page(const PageAction& action, const http::Url& page, PageLoad load,
                 ProbeOutcome& outcome) {
  Reporter(action, page, load, outcome).report();
  keep_hops(std::move(load), outcome);
}

}  // namespace picket::agent
