#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"
#include "common/model/matcher.h"

namespace picket::checks {
namespace {

constexpr int kAnyPort = 1;
constexpr std::size_t kTurnsMax = 100;

void check_text(CheckContext& context, const Node& node, bool fine, std::string_view wrong,
                std::string_view help) {
  context.references.check(node);
  if (has_reference(node.text) || fine) return;
  context.report.add("E0111", node.at, std::string{wrong}).help = help;
}

void check_pattern(CheckContext& context, const Node& node) {
  context.references.check(node);
  if (has_reference(node.text)) return;
  if (const auto error = pattern_error(node.text)) context.report.add("E0205", node.at, *error);
}

DialogueTurn decode_turn(CheckContext& context, const Node& node) {
  DialogueTurn turn;
  const Fields fields(context.report, node, check_keys("turn"));
  if (fields.text("expect", turn.expect)) check_pattern(context, *fields.find("expect")->value);
  if (fields.text("send", turn.send)) context.references.check(*fields.find("send")->value);
  if (node.is_map() && turn.expect.empty() && turn.send.empty())
    context.report.add("E0111", node.at, "a turn waits for something, or says something").help =
        "for example {expect: ^220, send: \"EHLO picket\\r\\n\"}";
  return turn;
}

}  // namespace

void decode_target(CheckContext& context, const Node& node, bool has_default_port,
                   std::string& target) {
  auto text = read_text(context.report, "target", node);
  if (!text) return;
  target = std::string{trim_ascii(*text)};
  const int port = has_default_port ? kAnyPort : 0;
  check_text(context, node, parse_host_port(target, port).has_value(), "not HOST:PORT",
             "for example shop.example.com:443 or \"[2001:db8::1]:443\", without a scheme");
}

void decode_way(CheckContext& context, const Fields& fields, std::string& address,
                std::string& ip_version) {
  if (fields.text("address", address))
    check_text(context, *fields.find("address")->value, is_ip_address(address), "not an IP address",
               "for example 203.0.113.7 or 2001:db8::7, without a port");
  fields.choice("ip_version", {"any", "4", "6"}, ip_version);
}

void decode_tls_client(CheckContext& context, const Fields& fields, TlsClient& client) {
  if (const std::string& name = client.server_name; fields.text("server_name", client.server_name))
    check_text(context, *fields.find("server_name")->value,
               is_dns_name(name) || is_ip_address(name), "not a host name",
               "for example shop.example.com, without a port");
  if (fields.text("ca", client.ca))
    check_text(context, *fields.find("ca")->value,
               client.ca.find("-----BEGIN CERTIFICATE-----") != std::string::npos,
               "no certificate in PEM form",
               "the text of the certificates, or ${{ secrets.NAME }}");
  fields.flag("insecure", client.insecure);
  std::string version = "TLS 1.2";
  if (fields.choice("min_version", {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}, version))
    client.min_version = 1.0 + (version.back() - '0') / 10.0;
  fields.texts("alpn", client.alpn);
  std::string secret;
  if (!fields.text("client_certificate", secret)) return;
  const Node& node = *fields.find("client_certificate")->value;
  client.client_certificate = secret;
  if (has_reference(secret)) return context.references.check(node);
  if (is_identifier(secret)) {
    context.references.need_secret(secret);
    client.client_certificate = "${{ secrets." + secret + " }}";
    return;
  }
  context.report.add("E0111", node.at, "not the name of a secret").help =
      "the secret holds certificate chain and key in PEM form: client_certificate: PROBE_CERT";
}

std::vector<DialogueTurn> decode_dialogue(CheckContext& context, const Fields& fields) {
  std::vector<DialogueTurn> turns;
  if (const Entry* send = fields.find("send")) {
    DialogueTurn turn;
    context.references.check(*send->value);
    if (fields.text("send", turn.send)) turns.push_back(std::move(turn));
  }
  const Entry* entry = fields.find("dialogue");
  if (entry == nullptr) return turns;
  if (fields.has("send"))
    context.report.add("E0113", entry->at, "`send` and `dialogue` exclude each other");
  if (entry->value->kind != NodeKind::sequence || entry->value->items.empty()) {
    add_wrong_type(context.report, "dialogue", *entry->value, "a list of turns").help =
        "for example [{expect: ^220, send: \"QUIT\\r\\n\"}]";
    return turns;
  }
  if (entry->value->items.size() > kTurnsMax)
    context.report.add("E0111", entry->value->at,
                       fmt::format("{} turns, at most {}", entry->value->items.size(), kTurnsMax));
  for (const NodePtr& item : entry->value->items) turns.push_back(decode_turn(context, *item));
  return turns;
}

std::optional<TlsAction> decode_tls(CheckContext& context, const Node& node) {
  TlsAction action;
  if (node.kind == NodeKind::scalar) {
    decode_target(context, node, true, action.endpoint.target);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "tls", node, "HOST:PORT, or a map").help =
        "for example tls: shop.example.com:443";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("tls"));
  if (const Entry* target = fields.require("target", "target: mail.example.com:25"))
    decode_target(context, *target->value, true, action.endpoint.target);
  decode_way(context, fields, action.endpoint.address, action.endpoint.ip_version);
  fields.choice("starttls", {"none", "smtp", "imap", "pop3", "postgres", "ldap"}, action.starttls);
  decode_tls_client(context, fields, action.client);
  return action;
}

std::optional<TcpAction> decode_tcp(CheckContext& context, const Node& node) {
  TcpAction action;
  if (node.kind == NodeKind::scalar) {
    decode_target(context, node, false, action.endpoint.target);
    return action;
  }
  if (!node.is_map()) {
    add_wrong_type(context.report, "tcp", node, "HOST:PORT, or a map").help =
        "for example tcp: db.example.com:5432";
    return std::nullopt;
  }
  const Fields fields(context.report, node, check_keys("tcp"));
  if (const Entry* target = fields.require("target", "target: db.example.com:5432"))
    decode_target(context, *target->value, false, action.endpoint.target);
  decode_way(context, fields, action.endpoint.address, action.endpoint.ip_version);
  if (const Entry* tls = fields.find("tls"); tls != nullptr && tls->value->is_map()) {
    const Fields client(context.report, *tls->value, check_keys("tls_client"));
    decode_tls_client(context, client, action.tls.emplace());
  } else if (bool on = false; fields.flag("tls", on) && on) {
    action.tls.emplace();
  }
  action.dialogue = decode_dialogue(context, fields);
  fields.size("receive_max", {1, 16ULL << 20}, action.receive_bytes_max);
  std::string read;
  if (fields.choice("read", {"nothing", "line", "all"}, read))
    action.reading = read == "all"    ? Reading::all
                     : read == "line" ? Reading::line
                                      : Reading::nothing;
  if (!fields.text("until", action.until)) return action;
  check_pattern(context, *fields.find("until")->value);
  action.reading = Reading::until;
  if (const Entry* both = fields.find("read"))
    context.report.add("E0113", both->at, "`read` and `until` exclude each other");
  return action;
}

}  // namespace picket::checks
