#include "controller/registry/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/core/digest.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

// An answer may be lost on its way: so long the same agent may ask again with its token.
constexpr Millis kEnrolAgain{600'000};

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorCode::join_token_refused, why,
              "make a new one: picket agents token create --region REGION");
}

}  // namespace

bool is_label(const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > 63 || !plain(text.front()) || !plain(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '-'; });
}

void Registry::restore(std::vector<AgentRow> agents, std::vector<JoinTokenRow> tokens) {
  for (AgentRow& agent : agents) agents_[agent.id] = std::move(agent);
  for (JoinTokenRow& token : tokens) tokens_[token.token_sha256] = std::move(token);
}

Result<NewToken> Registry::create_token(const TokenRequest& request, WallTime now) {
  if (!is_label(request.region.value))
    return fail(ErrorCode::invalid_argument,
                fmt::format("`{}` is not a region name", cut_utf8(request.region.value, 80)),
                "lower-case letters, digits and hyphens, such as eu-west-1");
  if (request.valid_for < minutes{1} || request.valid_for > hours{24 * 30})
    return fail(ErrorCode::invalid_argument, "a join token is valid for 1 minute to 30 days");
  NewToken made;
  made.token = "pkt_" + secure_random_hex(24);
  made.row = JoinTokenRow{sha256_hex(made.token),  request.region, now,
                          now + request.valid_for, std::nullopt,   {}};
  return made;
}

Result<Registry::Admission> Registry::admit(const std::string& token, const std::string& name,
                                            WallTime now) const {
  const auto it = tokens_.find(sha256_hex(token));
  if (it == tokens_.end()) return refused("this controller did not issue that join token");
  const JoinTokenRow& row = it->second;
  const AgentId agent{row.region, name};
  const auto seen = last_seen_.find(agent);
  const bool answer_lost = row.used && row.used_by == render(agent) &&
                           now - *row.used < kEnrolAgain &&
                           (seen == last_seen_.end() || seen->second <= *row.used);
  if (row.used && !answer_lost)
    return refused(
        fmt::format("the join token was used at {} by {}", render_rfc3339(*row.used), row.used_by));
  if (row.expires <= now)
    return refused(fmt::format("the join token expired at {}", render_rfc3339(row.expires)));
  if (!is_label(name))
    return fail(ErrorCode::invalid_argument,
                fmt::format("`{}` is not an agent name", cut_utf8(name, 80)),
                "lower-case letters, digits and hyphens, at most 63");
  Admission admission{agent, row};
  admission.token.used = now;
  admission.token.used_by = render(admission.agent);
  return admission;
}

void Registry::apply(const JoinTokenRow& token) { tokens_[token.token_sha256] = token; }

void Registry::apply(const AgentRow& agent) { agents_[agent.id] = agent; }

AgentRow Registry::renewed(const AgentId& agent, const std::string& shown,
                           const std::string& issued) const {
  AgentRow row = agents_.at(agent);
  row.previous_serial = shown;
  row.certificate_serial = issued;
  return row;
}

Status Registry::authorize(const AgentId& agent, const std::string& serial) const {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::certificate_refused, fmt::format("{}: {}", render(agent), why),
                "enrol the agent again with a new join token");
  };
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return refuse("no such agent is enrolled");
  if (it->second.revoked) return refuse("its certificate was revoked");
  const AgentRow& row = it->second;
  if (serial.empty() || (row.certificate_serial != serial && row.previous_serial != serial))
    return refuse("another certificate was issued for it since");
  return {};
}

bool Registry::seen(const AgentId& agent, WallTime now) {
  const auto it = last_seen_.find(agent);
  const bool news = it == last_seen_.end() || now - it->second >= kOfflineAfter;
  last_seen_[agent] = now;
  return news;
}

void Registry::time_jumped(Millis by) {
  for (auto& [agent, seen] : last_seen_) seen = seen + by;
}

std::optional<WallTime> Registry::last_seen(const AgentId& agent) const {
  const auto it = last_seen_.find(agent);
  if (it != last_seen_.end()) return it->second;
  const auto row = agents_.find(agent);
  if (row == agents_.end() || row->second.last_seen.unix_ms() == 0) return std::nullopt;
  return row->second.last_seen;
}

std::vector<JoinTokenRow> Registry::open_tokens(WallTime now) const {
  std::vector<JoinTokenRow> open;
  for (const auto& [hash, token] : tokens_)
    if (!token.used && token.expires > now) open.push_back(token);
  return open;
}

}  // namespace picket::controller
