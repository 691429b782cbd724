#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {

void put(const GrpcAction& action, v1::GrpcAction& out) {
  out.set_address(action.address);
  out.set_service(action.service);
  out.set_tls(action.tls);
  out.set_authority(action.authority);
  put_pairs(action.metadata, out.mutable_metadata());
  out.set_insecure(action.insecure);
  out.set_ip_version(action.ip_version);
  if (action.route != HttpRoute{}) put_route(action.route, *out.mutable_route());
}

GrpcAction read(Fields& fields, const v1::GrpcAction& message) {
  GrpcAction out;
  out.address = fields.name("address", message.address());
  out.service = fields.text("service", message.service());
  out.tls = message.tls();
  out.authority = fields.text("authority", message.authority());
  out.metadata = fields.list("metadata", message.metadata(), kListMax, read_pair);
  out.insecure = message.insecure();
  out.ip_version = read_one_of(fields, "ip_version", message.ip_version(), {"any", "4", "6"});
  if (message.has_route()) out.route = read_route(fields, message.route());
  return out;
}

}  // namespace picket::wire
