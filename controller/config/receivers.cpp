#include "controller/config/receivers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "common/checks/config_reader.h"
#include "common/checks/formats.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

using checks::Diagnostic;
using checks::Entry;
using checks::Fields;
using checks::KeyGroup;
using checks::Node;
using checks::Report;

constexpr std::string_view kPagerDutyUrl = "https://events.pagerduty.com";
constexpr std::size_t kRoutingKeyBytes = 32;
constexpr std::string_view kWebhookPrefix = "whsec_";

const KeyGroup& receiver_keys() {
  static constexpr std::string_view kKeys[] = {"pagerduty", "webhook", "fallback"};
  static const KeyGroup keys =
      checks::make_key_group("receiver", "keys of a receiver: pagerduty, webhook, fallback", kKeys);
  return keys;
}

const KeyGroup& pagerduty_keys() {
  static constexpr std::string_view kKeys[] = {"routing_key", "routing_key_file", "events_url",
                                               "ca_file"};
  static const KeyGroup keys = checks::make_key_group(
      "pagerduty", "keys of pagerduty: routing_key, routing_key_file, events_url, ca_file", kKeys);
  return keys;
}

const KeyGroup& webhook_keys() {
  static constexpr std::string_view kKeys[] = {"url", "secret", "secret_file", "ca_file"};
  static const KeyGroup keys = checks::make_key_group(
      "webhook", "keys of webhook: url, secret, secret_file, ca_file", kKeys);
  return keys;
}

const checks::Mark& place_of(const Fields& fields, const std::string& key) {
  for (const std::string& name : {key, key + "_file"})
    if (const Entry* entry = fields.find(name)) return entry->value->at;
  return fields.at();
}

void read_pagerduty(Report& report, const Node& node, Receiver& out) {
  const Fields fields(report, node, pagerduty_keys());
  out.kind = ReceiverKind::pagerduty;
  out.url = std::string{kPagerDutyUrl};
  checks::read_url(fields, "events_url", out.url);
  while (out.url.ends_with('/')) out.url.pop_back();
  fields.text("ca_file", out.ca_file);
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
  const Fields fields(report, node, webhook_keys());
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

std::optional<Receiver> read_receiver(Report& report, const Entry& entry) {
  const Fields fields(report, *entry.value, receiver_keys());
  Receiver receiver;
  receiver.name = entry.key;
  if (!checks::is_receiver_name(entry.key) || entry.key.find('/') == std::string::npos)
    report
        .add("E0111", entry.at,
             fmt::format("`{}` is no name of a receiver", cut_utf8(entry.key, 60)))
        .help = "kind/name, for example pagerduty/payments";
  fields.text("fallback", receiver.fallback);
  const Entry* pagerduty = fields.find("pagerduty");
  const Entry* webhook = fields.find("webhook");
  if (pagerduty != nullptr && webhook != nullptr) {
    report.add("E0113", webhook->at, "`pagerduty` and `webhook` exclude each other");
  } else if (pagerduty != nullptr) {
    read_pagerduty(report, *pagerduty->value, receiver);
  } else if (webhook != nullptr) {
    read_webhook(report, *webhook->value, receiver);
  } else if (fields.is_map()) {
    report.add("E0109", entry.at, fmt::format("`{}` does not say how to tell anybody", entry.key))
        .help = "add pagerduty: {routing_key_file: ..} or webhook: {url: .., secret_file: ..}";
  }
  return receiver;
}

const checks::Mark& fallback_place(const Node& node, const std::string& name) {
  const Entry* receiver = node.find(name);
  const Entry* fallback = receiver->value->find("fallback");
  return fallback == nullptr ? receiver->at : fallback->value->at;
}

// The fallbacks of `start` in order, up to the first that repeats or leads nowhere.
bool leads_back(const std::map<std::string, Receiver>& receivers, const std::string& start) {
  std::set<std::string> seen;
  std::string name = start;
  while (receivers.count(name) != 0 && seen.insert(name).second) name = receivers.at(name).fallback;
  return name == start;
}

void check_fallbacks(Report& report, const Node& node,
                     const std::map<std::string, Receiver>& receivers) {
  std::vector<std::string> names;
  for (const auto& [name, receiver] : receivers) names.push_back(name);
  for (const auto& [name, receiver] : receivers) {
    if (receiver.fallback.empty()) continue;
    if (receivers.count(receiver.fallback) == 0) {
      Diagnostic& mistake =
          report.add("E0303", fallback_place(node, name),
                     fmt::format("no receiver `{}`", cut_utf8(receiver.fallback, 60)));
      const std::string near = did_you_mean(receiver.fallback, names);
      if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
    } else if (leads_back(receivers, name)) {
      report.add("E0302", fallback_place(node, name), "the fallbacks lead back to this receiver")
          .help = "when it cannot be reached, nobody would be told";
    }
  }
}

}  // namespace

std::map<std::string, Receiver> read_receivers(Report& report, const Node& node) {
  std::map<std::string, Receiver> receivers;
  for (const Entry& entry : checks::entries_of(report, "receivers", node))
    if (auto receiver = read_receiver(report, entry))
      receivers.emplace(entry.key, std::move(*receiver));
  check_fallbacks(report, node, receivers);
  return receivers;
}

}  // namespace picket::controller
