#include "controller/config/receiver_kinds.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "common/checks/config_reader.h"
#include "common/checks/files.h"
#include "common/checks/formats.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;
using checks::Node;
using checks::Report;

constexpr std::string_view kPagerDutyUrl = "https://events.pagerduty.com";
constexpr std::size_t kRoutingKeyBytes = 32;
constexpr std::size_t kSecretBytes = 64 * 1024;
constexpr std::string_view kWebhookPrefix = "whsec_";

KeyGroup keys_of(std::string name, std::initializer_list<std::string_view> keys) {
  std::string help = fmt::format("keys of {}: {}", name, fmt::join(keys, ", "));
  return checks::make_key_group(std::move(name), std::move(help), {keys.begin(), keys.size()});
}

const checks::Mark& place_of(const Fields& fields, const std::string& key) {
  for (const std::string& name : {key, key + "_file"})
    if (const Entry* entry = fields.find(name)) return entry->value->at;
  return fields.at();
}

bool has_secret(const Fields& fields, const std::string& key) {
  return fields.has(key) || fields.has(key + "_file");
}

void trim_slashes(std::string& url) {
  while (url.ends_with('/')) url.pop_back();
}

// Several hold while one replaces the other.
void read_webhook_secrets(Report& report, const Fields& fields, Receiver& out) {
  const auto take = [&](const Node& at, std::string secret) {
    if (secret.empty())
      report.add("E0111", at.at, "a webhook's secret is empty: everybody could sign with it");
    else
      out.webhook_secrets.push_back(std::move(secret));
  };
  std::vector<std::string> texts;
  if (fields.texts("webhook_secret", texts))
    fields.each("webhook_secret", [&](const Node& node) { take(node, node.text); });
  if (!fields.texts("webhook_secret_file", texts)) return;
  fields.each("webhook_secret_file", [&](const Node& node) {
    const auto text = checks::read_text_file(node.text, kSecretBytes);
    if (text)
      take(node, std::string{trim_ascii(*text)});
    else
      report.add("E0101", node.at, text.error().message).help = text.error().hint;
  });
}

void read_pagerduty(Report& report, const Node& node, Receiver& out) {
  static const KeyGroup keys =
      keys_of("pagerduty", {"routing_key", "routing_key_file", "events_url", "ca_file",
                            "rest_api_key", "rest_api_key_file", "rest_url", "webhook_secret",
                            "webhook_secret_file", "change_events"});
  const Fields fields(report, node, keys);
  out.kind = ReceiverKind::pagerduty;
  out.url = std::string{kPagerDutyUrl};
  checks::read_url(fields, "events_url", out.url);
  trim_slashes(out.url);
  fields.text("ca_file", out.ca_file);
  fields.flag("change_events", out.change_events);
  if (has_secret(fields, "rest_api_key"))
    checks::read_secret(fields, "rest_api_key", out.rest_key);
  else if (const Entry* rest = fields.find("rest_url"))
    report.add("E0109", rest->at, "`rest_api_key_file` is missing beside `rest_url`");
  checks::read_url(fields, "rest_url", out.rest_url);
  trim_slashes(out.rest_url);
  read_webhook_secrets(report, fields, out);
  if (!checks::read_secret(fields, "routing_key", out.secret)) return;
  if (out.secret.size() != kRoutingKeyBytes)
    report
        .add("E0111", place_of(fields, "routing_key"),
             fmt::format("a routing key has 32 characters, this one {}", out.secret.size()))
        .help = "the integration key of an Events API v2 integration";
}

// Standard Webhooks: "whsec_" and base64 of 24 to 64 bytes.
bool is_webhook_secret(std::string_view text) {
  if (!text.starts_with(kWebhookPrefix)) return false;
  const auto bytes = from_base64(text.substr(kWebhookPrefix.size()));
  return bytes && bytes->size() >= 24 && bytes->size() <= 64;
}

void read_webhook(Report& report, const Node& node, Receiver& out) {
  static const KeyGroup keys = keys_of("webhook", {"url", "secret", "secret_file", "ca_file"});
  const Fields fields(report, node, keys);
  out.kind = ReceiverKind::webhook;
  fields.require("url", "url: https://hooks.example.com/picket");
  checks::read_url(fields, "url", out.url);
  fields.text("ca_file", out.ca_file);
  if (!checks::read_secret(fields, "secret", out.secret)) return;
  if (!is_webhook_secret(out.secret))
    report
        .add("E0111", place_of(fields, "secret"),
             "the secret is not whsec_ and base64 of 24 to 64 bytes")
        .help = "make one: echo whsec_$(openssl rand -base64 24)";
}

// "https://hooks.slack.com" of "https://hooks.slack.com/services/..": what is no secret of it.
std::string origin_of(const std::string& url) {
  return url.substr(0, url.find('/', url.find("://") + 3));
}

void read_slack(Report& report, const Node& node, Receiver& out) {
  static const KeyGroup keys = keys_of("slack", {"webhook_url", "webhook_url_file", "ca_file"});
  const Fields fields(report, node, keys);
  out.kind = ReceiverKind::slack;
  fields.text("ca_file", out.ca_file);
  if (!checks::read_secret(fields, "webhook_url", out.secret)) return;
  if (const auto wrong = checks::url_error(out.secret))
    report
        .add("E0111", place_of(fields, "webhook_url"),
             fmt::format("`webhook_url` is not a URL: {}", *wrong))
        .help = "the address of an incoming webhook: https://hooks.slack.com/services/..";
  else
    out.url = origin_of(out.secret);
}

void read_alertmanager(Report& report, const Node& node, Receiver& out) {
  static const KeyGroup keys = keys_of("alertmanager", {"urls", "user", "password", "password_file",
                                                        "token", "token_file", "ca_file"});
  const Fields fields(report, node, keys);
  out.kind = ReceiverKind::alertmanager;
  fields.require("urls", "urls: [http://alertmanager-1:9093, http://alertmanager-2:9093]");
  std::vector<std::string> urls;
  if (fields.texts("urls", urls))
    fields.each("urls", [&](const Node& url) {
      if (const auto wrong = checks::url_error(url.text))
        report.add("E0111", url.at, fmt::format("an Alertmanager has a URL: {}", *wrong));
    });
  for (std::string& url : urls) {
    trim_slashes(url);
    out.url += (out.url.empty() ? "" : " ") + url;
  }
  fields.text("user", out.user);
  fields.text("ca_file", out.ca_file);
  const bool token = has_secret(fields, "token");
  if (token && !out.user.empty())
    report.add("E0113", place_of(fields, "token"), "`user` and `token` exclude each other");
  else if (!out.user.empty())
    checks::read_secret(fields, "password", out.secret);
  else if (has_secret(fields, "password"))
    report.add("E0109", place_of(fields, "password"), "`user` is missing beside `password`");
  else if (token)
    checks::read_secret(fields, "token", out.secret);
}

MailSecurity security_of(const std::string& name) {
  if (name == "tls") return MailSecurity::tls;
  return name == "none" ? MailSecurity::none : MailSecurity::starttls;
}

void read_server(const Fields& fields, Receiver& out) {
  checks::Endpoint server;
  fields.require("server", "server: mail.example.com:587");
  if (!checks::read_endpoint(fields, "server", server)) return;
  const bool v6 = server.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + server.host + "]" : server.host;
  out.url = fmt::format("smtp://{}:{}", host, server.port);
}

void require_address(Report& report, const Node& node) {
  if (!checks::is_mail_address(node.text))
    report
        .add("E0111", node.at,
             fmt::format("`{}` is no e-mail address", cut_utf8(clean_line(node.text), 60)))
        .help = "the plain address, as in oncall@example.com";
}

void read_login(Report& report, const Fields& fields, Receiver& out) {
  if (!fields.text("user", out.user)) {
    if (has_secret(fields, "password"))
      report.add("E0109", place_of(fields, "password"), "`user` is missing beside `password`");
    return;
  }
  checks::read_secret(fields, "password", out.secret);
  if (out.security == MailSecurity::none)
    report.add("E0111", place_of(fields, "user"), "a login in the clear shows its password").help =
        "use `security: starttls` or `security: tls`";
}

void read_email(Report& report, const Node& node, Receiver& out) {
  static const KeyGroup keys = keys_of("email", {"server", "security", "user", "password",
                                                 "password_file", "from", "to", "ca_file"});
  const Fields fields(report, node, keys);
  out.kind = ReceiverKind::email;
  read_server(fields, out);
  std::string security;
  if (fields.choice("security", {"starttls", "tls", "none"}, security))
    out.security = security_of(security);
  read_login(report, fields, out);
  fields.require("from", "from: picket@example.com");
  if (fields.text("from", out.from)) require_address(report, *fields.find("from")->value);
  fields.require("to", "to: [oncall@example.com]");
  if (fields.texts("to", out.to))
    fields.each("to", [&](const Node& address) { require_address(report, address); });
  fields.text("ca_file", out.ca_file);
}

}  // namespace

std::span<const ReceiverKindReader> receiver_kinds() {
  static constexpr ReceiverKindReader kKinds[] = {
      {"pagerduty", "pagerduty: {routing_key_file: ..}", read_pagerduty},
      {"webhook", "webhook: {url: .., secret_file: ..}", read_webhook},
      {"slack", "slack: {webhook_url_file: ..}", read_slack},
      {"alertmanager", "alertmanager: {urls: [..]}", read_alertmanager},
      {"email", "email: {server: .., from: .., to: [..]}", read_email},
  };
  return kKinds;
}

}  // namespace picket::controller
