#include "common/http/dns_answer.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <limits>

namespace picket::http {
namespace {

constexpr int kAddressesMax = 32;

template <class Row>
void take_row(DnsAnswer& answer, int family, const Row& row, const void* address) {
  char text[INET6_ADDRSTRLEN];
  answer.addresses.emplace_back(::inet_ntop(family, address, text, sizeof text));
  answer.ttl_seconds = std::min(answer.ttl_seconds, row.ttl);
}

// How much a failed answer tells: the most telling one names the failure.
int weight(int status) {
  switch (failure_kind_of(status)) {
    case FailureKind::dns_nxdomain: return 5;
    case FailureKind::dns_servfail: return 4;
    case FailureKind::dns_malformed: return 3;
    case FailureKind::dns_timeout: return 2;
    default: return 1;
  }
}

std::string message_of(const std::string& host, const DnsAnswer& answer) {
  const std::string by = answer.server.empty() ? "" : " (server " + answer.server + ")";
  if (answer.status == ARES_ECONNREFUSED) return host + ": no DNS server can be reached";
  if (answer.status == ARES_EREFUSED) return host + ": the DNS server refused to answer" + by;
  return host + ": " + std::string(summary_of(failure_kind_of(answer.status))) + by;
}

}  // namespace

DnsAnswer parse_answer(int family, const unsigned char* message, int size) {
  DnsAnswer answer;
  answer.ttl_seconds = std::numeric_limits<int>::max();
  int count = kAddressesMax;
  if (family == AF_INET) {
    std::array<ares_addrttl, kAddressesMax> rows{};
    answer.status = ares_parse_a_reply(message, size, nullptr, rows.data(), &count);
    for (int i = 0; answer.status == ARES_SUCCESS && i < count; ++i)
      take_row(answer, family, rows[static_cast<size_t>(i)], &rows[static_cast<size_t>(i)].ipaddr);
  } else {
    std::array<ares_addr6ttl, kAddressesMax> rows{};
    answer.status = ares_parse_aaaa_reply(message, size, nullptr, rows.data(), &count);
    for (int i = 0; answer.status == ARES_SUCCESS && i < count; ++i)
      take_row(answer, family, rows[static_cast<size_t>(i)], &rows[static_cast<size_t>(i)].ip6addr);
  }
  if (answer.addresses.empty()) answer.ttl_seconds = 0;
  if (answer.status == ARES_SUCCESS && answer.addresses.empty()) answer.status = ARES_ENODATA;
  return answer;
}

FailureKind failure_kind_of(int ares_status) {
  switch (ares_status) {
    case ARES_ENOTFOUND: return FailureKind::dns_nxdomain;
    case ARES_ENODATA: return FailureKind::dns_no_data;
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
    case ARES_ENOTIMP: return FailureKind::dns_servfail;
    case ARES_EBADNAME: return FailureKind::invalid_request;
    case ARES_ETIMEOUT:
    case ARES_ECANCELLED:
    case ARES_ECONNREFUSED: return FailureKind::dns_timeout;
    default: return FailureKind::dns_malformed;
  }
}

Resolution combine(const std::string& host, const std::vector<DnsAnswer>& answers) {
  Resolution out;
  out.ttl_seconds = std::numeric_limits<int>::max();
  const DnsAnswer* worst = nullptr;
  for (const DnsAnswer& answer : answers) {
    out.addresses.insert(out.addresses.end(), answer.addresses.begin(), answer.addresses.end());
    if (!answer.server.empty()) out.server = answer.server;
    if (!answer.addresses.empty()) out.ttl_seconds = std::min(out.ttl_seconds, answer.ttl_seconds);
    if (!worst || weight(answer.status) > weight(worst->status)) worst = &answer;
  }
  if (!out.addresses.empty()) return out;
  out.ttl_seconds = 0;
  if (worst) out.failure = Failure{failure_kind_of(worst->status), message_of(host, *worst), {}};
  return out;
}

}  // namespace picket::http
