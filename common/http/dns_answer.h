// What one A or AAAA query brought, and how the two families' answers make one resolution.
// Pure; c-ares' status codes stop here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/model/failure.h"

namespace picket::http {

struct DnsAnswer {
  int status{0};  // ARES_*
  std::vector<std::string> addresses;
  int ttl_seconds{0};  // the smallest of the answer's
  std::string server;  // "10.0.0.2:53"; empty when none answered
};

struct Resolution {
  std::optional<Failure> failure;      // then no addresses
  std::vector<std::string> addresses;  // IPv6 first, each family in the server's order
  std::string server;                  // who answered; "hosts file"; empty for literals
  int ttl_seconds{0};
};

// Decodes one reply: addresses behind CNAMEs, or status ARES_EBADRESP.
DnsAnswer parse_answer(int family, const unsigned char* message, int size);

// The kind that a failed query stands for.
FailureKind failure_kind_of(int ares_status);

// `answers` holds one per family asked, IPv6 first. Addresses of either make success; else the
// worst answer names the failure: one NXDOMAIN settles it, "no data" only when both say so.
Resolution combine(const std::string& host, const std::vector<DnsAnswer>& answers);

}  // namespace picket::http
