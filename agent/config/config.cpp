#include "agent/config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/checks/config_print.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

// The controller takes no runs that are older than this and a day.
constexpr Millis kSpoolAgeMost = std::chrono::hours{24 * 7};

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;
using checks::Node;
using checks::Report;

KeyGroup keys_of(std::string name, std::initializer_list<std::string_view> keys) {
  std::string help = fmt::format("keys of {}: {}", name, fmt::join(keys, ", "));
  return checks::make_key_group(std::move(name), std::move(help), {keys.begin(), keys.size()});
}

void read_controller(const Fields& file, AgentConfig& out) {
  file.require("controller", "controller: https://picket.example.com:8443");
  if (!checks::read_url(file, "controller", out.controller)) return;
  const checks::Mark& at = file.find("controller")->value->at;
  while (out.controller.ends_with('/')) out.controller.pop_back();
  if (!to_lower_ascii(out.controller).starts_with("https://"))
    file.report().add("E0111", at, "the link to the controller is https").help =
        "agents prove who they are with a certificate";
  else if (out.controller.find_first_of("/?#", 8) != std::string::npos)
    file.report().add("E0111", at, "the controller's URL has no path");
}

void read_name(const Fields& file, AgentConfig& out) {
  if (!file.text("name", out.name) || checks::is_label_name(out.name)) return;
  file.report().add("E0111", file.find("name")->value->at, "no name for an agent").help =
      "lower-case letters, digits and hyphens, at most 63";
}

void read_resolver(const Fields& file, std::vector<std::string>& out) {
  const Entry* entry = file.find("resolver");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("resolver", {"servers"});
  const Fields fields(file.report(), *entry->value, keys);
  if (!fields.texts("servers", out)) return;
  fields.each("servers", [&](const Node& node) {
    const auto endpoint = checks::parse_endpoint(node.text);
    if (endpoint && endpoint->port != 0 && checks::is_address_prefix(endpoint->host)) return;
    file.report().add("E0111", node.at, "a name server is ADDRESS:PORT").help =
        "for example 10.0.0.2:53 or \"[2001:db8::1]:53\"";
  });
}

void read_network(const Fields& file, NetworkSettings& out) {
  const Entry* entry = file.find("network");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("network", {"allow", "ca_file"});
  const Fields fields(file.report(), *entry->value, keys);
  fields.text("ca_file", out.ca_file);
  if (!fields.texts("allow", out.allow)) return;
  fields.each("allow", [&](const Node& node) {
    if (checks::is_address_prefix(node.text)) return;
    file.report().add("E0111", node.at, "not an address or a prefix").help =
        "for example 10.0.0.0/8, 127.0.0.1 or fd00::/8";
  });
}

void read_limits(const Fields& file, LimitSettings& out) {
  const Entry* entry = file.find("limits");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("limits", {"concurrent_runs", "per_host", "spool_bytes",
                                                  "spool_age", "traceroutes_per_minute"});
  const Fields fields(file.report(), *entry->value, keys);
  fields.integer("concurrent_runs", {1, 100'000}, out.concurrent_runs);
  fields.integer("per_host", {1, 10'000}, out.per_host);
  fields.integer("traceroutes_per_minute", {0, 60}, out.traceroutes_per_minute);
  fields.size("spool_bytes", {1ull << 20, 1ull << 40}, out.spool_bytes);
  fields.duration("spool_age", {std::chrono::minutes{10}, std::chrono::hours{24 * 90}},
                  out.spool_age);
  out.spool_age = std::min(out.spool_age, kSpoolAgeMost);
}

void read_secrets(const Fields& file, SecretSettings& out) {
  const Entry* entry = file.find("secrets");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("secrets", {"directory", "environment_prefix"});
  const Fields fields(file.report(), *entry->value, keys);
  fields.text("directory", out.directory);
  if (!fields.text("environment_prefix", out.environment_prefix)) return;
  if (!checks::is_metric_label(out.environment_prefix))
    file.report()
        .add("E0111", fields.find("environment_prefix")->value->at, "no start of a variable's name")
        .help = "letters, digits and _, for example PICKET_SECRET_";
}

void decode(Report& report, const Node& root, AgentConfig& out) {
  static const KeyGroup keys =
      keys_of("agent.yaml",
              {"version", "controller", "controller_ca", "state_dir", "name", "join_token_file",
               "resolver", "network", "limits", "secrets", "tests", "log"});
  const Fields file(report, root, keys);
  if (!file.is_map()) return;
  checks::read_config_version(file);
  read_controller(file, out);
  file.require("state_dir", "state_dir: /var/lib/picket-agent");
  file.text("state_dir", out.state_dir);
  file.text("controller_ca", out.controller_ca);
  file.text("join_token_file", out.join_token_file);
  read_name(file, out);
  read_resolver(file, out.resolver_servers);
  read_network(file, out.network);
  read_limits(file, out.limits);
  read_secrets(file, out.secrets);
  file.flag("tests", out.tests);
  checks::read_log(file, out.log);
  out.parts = checks::config_parts(root);
}

}  // namespace

std::vector<checks::Diagnostic> decode_agent_config(const std::string& path, std::string text,
                                                    AgentConfig& out,
                                                    const checks::ConfigLayers& layers) {
  return checks::decode_config_text(
      path, std::move(text), [&](Report& report, const Node& root) { decode(report, root, out); },
      layers);
}

Result<AgentConfig> read_agent_config(const std::string& path, const checks::ConfigLayers& layers) {
  AgentConfig config;
  const Status read = checks::read_config_file(
      path, [&](Report& report, const Node& root) { decode(report, root, config); }, layers);
  if (!read) return fail(read.error());
  return config;
}

Result<std::string> print_agent_config(const std::string& path,
                                       const checks::ConfigLayers& layers) {
  AgentConfig config;
  return checks::print_config_file(
      path, [&](Report& report, const Node& root) { decode(report, root, config); }, layers);
}

}  // namespace picket::agent
