// What the answers of one or several DNS servers say together: the facts of a `dns` step and its
// failure. Pure; the rules stand in docs/reference/probes/dns.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/dns/dns_client.h"
#include "common/model/dns_action.h"
#include "common/model/facts.h"

namespace picket::agent {

// One server's part.
struct DnsAsked {
  std::string label;   // as the check names it: "system", "9.9.9.9:53", "ns1.example.com"
  DnsEndpoint server;  // who was asked in the end
  std::optional<Failure> failure;  // no answer, or nobody to ask
  DnsReply reply;
  bool bogus{false};  // SERVFAIL, but an answer with validation switched off
};

struct DnsSummary {
  Facts facts;
  std::optional<Failure> failure;  // of the first server that has one
  std::size_t failed{0};           // which of the servers that is; of no meaning without
};

// `question` is what was asked. `judged` names the facts that expectations of the step compare: a
// response code, a missing answer or an unsigned one is then no failure of its own.
DnsSummary summarize_dns(const DnsAction& action, const DnsQuestion& question,
                         const std::vector<DnsAsked>& asked,
                         const std::vector<std::string>& judged);

// The answer as text for evidence, like dig's sections.
std::string render_dns(const DnsReply& reply);

}  // namespace picket::agent
