// Probes over real sockets, one at a time: a dialer and an HTTP client on one network, what a step
// of a check gives a probe. Owned by a test.
#pragma once

#include "agent/probe/probe_context.h"
#include "agent/probe/probes.h"
#include "common/http/curl_client.h"
#include "tests/unit/agent/net/net_world.h"

namespace picket::agent::test {

// No probe of these tests speaks HTTP through the session.
class NoHttp final : public HttpSession {
 public:
  async::Task<Result<ProbeOutcome>> request(HttpCall) override {
    co_return fail(ErrorCode::internal, "no HTTP here");
  }
};

class ProbeWorld : public NetWorld {
 public:
  ProbeWorld() {
    auto made = http::create_curl_client(io.get_executor(), clock, *network, "picket/test");
    if (!made) throw std::runtime_error(render(made.error()));
    client = std::move(*made);
    attempt.user_agent = "picket/test";
  }

  // `probe` is run_tls, run_tcp or run_websocket.
  template <class Probe, class Action>
  ProbeOutcome probe(Probe run_probe, Action action, Nanos span = Seconds{5}) {
    const ProbePorts ports{*client, clock, nullptr, nullptr, dialer.get()};
    const ProbeContext context{.http = http,
                               .ports = ports,
                               .attempt = attempt,
                               .step = "step",
                               .secret_headers = {},
                               .deadline = within(span),
                               .judged = judged};
    auto outcome = run(run_probe(std::move(action), context));
    if (!outcome) throw std::runtime_error(render(outcome.error()));
    return std::move(*outcome);
  }

  NoHttp http;
  SessionOptions attempt;
  std::vector<std::string> judged;
  std::unique_ptr<http::HttpClient> client;
};

// A fact as it is shown: `valid`, `1.3`, `[a,b]`; "absent".
inline std::string shown(const ProbeOutcome& outcome, const std::string& name) {
  const auto fact = outcome.facts.find(name);
  if (fact == outcome.facts.end() || !fact->second.present) return "absent";
  std::string out;
  for (const Value& value : fact->second.values) {
    const auto* text = std::get_if<std::string>(&value);
    out += (out.empty() ? "" : ",") + (text != nullptr ? *text : render(value));
  }
  return fact->second.is_list ? "[" + out + "]" : out;
}

}  // namespace picket::agent::test
