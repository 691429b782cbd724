#include "common/checks/decoders.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

void check_host(CheckContext& context, const Node& node, const std::string& host) {
  context.references.check(node);
  const bool is_host =
      !host.empty() && host.size() <= 255 && host.find_first_of("/ \t\n[]@") == std::string::npos;
  if (is_host || host.find("${{") != std::string::npos) return;
  context.report.add("E0111", node.at, "no host to ping").help =
      "a name or an address without scheme and port, for example router.example.com";
}

}  // namespace

std::optional<IcmpAction> decode_icmp(CheckContext& context, const Node& node) {
  IcmpAction action;
  if (node.kind == NodeKind::scalar) {
    const auto host = read_text(context.report, "icmp", node);
    if (!host) return std::nullopt;
    action.host = *host;
    check_host(context, node, action.host);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "icmp", node, "a host, or a map").help =
        "for example icmp: router.example.com";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("icmp"));
  const Entry* host = fields.require("host", "host: router.example.com");
  if (host != nullptr && fields.text("host", action.host))
    check_host(context, *host->value, action.host);
  fields.integer("count", {1, IcmpAction::kCountMax}, action.count);
  fields.duration("interval", {Millis{10}, Seconds{5}}, action.interval);
  fields.size("size", {IcmpAction::kSizeMin, IcmpAction::kSizeMax}, action.size_bytes);
  fields.choice("ip_version", {"any", "4", "6"}, action.ip_version);
  return action;
}

}  // namespace picket::checks
