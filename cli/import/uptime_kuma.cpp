// Backups of Uptime Kuma 1.x: the list of monitors.
#include <fmt/format.h>

#include <algorithm>

#include "cli/import/import.h"
#include "cli/import/request.h"
#include "cli/import/source.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

class Kuma {
 public:
  Kuma(const Source& source, Draft& draft) : source_(source), draft_(draft) {}

  void add(const Json& monitor) {
    if (!source_.is_map(monitor)) return;
    Json& check = draft_.add_check(source_.text(monitor, "name", "monitor"));
    name_ = check["name"].get<std::string>();
    if (!source_.flag(monitor, "active").value_or(true))
      check["paused"] = Json{{"reason", "was not active in Uptime Kuma"}};
    check["interval"] = duration_text(source_.number(monitor, "interval").value_or(60));
    if (const double timeout = source_.number(monitor, "timeout").value_or(0); timeout > 0)
      check["timeout"] = duration_text(timeout);
    const int retries =
        static_cast<int>(std::clamp(source_.number(monitor, "maxretries").value_or(0), 0.0, 19.0));
    // There a retry waits an interval; the same is so many failed runs of ours.
    if (retries > 0) check["failing"] = Json{{"x", retries + 1}, {"of", retries + 1}};
    put_target(check, monitor);
    Json tags = Json::array();
    for (const Json& tag : source_.list(monitor, "tags"))
      if (source_.is_map(tag)) tags.push_back(name_from(source_.text(tag, "name")));
    if (source_.flag(monitor, "upsideDown").value_or(false))
      draft_.leave_out(check, "it was upside down: good when nothing answers");
    if (!source_.map(monitor, "notificationIDList").empty())
      add_todo(check, "say with `notify` whom its notifications told");
    if (!tags.empty()) check["tags"] = std::move(tags);
  }

 private:
  void put_target(Json& check, const Json& monitor) {
    const std::string type = source_.text(monitor, "type");
    const std::string host = source_.text(monitor, "hostname");
    const auto port = static_cast<int>(source_.number(monitor, "port").value_or(0));
    if (type == "http" || type == "keyword" || type == "json-query") {
      put_request(check, monitor, type);
    } else if (type == "port") {
      check["tcp"] = fmt::format("{}:{}", host, port);
    } else if (type == "ping") {
      check["icmp"] = host;
    } else if (type == "dns") {
      check["dns"] =
          Json{{"query", host},
               {"type", source_.text(monitor, "dns_resolve_type", "A")},
               {"servers", Json::array({source_.text(monitor, "dns_resolve_server", "system")})}};
    } else if (type == "grpc-keyword") {
      Json grpc{{"target", source_.text(monitor, "grpcUrl")}};
      if (!source_.flag(monitor, "grpcEnableTls").value_or(false)) grpc["tls"] = false;
      add_todo(grpc, "a method was called; here its health service is asked");
      check["grpc"] = std::move(grpc);
    } else {
      draft_.leave_out(check, "there is no probe for a monitor of the type " + clean_line(type));
    }
  }

  void put_request(Json& check, const Json& monitor, const std::string& type) {
    Request request;
    request.url = source_.text(monitor, "url");
    request.method = source_.text(monitor, "method", "GET");
    request.body = source_.text(monitor, "body");
    request.insecure = source_.flag(monitor, "ignoreTls").value_or(false);
    if (const auto most = source_.number(monitor, "maxredirects"); most && *most != 10)
      request.redirects = static_cast<int>(std::clamp(*most, 0.0, 20.0));
    const std::string headers = source_.text(monitor, "headers");
    const Json parsed = Json::parse(headers, nullptr, false);
    if (parsed.is_object()) {
      for (const auto& [key, value] : parsed.items())
        request.headers.emplace_back(key,
                                     value.is_string() ? value.get<std::string>() : value.dump());
    } else if (!trim_ascii(headers).empty()) {
      request.todos.push_back("its headers are no JSON");
    }
    const std::string kind = source_.text(monitor, "authMethod", "basic");
    if (kind == "basic" || kind.empty()) {
      request.username = source_.text(monitor, "basic_auth_user");
      request.password = source_.text(monitor, "basic_auth_pass");
    } else {
      request.todos.push_back("authentication of the kind " + clean_line(kind));
    }
    if (!source_.text(monitor, "body").empty() &&
        source_.text(monitor, "httpBodyEncoding", "json") == "json" &&
        !parsed.contains("content-type"))
      request.headers.emplace_back("content-type", "application/json");
    put_http(draft_, check, name_, request);
    put_expect(check, monitor, type);
  }

  void put_expect(Json& check, const Json& monitor, const std::string& type) {
    Json expect = Json::object();
    Json codes = Json::array();
    for (const std::string& code : source_.texts(monitor, "accepted_statuscodes")) {
      const bool whole = code.size() == 7 && code.ends_with("99") && code.substr(1, 3) == "00-";
      const bool one = code.size() == 3 && code.find_first_not_of("0123456789") == code.npos;
      codes.push_back(whole ? Json(code.substr(0, 1) + "xx")
                      : one ? Json(std::stoi(code))
                            : Json(code));
    }
    if (!codes.empty()) expect["status"] = codes.size() == 1 ? codes[0] : codes;
    const std::string keyword = source_.text(monitor, "keyword");
    if (type == "keyword" && !keyword.empty())
      expect["body"] = Json{
          {source_.flag(monitor, "invertKeyword").value_or(false) ? "not_contains" : "contains",
           keyword}};
    if (type == "json-query")
      add_todo(expect, fmt::format("`{}` is JSONata: write it as a jsonpath, wanted: {}",
                                   source_.text(monitor, "jsonPath"),
                                   source_.text(monitor, "expectedValue")));
    if (source_.flag(monitor, "expiryNotification").value_or(false))
      expect["warn"] = Json{{"tls", Json{{"expires_in", Json{{"gt", "21d"}}}}}};
    if (!expect.empty()) check["expect"] = std::move(expect);
  }

  const Source& source_;
  Draft& draft_;
  std::string name_;
};

}  // namespace

Result<Imported> import_uptime_kuma(const ImportOptions& options, const std::string& text) {
  const auto source = Source::parse_json(options.file, text);
  if (!source) return fail(source.error());
  Draft draft(options);
  Kuma kuma(*source, draft);
  for (const Json& monitor : source->list(source->root(), "monitorList")) kuma.add(monitor);
  if (const Status right = source->status(); !right) return fail(right.error());
  return draft.finish();
}

}  // namespace picket::cli
