// Which agents exist, which may come in and when they were last seen: join tokens, enrolled
// agents, liveness. A plain state machine over rows; the caller commits what changed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct TokenRequest {
  RegionName region;
  Millis valid_for{hours{24}};
};

struct NewToken {
  std::string token;  // shown once: "pkt_" and 48 hex digits
  JoinTokenRow row;   // to commit before it is shown
};

class Registry {
 public:
  void restore(std::vector<AgentRow> agents, std::vector<JoinTokenRow> tokens);

  // invalid_argument for a region name that is not an RFC 1123 label or a span outside 1 min-30 d.
  Result<NewToken> create_token(const TokenRequest& request, WallTime now);

  // The token's region, and the rows to commit before the certificate is handed out: the token
  // used, the agent known. One use only, but the same agent may ask again within ten minutes as
  // long as it was not seen since: its answer was lost. join_token_refused says whether it is
  // unknown, used or expired. An agent of that name in that region is replaced (its old certificate
  // is refused from then on). invalid_argument for a bad name.
  struct Admission {
    AgentId agent;
    JoinTokenRow token;
  };
  Result<Admission> admit(const std::string& token, const std::string& name, WallTime now) const;

  // To call when the rows are durable.
  void apply(const JoinTokenRow& token);
  void apply(const AgentRow& agent);

  // The row after a renewal with the certificate `shown`: both are valid until the new one is used.
  // One that was issued before and never used is not valid any more: its answer was lost.
  AgentRow renewed(const AgentId& agent, const std::string& shown, const std::string& issued) const;

  // A verified certificate may act for its agent: known, not revoked, the newest or the one
  // before (a renewal that the agent did not hear of). certificate_refused otherwise.
  Status authorize(const AgentId& agent, const std::string& serial) const;

  // Notes a poll or a batch. Returns true when the agent had been silent for 90 s or was never
  // seen since start.
  bool seen(const AgentId& agent, WallTime now);

  // Time went on by so much at once: nobody was silent for as long.
  void time_jumped(Millis by);

  const std::map<AgentId, AgentRow>& agents() const { return agents_; }
  std::optional<WallTime> last_seen(const AgentId& agent) const;
  std::vector<JoinTokenRow> open_tokens(WallTime now) const;

 private:
  std::map<AgentId, AgentRow> agents_;
  std::map<AgentId, WallTime> last_seen_;       // since start; rows keep it only now and then
  std::map<std::string, JoinTokenRow> tokens_;  // by SHA-256
};

// An agent is offline after this long without a poll.
inline constexpr Millis kOfflineAfter{90'000};

// RFC 1123 label: what names of regions and agents look like.
bool is_label(const std::string& text);

}  // namespace picket::controller
