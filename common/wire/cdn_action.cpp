#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {

void put(const CdnAction& action, v1::CdnAction& out) {
  put(action.edge, *out.mutable_edge());
  out.set_origin(action.origin);
  out.set_provider(action.provider);
  out.set_warm_up(action.warm_up);
  for (const std::string& name : action.compare) out.add_compare(name);
}

CdnAction read(Fields& fields, const v1::CdnAction& message) {
  CdnAction out;
  {
    Fields::Part part(fields, "edge");
    out.edge = read(fields, message.edge());
  }
  out.origin = fields.text("origin", message.origin());
  out.provider = fields.name("provider", message.provider());
  out.warm_up = static_cast<int>(fields.number("warm_up", message.warm_up(), 0, 10));
  const auto one = [](Fields& inner, const std::string& name) { return inner.name("", name); };
  out.compare = fields.list("compare", message.compare(), kListMax, one);
  return out;
}

}  // namespace picket::wire
