// Interface header. One DNS question to one server, measured: what the dns probe asks of the
// network. No cache, no search domains, no other server when one fails: callers see each server.
// Plain values; one executor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/model/failure.h"

namespace picket::agent {

struct DnsQuestion {
  std::string name;       // "www.example.com", with or without the last dot; ASCII
  std::string type{"A"};  // mnemonic of RFC 1035 and its successors, "TYPE65" for others
  bool operator==(const DnsQuestion&) const = default;
};

struct DnsRecord {
  std::string owner;  // lower case, with the last dot
  std::string type;
  std::int64_t ttl{0};  // seconds
  // As `dig +short` writes it, names in lower case; a TXT record's strings joined, unquoted.
  std::string rdata;
  bool operator==(const DnsRecord&) const = default;
};

struct DnsFlags {
  bool aa{false};  // the server answers for its own zone
  bool tc{false};  // cut to fit
  bool rd{false};  // recursion was asked for
  bool ra{false};  // recursion is offered
  bool ad{false};  // the resolver has validated it with DNSSEC
  bool cd{false};  // validation was switched off by the question
  bool operator==(const DnsFlags&) const = default;
};

struct DnsMessage {
  std::uint16_t id{0};
  std::string rcode{"NOERROR"};  // "NXDOMAIN", "SERVFAIL", "RCODE23" for one without a name
  DnsFlags flags;
  std::vector<DnsRecord> answers;    // in the server's order, without RRSIG
  std::vector<DnsRecord> authority;  // likewise
  int additional{0};                 // how many, without OPT
  bool is_signed{false};             // RRSIG records came with it
};

struct DnsEndpoint {
  std::string address;  // numeric, IPv6 without brackets
  int port{53};
  bool operator==(const DnsEndpoint&) const = default;
};

struct DnsQuery {
  DnsQuestion question;
  DnsEndpoint server;
  bool guarded{true};  // the address guard must allow the server; false for the system's own
  bool tcp{false};     // at once; else UDP, and TCP when the answer was cut
  bool recursion{true};
  bool dnssec{false};             // ask for signatures (DO) and for the AD flag
  bool checking_disabled{false};  // CD: also what the resolver knows to be bogus
  int tries{3};                   // over UDP, each waiting twice as long as the one before
  Nanos try_timeout{Seconds{1}};
};

struct DnsReply {
  std::optional<Failure> failure;  // nothing: `message` is an answer, whatever its rcode
  DnsMessage message;
  bool used_tcp{false};
  bool truncated{false};  // the answer over UDP was cut
  int tries{0};           // sent over UDP
  int ignored{0};         // packets with a wrong id or another question
  std::uint64_t bytes{0};
  Nanos duration{0};  // first packet sent to answer, retries and TCP included
};

class DnsClient {
 public:
  virtual ~DnsClient() = default;

  // Asks once and returns at the deadline at the latest. Failures: dns_timeout, dns_malformed,
  // connect_refused, connect_unreachable, connect_reset, blocked_address, invalid_request.
  // Error: resource_exhausted only. Cancellation: at once; throws operation_aborted.
  virtual async::Task<Result<DnsReply>> query(DnsQuery query, Deadline deadline) = 0;
};

}  // namespace picket::agent
