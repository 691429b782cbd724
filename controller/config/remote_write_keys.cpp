#include "controller/config/remote_write_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "common/checks/config_reader.h"
#include "common/core/text.h"

namespace picket::controller {
namespace {

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;

constexpr checks::Range<Millis> kInterval{Seconds{1}, minutes{10}};
constexpr std::string_view kKeys[] = {"url",      "interval", "bearer_token",  "bearer_token_file",
                                      "username", "password", "password_file", "ca_file",
                                      "labels"};

bool has_secret(const Fields& fields, const std::string& key) {
  return fields.find(key) != nullptr || fields.find(key + "_file") != nullptr;
}

// As Prometheus wants them, but none of its own.
bool is_metric_label(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(), plain);
}

void read_labels(const Fields& fields, RemoteWriteSettings& out) {
  const Entry* labels = fields.find("labels");
  if (labels == nullptr) return;
  for (const Entry& label : checks::entries_of(fields.report(), "labels", *labels->value)) {
    auto value = checks::read_text(fields.report(), label.key, *label.value);
    if (!is_metric_label(label.key))
      fields.report()
          .add("E0111", label.at,
               fmt::format("`{}` is no label of a metric", cut_utf8(label.key, 60)))
          .help = "letters, digits and _, as in cluster";
    else if (value)
      out.labels[label.key] = std::move(*value);
  }
}

void read_login(const Fields& fields, RemoteWriteSettings& out) {
  if (has_secret(fields, "bearer_token"))
    checks::read_secret(fields, "bearer_token", out.bearer_token);
  const Entry* name = fields.find("username");
  if (name == nullptr && !has_secret(fields, "password")) return;
  if (has_secret(fields, "bearer_token")) {
    fields.report().add("E0113", name == nullptr ? fields.at() : name->at,
                        "`bearer_token` and `username` exclude each other");
    return;
  }
  fields.require("username", "username: picket");
  fields.text("username", out.username);
  checks::read_secret(fields, "password", out.password);
}

}  // namespace

void read_remote_write(const Fields& file, RemoteWriteSettings& out) {
  const Entry* entry = file.find("remote_write");
  if (entry == nullptr) return;
  static const KeyGroup keys = checks::make_key_group(
      "remote_write", fmt::format("keys of remote_write: {}", fmt::join(kKeys, ", ")), kKeys);
  const Fields fields(file.report(), *entry->value, keys);
  if (!fields.is_map()) return;
  fields.require("url", "url: https://prometheus.example.com/api/v1/write");
  checks::read_url(fields, "url", out.url);
  fields.duration("interval", kInterval, out.interval);
  fields.text("ca_file", out.ca_file);
  read_login(fields, out);
  read_labels(fields, out);
}

}  // namespace picket::controller
