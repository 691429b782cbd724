#include "agent/probe/response_facts.h"

#include <chrono>

#include "agent/probe/cache_control.h"
#include "agent/probe/edge_facts.h"
#include "common/core/digest.h"
#include "common/core/hex.h"

namespace picket::agent {
namespace {

void add_text(Facts& facts, const char* name, const std::string& text) {
  if (!text.empty()) facts.emplace(name, Found::scalar(text));
}

void add_seconds(Facts& facts, const char* name, const std::optional<std::int64_t>& seconds) {
  if (seconds) facts.emplace(name, milliseconds_fact(Seconds{*seconds}));
}

void add_control(Facts& facts, const http::Headers& headers) {
  const CacheControl control = parse_cache_control(headers);
  add_seconds(facts, "cache.control.max_age", control.max_age_s);
  add_seconds(facts, "cache.control.s_maxage", control.s_maxage_s);
  add_seconds(facts, "cache.control.stale_while_revalidate", control.stale_while_revalidate_s);
  add_seconds(facts, "cache.control.stale_if_error", control.stale_if_error_s);
  if (control.directives.empty()) return;
  std::vector<Value> names(control.directives.begin(), control.directives.end());
  facts.emplace("cache.control.directives", Found::list(std::move(names)));
}

Found text_fact(const std::optional<std::string>& text) {
  return text ? Found::scalar(*text) : Found::absent();
}

}  // namespace

Found milliseconds_fact(Nanos span) {
  Found found = Found::scalar(std::int64_t{std::chrono::floor<Millis>(span).count()});
  found.unit = "ms";
  return found;
}

Facts cache_facts(const http::Headers& headers, std::string_view provider) {
  Facts facts;
  const EdgeFacts edge = edge_facts(headers, provider);
  add_text(facts, "provider", edge.provider);
  add_text(facts, "pop", edge.pop);
  add_text(facts, "cache.status", edge.cache_status);
  if (const auto hit = is_cache_hit(edge.cache_status))
    facts.emplace("cache.hit", Found::scalar(*hit));
  add_seconds(facts, "cache.age", edge.age_s);
  add_seconds(facts, "cache.ttl", edge.ttl_s);
  add_text(facts, "cache.forwarded", edge.forwarded);
  add_control(facts, headers);
  return facts;
}

Found response_fact(std::string_view name, const http::Exchange& exchange) {
  if (exchange.status == 0) return Found::absent();
  if (name == "status") return Found::scalar(std::int64_t{exchange.status});
  if (name == "body.sha256") return Found::scalar(to_hex(sha256(exchange.body)));
  if (name == "etag") return text_fact(http::find_header(exchange.headers, "etag"));
  if (name.starts_with("header."))
    return text_fact(joined_header(exchange.headers, name.substr(7)));
  if (name != "provider" && name != "pop" && !name.starts_with("cache.")) return Found::absent();
  const Facts facts = cache_facts(exchange.headers);
  const auto found = facts.find(std::string{name});
  return found == facts.end() ? Found::absent() : found->second;
}

}  // namespace picket::agent
