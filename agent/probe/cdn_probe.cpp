#include "agent/probe/cdn_probe.h"

#include <fmt/format.h>

#include <iterator>

#include "agent/probe/response_facts.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::size_t kDigestShown = 12;  // enough to tell two apart

std::string shown(std::string_view name, const Found& found) {
  if (!found.present) return "nothing";
  const auto* text = std::get_if<std::string>(&found.values.front());
  if (text != nullptr && name == "body.sha256") return text->substr(0, kDigestShown) + "..";
  if (text != nullptr) return cut_utf8(clean_line(*text), kShownBytes);
  return picket::render(found.values.front());
}

// What both lack is the same only where it is something that a response may have.
bool is_comparable(std::string_view name) {
  return name == "body.sha256" || name == "etag" || name == "status" || name.starts_with("header.");
}

bool same_fact(std::string_view name, const Found& a, const Found& b) {
  if (a.present != b.present) return false;
  if (!a.present) return true;
  const auto tag = [](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    std::string_view opaque = text != nullptr ? std::string_view{*text} : std::string_view{};
    if (opaque.starts_with("W/")) opaque.remove_prefix(2);
    return opaque;
  };
  if (name == "etag") return tag(a.values.front()) == tag(b.values.front());
  return equal(a.values.front(), b.values.front());
}

// Takes over the hops of one request of several. The step's phases are of the last one, `beside`
// those of others.
void append(ProbeOutcome& all, ProbeOutcome one, const std::string& label, bool beside) {
  for (Hop& hop : one.hops) {
    hop.label = label;
    hop.beside = beside;
  }
  all.hops.insert(all.hops.end(), std::make_move_iterator(one.hops.begin()),
                  std::make_move_iterator(one.hops.end()));
  for (SetCookie& cookie : one.cookies) {
    std::erase_if(all.cookies, [&](const SetCookie& kept) { return kept.name == cookie.name; });
    all.cookies.push_back(std::move(cookie));
  }
  all.failure = std::move(one.failure);
}

struct Timed {
  ProbeOutcome outcome;
  Nanos duration{0};
};

async::Task<Result<Timed>> request(HttpAction action, ProbeContext& context) {
  const MonoTime start = context.ports.clock.now();
  HttpCall call{.action = std::move(action),
                .secret_headers = context.secret_headers,
                .deadline = context.deadline};
  auto outcome = co_await context.http.request(std::move(call));
  if (!outcome) co_return fail(std::move(outcome.error()));
  co_return Timed{std::move(*outcome), context.ports.clock.now() - start};
}

// Nothing when the origin could not be asked; then `why` says so.
struct Origin {
  std::optional<http::Exchange> exchange;
  std::string why;
};

async::Task<Result<Origin>> ask_origin(const CdnAction& action, ProbeContext& context,
                                       ProbeOutcome& all) {
  HttpAction same = action.edge;
  same.url = action.origin;
  auto asked = co_await request(std::move(same), context);
  if (!asked) co_return fail(std::move(asked.error()));
  Origin origin;
  all.facts.emplace("origin.duration", milliseconds_fact(asked->duration));
  if (asked->outcome.failure)
    origin.why = "not compared: the origin failed: " + asked->outcome.failure->message;
  else
    origin.exchange = asked->outcome.hops.back().exchange;
  append(all, std::move(asked->outcome), "origin", true);
  all.failure.reset();
  co_return origin;
}

void add_comparisons(const CdnAction& action, const Origin& origin, ProbeOutcome& all) {
  const http::Exchange& edge = all.hops.back().exchange;
  for (const std::string& name : action.compare) {
    std::string verdict = origin.exchange ? compare_fact(name, edge, *origin.exchange) : origin.why;
    all.facts.insert_or_assign("same_as_origin." + name, Found::scalar(std::move(verdict)));
  }
}

}  // namespace

std::string compare_fact(std::string_view name, const http::Exchange& edge,
                         const http::Exchange& origin) {
  if (!is_comparable(name)) return "not compared: not known to this agent";
  const Found here = response_fact(name, edge);
  const Found there = response_fact(name, origin);
  if (same_fact(name, here, there)) return "same";
  return fmt::format("differs: edge {}, origin {}", shown(name, here), shown(name, there));
}

async::Task<Result<ProbeOutcome>> run_cdn(CdnAction action, ProbeContext& context) {
  ProbeOutcome all;
  for (int i = 1; i <= action.warm_up; ++i) {
    auto warm = co_await request(action.edge, context);
    if (!warm) co_return fail(std::move(warm.error()));
    const bool beside = !warm->outcome.failure;  // else it is what the step ends with
    append(all, std::move(warm->outcome), fmt::format("warm-up {}", i), beside);
    if (all.failure) co_return all;
  }
  Origin origin;
  if (!action.origin.empty()) {
    auto asked = co_await ask_origin(action, context, all);
    if (!asked) co_return fail(std::move(asked.error()));
    origin = std::move(*asked);
  }
  auto edge = co_await request(action.edge, context);
  if (!edge) co_return fail(std::move(edge.error()));
  append(all, std::move(edge->outcome), all.hops.empty() ? "" : "edge", false);
  if (all.failure) co_return all;
  const http::Exchange& judged = all.hops.back().exchange;
  const bool automatic = action.provider == "auto";
  all.facts.merge(cache_facts(judged.headers, automatic ? "" : action.provider));
  all.facts.emplace("edge.duration", milliseconds_fact(edge->duration));
  for (const char* name : {"etag", "body.sha256"})
    if (Found found = response_fact(name, judged); found.present) all.facts.emplace(name, found);
  add_comparisons(action, origin, all);
  co_return all;
}

}  // namespace picket::agent
