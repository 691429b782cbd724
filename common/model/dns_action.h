// One DNS question to one or several servers: the action of `dns`. Plain value; texts may hold
// ${{ }} templates until a run fills them (action.h).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/text_part.h"

namespace picket {

struct DnsAction {
  static constexpr std::string_view kKind{"dns"};
  static constexpr std::array<std::string_view, 10> kTypes{"A",  "AAAA", "CNAME", "MX",  "TXT",
                                                           "NS", "SOA",  "SRV",   "CAA", "PTR"};
  static constexpr std::string_view kSystem{"system"};  // the agent's own resolvers
  static constexpr std::size_t kServersMax = 16;

  std::string query;  // a name; for PTR also an address
  std::string type{"A"};
  // "system", addresses and names with a port if need be; empty with `authoritative`.
  std::vector<std::string> servers{std::string{kSystem}};
  bool authoritative{false};  // ask the zone's own name servers, each
  bool tcp{false};            // at once; else TCP only when the answer over UDP was cut
  bool recursion{true};
  bool dnssec{false};
  bool operator==(const DnsAction&) const = default;

  std::string_view target() const { return query; }
};

template <class Visit>
void each_text(DnsAction& action, Visit visit) {
  visit(action.query, TextPart{"query"});
  for (std::string& server : action.servers) visit(server, TextPart{"servers"});
}

}  // namespace picket
