#include "agent/probe/oauth_probe.h"

#include "agent/probe/oauth_flow.h"

namespace picket::agent {

async::Task<Result<ProbeOutcome>> run_oauth(OAuthAction action, const ProbeContext& context) {
  const OAuthFlowPorts ports{context.http, context.ports.clock, context.deadline};
  OAuthFlow flow(std::move(action), ports);
  auto result = co_await flow.run();
  if (!result) co_return fail(std::move(result.error()));
  result->outcome.facts["token.cached"] = Found::scalar(false);
  co_return std::move(result->outcome);
}

}  // namespace picket::agent
