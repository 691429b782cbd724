// What a step does: one of the kinds of the check language. Each kind is a plain struct in a header
// of its own with `kKind` (its word in YAML), `target()` and `each_text` (text_part.h). A kind may
// be a check's kind (`tls: host:443`) as well as the action of a step.
#pragma once

#include <string_view>
#include <variant>

#include "common/core/time.h"
#include "common/model/cdn_action.h"
#include "common/model/dns_action.h"
#include "common/model/grpc_action.h"
#include "common/model/http_action.h"
#include "common/model/icmp_action.h"
#include "common/model/oauth_action.h"
#include "common/model/page_action.h"
#include "common/model/tcp_action.h"
#include "common/model/tls_action.h"
#include "common/model/websocket_action.h"

namespace picket {

struct WaitAction {
  static constexpr std::string_view kKind{"wait"};
  Millis span{0};
  bool operator==(const WaitAction&) const = default;

  std::string_view target() const { return {}; }
};

template <class Visit>
void each_text(WaitAction&, Visit) {}

using Action = std::variant<HttpAction, WaitAction, DnsAction, IcmpAction, CdnAction, OAuthAction,
                            GrpcAction, PageAction, TlsAction, TcpAction, WebSocketAction>;

// "http", "wait", ...: the word of the check language.
std::string_view kind_of(const Action& action);

// What is looked at, as written and with its templates: a URL or "host:port"; empty for `wait`.
std::string_view target_of(const Action& action);

// The host of a target, with its port if that is written: "shop.example:8443". In lower case,
// without credentials; templates stay as they are. Empty for an empty target.
std::string authority_of(std::string_view target);

}  // namespace picket
