#include "controller/config/config.h"

#include <fmt/format.h>

#include <cstdlib>
#include "common/checks/config_print.h"
#include "common/checks/formats.h"
#include "common/core/text.h"
#include "controller/config/health_keys.h"
#include "controller/config/receivers.h"
#include "controller/config/remote_write_keys.h"
#include "controller/config/route_rules.h"

namespace picket::controller {
namespace {

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;
using checks::Node;
using checks::Report;

constexpr Millis kDay = std::chrono::hours{24};

KeyGroup keys_of(std::string name, std::initializer_list<std::string_view> keys) {
  std::string help = fmt::format("keys of {}: {}", name, fmt::join(keys, ", "));
  return checks::make_key_group(std::move(name), std::move(help), {keys.begin(), keys.size()});
}

void read_agents(const Fields& file, AgentListener& out) {
  const Entry* entry = file.find("agents");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("agents", {"listen", "names"});
  const Fields fields(file.report(), *entry->value, keys);
  checks::read_endpoint(fields, "listen", out.listen);
  fields.texts("names", out.names);
}

void read_api(const Fields& file, checks::Endpoint& out) {
  const Entry* entry = file.find("api");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("api", {"listen"});
  const Fields fields(file.report(), *entry->value, keys);
  checks::read_endpoint(fields, "listen", out);
}

void read_targets(Report& report, const Fields& fields, RegionSettings& region) {
  if (!fields.texts("control_targets", region.control_targets)) return;
  fields.each("control_targets", [&](const Node& node) {
    if (const auto wrong = checks::url_error(node.text))
      report.add("E0111", node.at, fmt::format("a control target is a URL: {}", *wrong));
  });
}

// Degrees, as a whole number or a decimal fraction.
bool read_degrees(const Fields& fields, std::string_view key, double limit, double& out) {
  const Entry* entry = fields.find(key);
  if (entry == nullptr) return false;
  const auto text = checks::read_scalar_text(fields.report(), key, *entry->value);
  if (!text) return false;
  char* end = nullptr;
  out = std::strtod(text->c_str(), &end);
  const bool number = !text->empty() && end == text->c_str() + text->size();
  if (number && out >= -limit && out <= limit) return true;
  fields.report().add("E0111", entry->value->at,
                      fmt::format("`{}` is a number from -{} to {}", key, limit, limit));
  return false;
}

void read_place(const Fields& fields, RegionSettings& region) {
  if (!fields.has("latitude") && !fields.has("longitude")) return;
  fields.require("latitude", "latitude: 53.3");
  fields.require("longitude", "longitude: -6.3");
  GeoPoint point;
  const bool north = read_degrees(fields, "latitude", 90, point.latitude);
  const bool east = read_degrees(fields, "longitude", 180, point.longitude);
  if (north && east) region.at = point;
}

RegionSettings read_region(Report& report, const Entry& entry) {
  static const KeyGroup keys =
      keys_of("a region", {"labels", "latitude", "longitude", "control_targets"});
  RegionSettings region;
  if (!checks::is_label_name(entry.key))
    report.add("E0111", entry.at, fmt::format("`{}` is no region name", cut_utf8(entry.key, 60)))
        .help = "lower-case letters, digits and hyphens, as in eu-west-1";
  if (entry.value->kind == checks::NodeKind::null) return region;
  const Fields fields(report, *entry.value, keys);
  if (const Entry* labels = fields.find("labels"))
    for (const Entry& label : checks::entries_of(report, "labels", *labels->value))
      if (auto value = checks::read_text(report, label.key, *label.value))
        region.labels[label.key] = std::move(*value);
  read_place(fields, region);
  read_targets(report, fields, region);
  return region;
}

void read_regions(const Fields& file, std::map<RegionName, RegionSettings>& out) {
  const Entry* entry = file.find("regions");
  if (entry == nullptr) return;
  for (const Entry& region : checks::entries_of(file.report(), "regions", *entry->value))
    out.emplace(RegionName{region.key}, read_region(file.report(), region));
}

void read_retention(const Fields& file, Retention& out) {
  const Entry* entry = file.find("retention");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("retention", {"raw", "rounds"});
  const Fields fields(file.report(), *entry->value, keys);
  fields.duration("raw", {std::chrono::hours{1}, 400 * kDay}, out.raw);
  fields.duration("rounds", {kDay, 3650 * kDay}, out.rounds);
}

void read_after_resolve(const Fields& file, AfterManualResolve& out) {
  const Entry* entry = file.find("after_manual_resolve");
  if (entry == nullptr) return;
  static const KeyGroup keys = keys_of("after_manual_resolve", {"then", "grace"});
  const Fields fields(file.report(), *entry->value, keys);
  fields.duration("grace", {std::chrono::seconds{10}, kDay}, out.grace);
  std::string then;
  if (!fields.text("then", then)) return;
  for (const AfterResolve after : {AfterResolve::page_again, AfterResolve::hold})
    if (then == to_string(after)) return void(out.then = after);
  file.report()
      .add("E0111", fields.find("then")->value->at,
           fmt::format("`{}` is not what follows", cut_utf8(then, 60)))
      .help = "page_again or hold";
}

// Receivers that something else than a check names.
void check_receivers(const Fields& file, std::string_view key, const ControllerConfig& config) {
  file.each(key, [&](const Node& node) {
    if (config.receivers.count(node.text) != 0) return;
    std::vector<std::string> names;
    for (const auto& [name, receiver] : config.receivers) names.push_back(name);
    checks::Diagnostic& mistake = file.report().add(
        "E0303", node.at, fmt::format("no receiver `{}`", cut_utf8(node.text, 60)));
    const std::string near = did_you_mean(node.text, names);
    if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
  });
}

void decode(Report& report, const Node& root, ControllerConfig& out) {
  static const KeyGroup keys =
      keys_of("controller.yaml",
              {"version", "state_dir", "checks_dir", "agents", "api", "regions", "receivers",
               "default_receiver", "fleet_receivers", "routes", "health", "dead_man",
               "remote_write", "retention", "log", "external_url", "after_manual_resolve"});
  const Fields file(report, root, keys);
  if (!file.is_map()) return;
  checks::read_config_version(file);
  file.require("state_dir", "state_dir: /var/lib/picket-controller");
  file.require("checks_dir", "checks_dir: /etc/picket/checks");
  file.text("state_dir", out.state_dir);
  file.text("checks_dir", out.checks_dir);
  read_agents(file, out.agents);
  read_api(file, out.api);
  read_regions(file, out.regions);
  if (const Entry* receivers = file.find("receivers"))
    out.receivers = read_receivers(report, *receivers->value);
  file.text("default_receiver", out.default_receiver);
  file.texts("fleet_receivers", out.fleet_receivers);
  check_receivers(file, "default_receiver", out);
  check_receivers(file, "fleet_receivers", out);
  if (const Entry* routes = file.find("routes"))
    out.routes = read_route_rules(report, *routes->value, out.receivers);
  read_health(file, out.health);
  read_dead_man(file, out.dead_man);
  read_remote_write(file, out.remote_write);
  read_retention(file, out.retention);
  read_after_resolve(file, out.after_manual_resolve);
  checks::read_log(file, out.log);
  checks::read_url(file, "external_url", out.external_url);
  out.parts = checks::config_parts(root);
}

}  // namespace

std::string waits_for_restart(const ControllerConfig& started, const ControllerConfig& next) {
  std::string keys = checks::changed_parts(
      started.parts, next.parts,
      {"version", "log", "receivers", "default_receiver", "fleet_receivers", "routes", "retention",
       "health", "dead_man", "after_manual_resolve", "agents", "remote_write"});
  const auto add = [&keys](std::string_view key) {
    keys.append(keys.empty() ? "" : ", ").append(key);
  };
  if (!(started.agents.listen == next.agents.listen)) add("agents.listen");
  if (!(started.remote_write == next.remote_write)) add("remote_write");  // or its secret's file
  return keys;
}

std::vector<checks::Diagnostic> decode_controller_config(const std::string& path, std::string text,
                                                         ControllerConfig& out,
                                                         const checks::ConfigLayers& layers) {
  return checks::decode_config_text(
      path, std::move(text), [&](Report& report, const Node& root) { decode(report, root, out); },
      layers);
}

Result<ControllerConfig> read_controller_config(const std::string& path,
                                                const checks::ConfigLayers& layers) {
  ControllerConfig config;
  const Status read = checks::read_config_file(
      path, [&](Report& report, const Node& root) { decode(report, root, config); }, layers);
  if (!read) return fail(read.error());
  return config;
}

Result<std::string> print_controller_config(const std::string& path,
                                            const checks::ConfigLayers& layers) {
  ControllerConfig config;
  return checks::print_config_file(
      path, [&](Report& report, const Node& root) { decode(report, root, config); }, layers);
}

}  // namespace picket::controller
