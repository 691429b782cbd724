#include "common/model/page_action.h"

#include "common/wire/actions.h"
#include "common/wire/value.h"

namespace picket::wire {
namespace {

void put(const PageBudget& budget, v1::PageBudget& out) {
  out.set_scope(budget.scope);
  out.set_measure(budget.measure);
  out.set_limit(budget.limit);
}

PageBudget read_budget(Fields& fields, const v1::PageBudget& message) {
  PageBudget out;
  out.scope = fields.name("scope", message.scope());
  out.measure = read_one_of(fields, "measure", message.measure(),
                            {"duration", "transfer", "requests", "origins"});
  out.limit = message.limit();
  if (out.limit < 0) fields.refuse("limit", "negative");
  return out;
}

template <class List>
std::vector<std::string> read_hosts(Fields& fields, std::string_view name, const List& list) {
  return fields.list(name, list, kListMax, [](Fields& inner, const std::string& host) {
    return inner.name("host", host);
  });
}

}  // namespace

void put(const PageAction& action, v1::PageAction& out) {
  out.set_url(action.url);
  put_pairs(action.headers, out.mutable_headers());
  out.set_device(action.device);
  put_texts(action.first_party, out.mutable_first_party());
  put_texts(action.block, out.mutable_block());
  out.set_has_known_origins(action.known_origins.has_value());
  if (action.known_origins) put_texts(*action.known_origins, out.mutable_known_origins());
  put_texts(action.required, out.mutable_required());
  for (const PageBudget& budget : action.budgets) put(budget, *out.add_budgets());
  out.set_ip_version(action.ip_version);
  out.set_insecure(action.insecure);
  out.set_resource_timeout_ms(action.resource_timeout.count());
}

PageAction read(Fields& fields, const v1::PageAction& message) {
  PageAction out;
  out.url = fields.text("url", message.url());
  if (out.url.empty()) fields.refuse("url", "missing");
  out.headers = fields.list("headers", message.headers(), kListMax, read_pair);
  out.device = read_one_of(fields, "device", message.device(), {"desktop", "mobile"});
  out.first_party = read_hosts(fields, "first_party", message.first_party());
  out.block = read_hosts(fields, "block", message.block());
  auto known = read_hosts(fields, "known_origins", message.known_origins());
  if (message.has_known_origins()) out.known_origins = std::move(known);
  out.required = read_hosts(fields, "required", message.required());
  out.budgets = fields.list("budgets", message.budgets(), kListMax, read_budget);
  out.ip_version = read_one_of(fields, "ip_version", message.ip_version(), {"any", "4", "6"});
  out.insecure = message.insecure();
  out.resource_timeout = fields.millis("resource_timeout_ms", message.resource_timeout_ms());
  return out;
}

}  // namespace picket::wire
