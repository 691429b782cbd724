#include "common/wire/actions.h"

namespace picket::wire {
namespace {

std::string read_server(Fields& fields, const std::string& server) {
  return fields.name("server", server);
}

}  // namespace

void put(const DnsAction& action, v1::DnsAction& out) {
  out.set_query(action.query);
  out.set_type(action.type);
  for (const std::string& server : action.servers) out.add_servers(server);
  out.set_authoritative(action.authoritative);
  out.set_tcp(action.tcp);
  out.set_recursion(action.recursion);
  out.set_dnssec(action.dnssec);
}

DnsAction read(Fields& fields, const v1::DnsAction& message) {
  DnsAction out;
  out.query = fields.name("query", message.query());
  out.type = fields.name("type", message.type());
  out.servers = fields.list("servers", message.servers(), DnsAction::kServersMax, read_server);
  out.authoritative = message.authoritative();
  if (out.servers.empty() && !out.authoritative) fields.refuse("servers", "missing");
  out.tcp = message.tcp();
  out.recursion = message.recursion();
  out.dnssec = message.dnssec();
  return out;
}

}  // namespace picket::wire
