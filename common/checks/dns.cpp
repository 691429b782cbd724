#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::string_view kAuthoritative = "authoritative";
constexpr std::size_t kNameMax = 255;

const std::vector<std::string>& types() {
  static const std::vector<std::string> all(DnsAction::kTypes.begin(), DnsAction::kTypes.end());
  return all;
}

bool has_template(std::string_view text) { return text.find("${{") != std::string_view::npos; }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && static_cast<unsigned char>(c) < 0x7f && c != '/';
         });
}

void check_query(Report& report, const Node& node, const std::string& query) {
  if (has_template(query) || is_name(query)) return;
  report.add("E0111", node.at, "no DNS name").help =
      "for example www.example.com, without scheme or path; other scripts as punycode (xn--..)";
}

void decode_servers(CheckContext& context, const Fields& fields, DnsAction& action) {
  const Entry* entry = fields.find("servers");
  std::vector<std::string> servers;
  if (entry == nullptr || !fields.texts("servers", servers)) return;
  fields.each("servers", [&](const Node& node) {
    context.references.check(node);
    if (!has_template(node.text) && !is_name(node.text))
      context.report.add("E0111", node.at, "no DNS server").help =
          "system, an address or a name, with a port if need be: 9.9.9.9, \"[2001:db8::1]:53\"";
  });
  action.authoritative = servers == std::vector<std::string>{std::string{kAuthoritative}};
  if (action.authoritative) servers.clear();
  if (std::find(servers.begin(), servers.end(), kAuthoritative) != servers.end())
    context.report.add("E0113", entry->value->at, "`authoritative` stands alone").help =
        "servers: authoritative asks each name server of the zone";
  if (servers.size() > DnsAction::kServersMax || (servers.empty() && !action.authoritative))
    context.report.add("E0111", entry->value->at,
                       fmt::format("`servers` has 1 to {} servers", DnsAction::kServersMax));
  action.servers = std::move(servers);
}

}  // namespace

std::optional<DnsAction> decode_dns(CheckContext& context, const Node& node) {
  DnsAction action;
  if (node.kind == NodeKind::scalar) {
    const auto query = read_text(context.report, "dns", node);
    if (!query) return std::nullopt;
    action.query = *query;
    context.references.check(node);
    check_query(context.report, node, action.query);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "dns", node, "a name, or a map").help =
        "for example dns: {query: www.example.com, type: A}";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("dns"));
  if (const Entry* query = fields.require("query", "query: www.example.com")) {
    context.references.check(*query->value);
    if (fields.text("query", action.query))
      check_query(context.report, *query->value, action.query);
  }
  fields.choice("type", types(), action.type);
  decode_servers(context, fields, action);
  std::string protocol = "udp";
  fields.choice("protocol", {"udp", "tcp"}, protocol);
  action.tcp = protocol == "tcp";
  fields.flag("recursion", action.recursion);
  fields.flag("dnssec", action.dnssec);
  return action;
}

}  // namespace picket::checks
