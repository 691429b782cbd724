#include "controller/config/health_keys.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "common/checks/config_reader.h"
#include "common/checks/formats.h"

namespace picket::controller {
namespace {

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;

constexpr checks::Range<Millis> kEvery{Seconds{10}, hours{24}};

KeyGroup keys_of(std::string name, std::initializer_list<std::string_view> keys) {
  std::string help = fmt::format("keys of {}: {}", name, fmt::join(keys, ", "));
  return checks::make_key_group(std::move(name), std::move(help), {keys.begin(), keys.size()});
}

const checks::Mark& place_of(const Fields& fields, std::string_view key) {
  for (const std::string& name : {std::string{key}, std::string{key} + "_file"})
    if (const Entry* entry = fields.find(name)) return entry->value->at;
  return fields.at();
}

}  // namespace

void read_health(const Fields& file, HealthSettings& out) {
  const Entry* entry = file.find("health");
  if (entry == nullptr) return;
  static const KeyGroup keys =
      keys_of("health", {"disk_free_warning_percent", "disk_free_error_percent", "clock_skew",
                         "definitions_behind", "schedule_late", "delivery_late"});
  const Fields fields(file.report(), *entry->value, keys);
  fields.integer("disk_free_warning_percent", {0, 90}, out.disk_warning_percent);
  fields.integer("disk_free_error_percent", {0, 90}, out.disk_error_percent);
  fields.duration("clock_skew", {Millis{500}, hours{1}}, out.clock_skew);
  fields.duration("definitions_behind", {minutes{1}, hours{24}}, out.definitions_behind);
  fields.duration("schedule_late", {Seconds{1}, hours{1}}, out.schedule_late);
  fields.duration("delivery_late", {Seconds{30}, hours{1}}, out.delivery_late);
  if (out.disk_error_percent > out.disk_warning_percent)
    file.report()
        .add("E0111", place_of(fields, "disk_free_error_percent"),
             fmt::format("the error at {} % of free disk comes before the warning at {} %",
                         out.disk_error_percent, out.disk_warning_percent))
        .help = "disk_free_warning_percent is the larger one";
}

void read_dead_man(const Fields& file, DeadManSettings& out) {
  const Entry* entry = file.find("dead_man");
  if (entry == nullptr) return;
  static const KeyGroup keys =
      keys_of("dead_man", {"url", "url_file", "every", "method", "ca_file"});
  const Fields fields(file.report(), *entry->value, keys);
  Receiver receiver;
  receiver.name = "dead-man";
  receiver.kind = ReceiverKind::dead_man;
  receiver.method = "POST";
  fields.text("ca_file", receiver.ca_file);
  fields.choice("method", {"GET", "POST"}, receiver.method);
  fields.duration("every", kEvery, out.every);
  if (!checks::read_secret(fields, "url", receiver.secret)) return;
  if (const auto wrong = checks::url_error(receiver.secret)) {
    file.report()
        .add("E0111", place_of(fields, "url"), fmt::format("`url` is not a URL: {}", *wrong))
        .help = "the ping address of a check there: https://hc-ping.com/UUID";
    return;
  }
  // What stands behind the host is the secret.
  receiver.url =
      receiver.secret.substr(0, receiver.secret.find('/', receiver.secret.find("://") + 3));
  out.receiver = std::move(receiver);
}

}  // namespace picket::controller
