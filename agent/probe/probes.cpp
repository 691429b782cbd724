#include "agent/probe/probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/probe/cdn_probe.h"
#include "agent/probe/dns_probe.h"
#include "agent/probe/grpc_probe.h"
#include "agent/probe/icmp_probe.h"
#include "agent/probe/oauth_probe.h"
#include "agent/probe/page_probe.h"
#include "agent/probe/probe_context.h"
#include "agent/probe/tcp_probe.h"
#include "agent/probe/tls_probe.h"
#include "agent/probe/websocket_probe.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

using Outcome = async::Task<Result<ProbeOutcome>>;

Outcome wait(Millis span, const ProbeContext& context) {
  async::Clock& clock = context.ports.clock;
  const MonoTime until = clock.now() + span;
  co_await clock.sleep_until(std::min(until, context.deadline.at()));
  ProbeOutcome outcome;
  if (until > context.deadline.at())
    outcome.failure = {.kind = FailureKind::timeout,
                       .message = fmt::format("the wait of {} does not fit into the timeout",
                                              render_duration(span)),
                       .at = {}};
  co_return outcome;
}

// One overload per kind; each takes the action by value: it lives as long as the probe runs.
struct RunAction {
  ProbeContext& context;
  OAuthProbe& oauth;
  BearerRetry& bearer;

  Outcome operator()(HttpAction action) const { return bearer.request(std::move(action), context); }
  Outcome operator()(DnsAction action) const { return run_dns(std::move(action), context); }
  Outcome operator()(IcmpAction action) const { return run_icmp(std::move(action), context); }
  Outcome operator()(CdnAction action) const { return run_cdn(std::move(action), context); }
  Outcome operator()(GrpcAction action) const { return run_grpc(std::move(action), context); }
  Outcome operator()(OAuthAction action) const { return run_oauth(std::move(action)); }
  Outcome operator()(PageAction action) const { return run_page(std::move(action), context); }
  Outcome operator()(TlsAction action) const { return run_tls(std::move(action), context); }
  Outcome operator()(TcpAction action) const { return run_tcp(std::move(action), context); }
  Outcome operator()(WebSocketAction action) const {
    return run_websocket(std::move(action), context);
  }
  Outcome operator()(WaitAction action) const { return wait(action.span, context); }

  Outcome run_oauth(OAuthAction action) const {
    OAuthAction asked = action;
    auto outcome = co_await oauth.run(std::move(action), context);
    if (outcome) bearer.remember(asked, *outcome, context);
    co_return outcome;
  }
};

class Session final : public ProbeSession {
 public:
  Session(const ProbePorts& ports, OAuthProbe& oauth, std::unique_ptr<HttpSession> http,
          SessionOptions options)
      : ports_(ports),
        oauth_(oauth),
        bearer_(oauth),
        http_(std::move(http)),
        options_(std::move(options)) {}

  Outcome run(ProbeRequest request) override;

 private:
  const ProbePorts& ports_;
  OAuthProbe& oauth_;
  BearerRetry bearer_;
  std::unique_ptr<HttpSession> http_;
  SessionOptions options_;
};

Outcome Session::run(ProbeRequest request) {
  ProbeContext context{.http = *http_,
                       .ports = ports_,
                       .attempt = options_,
                       .step = std::move(request.step),
                       .secret_headers = std::move(request.secret_headers),
                       .deadline = request.deadline,
                       .judged = std::move(request.judged)};
  const RunAction run_action{context, oauth_, bearer_};
  co_return co_await std::visit(run_action, std::move(request.action));
}

}  // namespace

Probes::Probes(ProbePorts ports)
    : ports_(ports),
      http_(ports.client, ports.clock),
      oauth_(std::make_unique<OAuthProbe>(http_, ports.clock)) {}

Probes::~Probes() = default;

std::unique_ptr<ProbeSession> Probes::open(SessionOptions options) {
  auto http = http_.open(options);
  return std::make_unique<Session>(ports_, *oauth_, std::move(http), std::move(options));
}

async::Task<void> Probes::drain() { return oauth_->drain(); }

}  // namespace picket::agent
