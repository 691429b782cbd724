#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

void decode_metadata(CheckContext& context, const Fields& fields, GrpcAction& action) {
  const Entry* entry = fields.find("metadata");
  if (entry == nullptr) return;
  action.metadata = decode_pairs(context, "metadata", *entry->value);
  for (const Entry& one : entry->value->entries) {
    check_header_value(context.report, *one.value);
    if (!is_header_name(one.key) || one.key != to_lower_ascii(one.key) ||
        one.key.starts_with("grpc-"))
      context.report.add("E0111", one.at, "no name for metadata").help =
          "lower-case letters, digits, _ - and ., not beginning with grpc-";
  }
}

}  // namespace

std::optional<GrpcAction> decode_grpc(CheckContext& context, const Node& node) {
  GrpcAction action;
  if (node.kind == NodeKind::scalar) {
    decode_target(context, node, false, action.address);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "grpc", node, "HOST:PORT, or a map").help =
        "for example grpc: api.example.com:443";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("grpc"));
  if (const Entry* target = fields.require("target", "target: api.example.com:443"))
    decode_target(context, *target->value, false, action.address);
  for (const auto& [key, text] :
       {std::pair{"service", &action.service}, std::pair{"authority", &action.authority}})
    if (fields.text(key, *text)) context.references.check(*fields.find(key)->value);
  fields.flag("tls", action.tls);
  fields.flag("insecure", action.insecure);
  fields.choice("ip_version", {"any", "4", "6"}, action.ip_version);
  decode_metadata(context, fields, action);
  decode_route(context, fields, action.route);
  return action;
}

}  // namespace picket::checks
