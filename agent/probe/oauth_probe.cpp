#include "agent/probe/oauth_probe.h"

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>

#include "agent/probe/oauth_flow.h"
#include "common/core/digest.h"

namespace picket::agent {
namespace {

constexpr Seconds kRefreshTimeout{30};
constexpr std::string_view kAccessToken{"access_token"};

std::string captured(const ProbeOutcome& outcome, std::string_view name) {
  for (const ProbeCapture& capture : outcome.captures)
    if (capture.name == name) return capture.value;
  return {};
}

void add(ProbeOutcome& outcome, ProbeOutcome& more) {
  for (Hop& hop : more.hops) outcome.hops.push_back(std::move(hop));
  for (SetCookie& cookie : more.cookies) outcome.cookies.push_back(std::move(cookie));
  for (std::string& secret : more.secrets) outcome.secrets.push_back(std::move(secret));
}

}  // namespace

// Everything that decides which tokens come back. The digest keeps secrets out of the key.
std::string OAuthProbe::key_of(OAuthAction action, const ProbeContext& context) {
  std::string all = context.attempt.check.value + '\0' + context.step + '\0' + action.flow + '\0' +
                    action.auth + action.pkce + action.signing_alg;
  each_text(action, [&](const std::string& text, const TextPart&) { all += '\0' + text; });
  return sha256(all);
}

void OAuthProbe::keep(const std::string& key, OAuthFlowResult result, Millis limit) {
  KeptTokens kept;
  kept.provider_life = limit;
  kept.life =
      result.tokens.expires_in ? std::min<Nanos>(limit, *result.tokens.expires_in) : Nanos{limit};
  kept.tokens = std::move(result.tokens);
  kept.facts = std::move(result.outcome.facts);
  kept.provider = std::move(result.provider);
  kept.fetched_at = clock_.now();
  cache_.store(key, std::move(kept));
}

// No exchange was made: one hop says where the tokens are from.
ProbeOutcome OAuthProbe::kept_outcome(const KeptTokens& kept, const std::string& key) const {
  const Nanos age = clock_.now() - kept.fetched_at;
  ProbeOutcome outcome;
  Hop hop;
  hop.request.method = "CACHE";
  hop.request.url = kept.provider.endpoints.token;
  hop.label = fmt::format("tokens of {} ago", render_elapsed(age));
  outcome.hops.push_back(std::move(hop));
  outcome.facts = kept.facts;
  outcome.facts["token.cached"] = Found::scalar(true);
  Found shown_age = Found::scalar(std::int64_t{std::chrono::duration_cast<Millis>(age).count()});
  shown_age.unit = "ms";
  outcome.facts["token.age"] = std::move(shown_age);
  outcome.captures = captures_of(kept.tokens);
  if (auto failure = cache_.refresh_failure(key)) {
    failure->message = "fetching new tokens failed, kept ones are used: " + failure->message;
    outcome.warnings.push_back(std::move(*failure));
  }
  return outcome;
}

async::Task<Result<ProbeOutcome>> OAuthProbe::run(OAuthAction action, const ProbeContext& context) {
  std::string key = action.token.cache ? key_of(action, context) : std::string{};
  const KeptTokens* kept = key.empty() ? nullptr : cache_.find(key, clock_.now());
  if (kept == nullptr) co_return co_await fetch(std::move(action), context, std::move(key));
  ProbeOutcome outcome = kept_outcome(*kept, key);
  if (cache_.try_begin_refresh(key, clock_.now())) {
    if (!background_) background_.emplace(co_await boost::asio::this_coro::executor);
    background_->spawn("refresh tokens",
                       refresh(std::move(action), context.attempt, std::move(key)));
  }
  co_return outcome;
}

async::Task<Result<ProbeOutcome>> OAuthProbe::fetch(OAuthAction action, const ProbeContext& context,
                                                    std::string key) {
  const OAuthFlowPorts ports{context.http, clock_, context.deadline};
  auto known = key.empty() ? std::nullopt : cache_.provider(key, clock_.now());
  const auto limit = action.token.cache;
  OAuthFlow flow(std::move(action), ports, std::move(known));
  auto result = co_await flow.run();
  if (!result) co_return fail(std::move(result.error()));
  result->outcome.facts["token.cached"] = Found::scalar(false);
  ProbeOutcome outcome = result->outcome;
  if (outcome.failure && !key.empty()) cache_.drop(key);
  if (!outcome.failure && limit) keep(key, std::move(*result), *limit);
  co_return outcome;
}

// Everything anew, in a session of its own.
async::Task<void> OAuthProbe::refresh(OAuthAction action, SessionOptions attempt, std::string key) {
  const auto http = sessions_.open(std::move(attempt));
  const OAuthFlowPorts ports{*http, clock_, Deadline::after(clock_.now(), kRefreshTimeout)};
  const Millis limit = *action.token.cache;
  OAuthFlow flow(std::move(action), ports);
  auto result = co_await flow.run();
  if (!result) {
    cache_.refresh_abandoned(key);
  } else if (result->outcome.failure) {
    cache_.refresh_failed(key, std::move(*result->outcome.failure), clock_.now());
  } else {
    keep(key, std::move(*result), limit);
  }
}

async::Task<Result<ProbeOutcome>> OAuthProbe::refetch(OAuthAction action,
                                                      const ProbeContext& context,
                                                      std::string key) {
  cache_.drop(key);
  return fetch(std::move(action), context, std::move(key));
}

async::Task<void> OAuthProbe::drain() {
  if (!background_) co_return;
  background_->cancel_all();
  co_await background_->join();
}

void BearerRetry::remember(const OAuthAction& action, const ProbeOutcome& outcome,
                           const ProbeContext& context) {
  kept_.reset();
  const auto cached = outcome.facts.find("token.cached");
  const bool is_kept = cached != outcome.facts.end() && cached->second.present &&
                       cached->second.values.front() == Value{true};
  if (is_kept && action.token.refetch_on_401)
    kept_ = Kept{action, OAuthProbe::key_of(action, context), captured(outcome, kAccessToken)};
}

async::Task<Result<ProbeOutcome>> BearerRetry::request(HttpAction action,
                                                       const ProbeContext& context) {
  const bool is_kept = kept_ && !action.bearer.empty() && action.bearer == kept_->access_token;
  HttpCall call{action, context.secret_headers, context.deadline};
  auto first = co_await context.http.request(std::move(call));
  const bool refused =
      first && !first->failure && !first->hops.empty() && first->hops.back().exchange.status == 401;
  if (!is_kept || !refused) co_return first;
  Kept kept = std::move(*kept_);
  kept_.reset();
  first->hops.back().label = "kept token refused";
  auto fetched = co_await oauth_.refetch(std::move(kept.action), context, std::move(kept.key));
  if (!fetched) co_return fail(std::move(fetched.error()));
  add(*first, *fetched);
  first->captures = std::move(fetched->captures);
  first->failure = std::move(fetched->failure);
  if (first->failure) co_return first;
  action.bearer = captured(*first, kAccessToken);
  HttpCall again{std::move(action), context.secret_headers, context.deadline};
  auto second = co_await context.http.request(std::move(again));
  if (!second) co_return fail(std::move(second.error()));
  add(*first, *second);
  first->failure = std::move(second->failure);
  first->facts["token.refetched"] = Found::scalar(true);
  co_return first;
}

}  // namespace picket::agent
