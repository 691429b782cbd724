#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

const std::vector<std::string>& methods() {
  static const std::vector<std::string> all{"GET",   "HEAD",   "POST",   "PUT",
                                            "PATCH", "DELETE", "OPTIONS"};
  return all;
}

bool is_method(std::string_view word) {
  return std::find(methods().begin(), methods().end(), word) != methods().end();
}

std::optional<HttpAction> decode_short(CheckContext& context, const Node& node) {
  const std::size_t space = node.text.find(' ');
  const std::string method = node.text.substr(0, space);
  if (space == std::string::npos || !is_method(method)) {
    Diagnostic& mistake = context.report.add("E0111", node.at, "`http` must be a method and a URL");
    if (node.text.find("://") < space)
      mistake.note = fmt::format("write `GET {}`", cut_utf8(node.text, 60));
    else if (is_method(method))
      mistake.note = "the URL is missing";
    mistake.help = fmt::format("methods: {}", fmt::join(methods(), ", "));
    return std::nullopt;
  }
  HttpAction action;
  action.method = method;
  action.url = std::string{trim_ascii(std::string_view{node.text}.substr(space))};
  context.references.check(node);
  check_url(context.report, node, action.url);
  return action;
}

void decode_url(CheckContext& context, const Fields& fields, HttpAction& action) {
  const Entry* entry = fields.require("url", "url: https://shop.example.com/");
  if (entry == nullptr || !fields.text("url", action.url)) return;
  context.references.check(*entry->value);
  check_url(context.report, *entry->value, action.url);
}

using Login = std::optional<std::pair<std::string, std::string>>;

Login decode_login(CheckContext& context, const Fields& fields, std::string_view key) {
  const Entry* entry = fields.find(key);
  if (entry == nullptr) return std::nullopt;
  const Fields login(context.report, *entry->value, check_keys(key));
  std::string username;
  std::string password;
  login.require("username", "username: probe");
  login.text("username", username);
  login.text("password", password);
  for (const Entry& part : entry->value->entries) context.references.check(*part.value);
  return std::pair{std::move(username), std::move(password)};
}

void decode_authentication(CheckContext& context, const Fields& fields, HttpAction& action) {
  if (const Entry* entry = fields.find("bearer")) {
    context.references.check(*entry->value);
    fields.text("bearer", action.bearer);
  }
  action.basic = decode_login(context, fields, "basic");
  action.digest = decode_login(context, fields, "digest");
  const Entry* given = nullptr;
  for (const char* key : {"basic", "digest", "bearer"}) {
    const Entry* entry = fields.find(key);
    if (entry != nullptr && given != nullptr)
      context.report.add("E0113", entry->at,
                         fmt::format("`{}` and `{}` exclude each other", given->key, key));
    given = entry == nullptr ? given : entry;
  }
}

void decode_redirects(const Fields& fields, HttpAction& action) {
  const Entry* entry = fields.find("follow_redirects");
  if (entry == nullptr) return;
  const Node& node = *entry->value;
  const Value value = node.kind == NodeKind::scalar ? resolve(node) : Value{Null{}};
  if (const bool* follow = std::get_if<bool>(&value)) {
    action.redirects_max = *follow ? HttpAction{}.redirects_max : 0;
  } else if (std::holds_alternative<std::int64_t>(value)) {
    fields.integer("follow_redirects", {0, 20}, action.redirects_max);
  } else {
    add_wrong_type(fields.report(), "follow_redirects", node, "true, false or a number");
  }
}

void decode_transport(const Fields& fields, HttpAction& action) {
  if (!fields.is_later("http_version", "3", "write auto, 2 or 1.1"))
    fields.choice("http_version", {"auto", "1.1", "2"}, action.http_version);
  fields.choice("ip_version", {"any", "4", "6"}, action.ip_version);
  fields.flag("insecure", action.insecure);
  fields.flag("compression", action.compression);
  fields.size("body_max", {1024, 64ull << 20}, action.body_bytes_max);
  decode_redirects(fields, action);
}

}  // namespace

void check_url(Report& report, const Node& node, std::string_view url) {
  const auto wrong = url_error(url);
  if (wrong)
    report.add("E0111", node.at, fmt::format("not a URL: {}", *wrong)).help =
        "for example https://shop.example.com/login";
}

void check_header_value(Report& report, const Node& node) {
  const std::size_t bad = node.text.find_first_of(std::string_view("\r\n\0", 3));
  if (bad == std::string::npos) return;
  if (node.text[bad] == '\n')
    report.add("E0111", node.at, "a header's value is one line").help =
        "use >- or quotes: | and > end with a line break";
  else
    report.add("E0111", node.at, "a header's value holds neither NUL nor a carriage return");
}

Pairs decode_request_headers(CheckContext& context, const Fields& fields) {
  const Entry* entry = fields.find("headers");
  if (entry == nullptr) return {};
  for (const Entry& header : entry->value->entries) {
    if (!is_header_name(header.key))
      context.report.add("E0111", header.at,
                         fmt::format("`{}` is no name of a header", cut_utf8(header.key, 60)));
    check_header_value(context.report, *header.value);
  }
  return decode_pairs(context, "headers", *entry->value);
}

Pairs decode_pairs(CheckContext& context, std::string_view name, const Node& node) {
  Pairs pairs;
  for (const Entry& entry : entries_of(context.report, name, node)) {
    auto value = read_scalar_text(context.report, entry.key, *entry.value);
    if (!value) continue;
    context.references.check_key(entry);
    context.references.check(*entry.value);
    pairs.emplace_back(entry.key, std::move(*value));
  }
  return pairs;
}

std::optional<HttpAction> decode_http(CheckContext& context, const Node& node) {
  if (node.kind == NodeKind::scalar) return decode_short(context, node);
  if (!node.is_map()) {
    add_wrong_type(context.report, "http", node, "METHOD URL, or a map").help =
        "for example http: GET https://shop.example.com/";
    return std::nullopt;
  }
  HttpAction action;
  decode_request(context, Fields(context.report, node, check_keys("http")), action);
  return action;
}

void decode_request(CheckContext& context, const Fields& fields, HttpAction& action) {
  fields.choice("method", methods(), action.method);
  decode_url(context, fields, action);
  action.headers = decode_request_headers(context, fields);
  if (const Entry* entry = fields.find("query"))
    action.query = decode_pairs(context, "query", *entry->value);
  decode_body(context, fields, action);
  decode_authentication(context, fields, action);
  decode_transport(fields, action);
  decode_route(context, fields, action.route);
}

}  // namespace picket::checks
