#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

bool is_proxy_url(std::string_view text) {
  if (has_reference(text)) return true;
  if (text.starts_with("socks5h://")) return !url_error("http" + std::string{text.substr(7)});
  return !url_error(text);
}

void take_proxy_url(CheckContext& context, const Node& node, HttpRoute& route) {
  auto text = read_text(context.report, "proxy", node);
  if (!text) return;
  context.references.check(node);
  route.proxy = std::move(*text);
  if (route.proxy.find('@') != std::string::npos)
    context.report.add("E0111", node.at, "a proxy's URL holds no credentials").help =
        "write proxy: {url: .., username: .., password: \"${{ secrets.NAME }}\"}";
  else if (!is_proxy_url(route.proxy))
    context.report.add("E0111", node.at, "not the URL of a proxy").help =
        "for example http://proxy.example.com:3128, https:// or socks5h://";
}

void decode_proxy(CheckContext& context, const Fields& fields, HttpRoute& route) {
  const Entry* entry = fields.find("proxy");
  if (entry == nullptr) return;
  if (!entry->value->is_map()) return take_proxy_url(context, *entry->value, route);
  const Fields proxy(context.report, *entry->value, check_keys("proxy"));
  const Entry* url = proxy.require("url", "url: http://proxy.example.com:3128");
  if (url != nullptr) take_proxy_url(context, *url->value, route);
  proxy.text("username", route.proxy_username);
  proxy.text("password", route.proxy_password);
  for (const char* key : {"username", "password"})
    if (const Entry* part = proxy.find(key)) context.references.check(*part->value);
}

// The name of a secret; what a run puts there is its value.
void decode_client_certificate(CheckContext& context, const Fields& fields, HttpRoute& route) {
  std::string name;
  if (!fields.text("client_certificate", name)) return;
  const Node& node = *fields.find("client_certificate")->value;
  if (has_reference(name)) {
    context.references.check(node);
    route.client_certificate = name;
  } else if (is_identifier(name)) {
    context.references.need_secret(name);
    route.client_certificate = "${{ secrets." + name + " }}";
  } else {
    context.report.add("E0111", node.at, "not the name of a secret").help =
        "the secret holds certificate chain and key in PEM form: client_certificate: PROBE_CERT";
  }
}

using Accepts = bool (*)(std::string_view);

struct TextRule {
  std::string_view key;
  Accepts accepts;
  const char* wrong;
  const char* help;
};

bool is_pem(std::string_view text) {
  return text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos;
}

void decode_text(CheckContext& context, const Fields& fields, const TextRule& rule,
                 std::string& out) {
  if (!fields.text(rule.key, out)) return;
  const Node& node = *fields.find(rule.key)->value;
  context.references.check(node);
  if (has_reference(out) || rule.accepts(out)) return;
  context.report.add("E0111", node.at, rule.wrong).help = rule.help;
}

// Ways to a target that contradict each other.
void check_exclusions(const Fields& fields) {
  constexpr std::array<std::pair<const char*, const char*>, 4> kPairs{{
      {"proxy", "address"},
      {"proxy", "server_name"},
      {"proxy", "every_address"},
      {"address", "every_address"},
  }};
  for (const auto& [first, second] : kPairs) {
    const Entry* later = fields.find(second);
    if (!fields.has(first) || later == nullptr || later->value->text == "false") continue;
    fields.report()
        .add("E0113", later->at, fmt::format("`{}` and `{}` exclude each other", first, second))
        .note = std::string_view{first} == "proxy" ? "a proxy resolves names and connects itself"
                                                   : "one address is not every address";
  }
}

}  // namespace

void decode_route(CheckContext& context, const Fields& fields, HttpRoute& route) {
  decode_proxy(context, fields, route);
  decode_client_certificate(context, fields, route);
  decode_text(context, fields,
              {"ca", is_pem, "no certificate in PEM form",
               "the text between and with -----BEGIN CERTIFICATE----- and -----END "
               "CERTIFICATE-----, or ${{ secrets.NAME }}"},
              route.ca);
  decode_text(context, fields,
              {"address", is_ip_address, "not an IP address",
               "for example 203.0.113.7 or 2001:db8::7, without a port"},
              route.address);
  decode_text(context, fields,
              {"server_name", is_dns_name, "not a host name", "for example shop.example.com"},
              route.server_name);
  fields.flag("happy_eyeballs", route.happy_eyeballs);
  fields.flag("every_address", route.every_address);
  check_exclusions(fields);
}

}  // namespace picket::checks
