#include "common/wire/actions.h"

namespace picket::wire {

void put(const IcmpAction& action, v1::IcmpAction& out) {
  out.set_host(action.host);
  out.set_count(action.count);
  out.set_interval_ms(action.interval.count());
  out.set_size_bytes(action.size_bytes);
  out.set_ip_version(action.ip_version);
}

IcmpAction read(Fields& fields, const v1::IcmpAction& message) {
  IcmpAction out;
  out.host = fields.name("host", message.host());
  out.count = static_cast<int>(fields.number("count", message.count(), 1, IcmpAction::kCountMax));
  out.interval = fields.millis("interval_ms", message.interval_ms());
  out.size_bytes = message.size_bytes();
  if (out.size_bytes > IcmpAction::kSizeMax) fields.refuse("size_bytes", "more than 8000");
  out.ip_version = read_one_of(fields, "ip_version", message.ip_version(), {"any", "4", "6"});
  return out;
}

}  // namespace picket::wire
