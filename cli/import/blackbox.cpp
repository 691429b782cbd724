// blackbox_exporter's modules with the targets that are given to them.
#include <fmt/format.h>

#include <set>

#include "cli/import/import.h"
#include "cli/import/request.h"
#include "cli/import/scrape_jobs.h"
#include "cli/import/source.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

class Blackbox {
 public:
  Blackbox(const Source& source, Draft& draft) : source_(source), draft_(draft) {}

  void add(const ProbeTarget& target, const Json& module) {
    module_ = &module;
    target_ = target.target;
    const std::string prober = source_.text(module, "prober");
    Json& check =
        draft_.add_check(target_.empty() ? target.module : target.job + " " + public_part(target_));
    name_ = check["name"].get<std::string>();
    if (target_.empty()) {
      check["paused"] = Json{{"reason", "imported without a target"}};
      add_todo(check,
               "the module " + target.module + " has no target: put one in, remove `paused`");
      target_ = prober == "icmp" ? "target.invalid" : "target.invalid:443";
    }
    check["interval"] = target.interval.empty() ? draft_.interval() : target.interval;
    const std::string timeout = duration_from_go(source_.text(module, "timeout"));
    if (!timeout.empty()) check["timeout"] = timeout;
    if (prober == "http") return add_http(check, source_.map(module, "http"));
    if (prober == "tcp") return add_tcp(check, source_.map(module, "tcp"));
    if (prober == "dns") return add_dns(check, source_.map(module, "dns"));
    if (prober == "icmp") return add_icmp(check, source_.map(module, "icmp"));
    if (prober == "grpc") return add_grpc(check, source_.map(module, "grpc"));
    source_.refuse(module, fmt::format("unknown prober `{}`", clean_line(prober)));
  }

 private:
  void add_http(Json& check, const Json& http) {
    Request request;
    request.url = target_.find("://") == std::string::npos ? "http://" + target_ : target_;
    if (target_ == "target.invalid:443") request.url = "https://target.invalid/";
    request.method = source_.text(http, "method");
    request.body = source_.text(http, "body");
    for (const auto& [key, value] : source_.map(http, "headers").items())
      request.headers.emplace_back(key, source_.text_of(value));
    const Json& basic = source_.map(http, "basic_auth");
    request.username = source_.text(basic, "username");
    request.password = source_.text(basic, "password");
    if (basic.contains("password_file"))
      request.todos.push_back("basic_auth read its password from " +
                              source_.text(basic, "password_file"));
    const Json& authorization = source_.map(http, "authorization");
    request.bearer = source_.text(authorization, "credentials", source_.text(http, "bearer_token"));
    request.proxy = source_.text(http, "proxy_url");
    request.follow_redirects = source_.flag(http, "follow_redirects");
    if (source_.flag(http, "no_follow_redirects").value_or(false)) request.follow_redirects = false;
    request.ip_version = ip_version(http);
    put_tls(request.insecure, request.server_name, request.todos, source_.map(http, "tls_config"));
    static const std::set<std::string> kCarried{"method",
                                                "body",
                                                "headers",
                                                "basic_auth",
                                                "proxy_url",
                                                "follow_redirects",
                                                "no_follow_redirects",
                                                "tls_config",
                                                "preferred_ip_protocol",
                                                "ip_protocol_fallback",
                                                "valid_status_codes",
                                                "valid_http_versions",
                                                "fail_if_ssl",
                                                "fail_if_not_ssl",
                                                "fail_if_body_matches_regexp",
                                                "fail_if_body_not_matches_regexp",
                                                "fail_if_header_matches",
                                                "fail_if_header_not_matches",
                                                "authorization",
                                                "bearer_token"};
    tell_rest(http, kCarried, request.todos);
    put_http(draft_, check, name_, request);
    add_http_expect(check, http, request.url.starts_with("https:"));
  }

  void add_http_expect(Json& check, const Json& http, bool https) {
    Json expect = Json::object();
    Json codes = Json::array();
    for (const Json& code : source_.list(http, "valid_status_codes")) codes.push_back(code);
    expect["status"] = codes.empty() ? Json("2xx") : codes.size() == 1 ? codes[0] : codes;
    const std::vector<std::string> versions = source_.texts(http, "valid_http_versions");
    if (!versions.empty()) {
      Json ours = Json::array();
      for (const std::string& one : versions)
        ours.push_back(one.ends_with("2.0") ? "2" : one.substr(one.find('/') + 1));
      expect["http_version"] = Json{{"in", ours}};
    }
    add_headers(expect, http);
    Json body = Json::object();
    const auto wanted = source_.texts(http, "fail_if_body_not_matches_regexp");
    if (!wanted.empty()) body["matches"] = wanted[0];
    for (std::size_t i = 1; i < wanted.size(); ++i)
      add_todo(body, "the body must also match " + wanted[i]);
    const auto unwanted = source_.texts(http, "fail_if_body_matches_regexp");
    if (!unwanted.empty()) body["not_matches"] = any_of_patterns(unwanted);
    if (!body.empty()) expect["body"] = std::move(body);
    if (source_.flag(http, "fail_if_not_ssl").value_or(false))
      expect["tls"] = Json{{"version", Json{{"exists", true}}}};
    if (source_.flag(http, "fail_if_ssl").value_or(false))
      expect["tls"] = Json{{"version", Json{{"exists", false}}}};
    static_cast<void>(https);
    check["expect"] = std::move(expect);
  }

  void add_headers(Json& expect, const Json& http) {
    Json headers = Json::object();
    const auto add = [&](const char* key, const char* matcher) {
      for (const Json& one : source_.list(http, key)) {
        if (!source_.is_map(one)) continue;
        const std::string header = to_lower_ascii(source_.text(one, "header"));
        Json& ours = headers[header];
        if (!ours.is_object()) ours = Json::object();
        if (ours.contains(matcher))
          add_todo(ours, fmt::format("{} also: {}", key, source_.text(one, "regexp")));
        else
          ours[matcher] = source_.text(one, "regexp");
        if (source_.flag(one, "allow_missing").value_or(false) == (matcher[0] == 'm'))
          add_todo(ours, matcher[0] == 'm' ? "a missing header was allowed"
                                           : "a missing header failed the probe");
      }
    };
    add("fail_if_header_not_matches", "matches");
    add("fail_if_header_matches", "not_matches");
    if (!headers.empty()) expect["headers"] = std::move(headers);
  }

  void add_tcp(Json& check, const Json& tcp) {
    Json ours = Json::object();
    ours["target"] =
        target_.substr(target_.find("://") == target_.npos ? 0 : target_.find("://") + 3);
    if (const std::string version = ip_version(tcp); !version.empty())
      ours["ip_version"] = Json::parse(version);
    Json tls = Json::object();
    put_tls_map(tls, source_.map(tcp, "tls_config"));
    Json dialogue = Json::array();
    for (const Json& turn : source_.list(tcp, "query_response")) {
      if (!source_.is_map(turn)) continue;
      if (source_.flag(turn, "starttls").value_or(false)) {
        add_starttls(check, tls);
        return;
      }
      Json one = Json::object();
      const std::string expected = source_.text(turn, "expect");
      const std::string said = source_.text(turn, "send");
      if (said.find("${") != said.npos) add_todo(one, "`send` used groups of the last match");
      if (!expected.empty()) one["expect"] = "(?m)" + expected;
      if (!said.empty()) one["send"] = said + "\n";
      if (!one.empty()) dialogue.push_back(std::move(one));
    }
    if (source_.flag(tcp, "tls").value_or(false)) ours["tls"] = tls.empty() ? Json(true) : tls;
    if (!dialogue.empty()) ours["dialogue"] = std::move(dialogue);
    check["tcp"] = ours.size() == 1 ? ours["target"] : ours;
  }

  // What was said before STARTTLS is the protocol's own; the port tells which one.
  void add_starttls(Json& check, const Json& tls) {
    const std::string port = target_.substr(std::min(target_.rfind(':'), target_.size() - 1) + 1);
    Json ours{{"target", target_}};
    ours["starttls"] = port == "143" ? "imap" : port == "110" ? "pop3" : "smtp";
    if (port != "143" && port != "110" && port != "25" && port != "587")
      add_todo(ours, "query_response had STARTTLS of a protocol that the port does not tell");
    for (const auto& [key, value] : tls.items()) ours[key] = value;
    check["tls"] = std::move(ours);
  }

  void add_dns(Json& check, const Json& dns) {
    Json ours = Json::object();
    ours["query"] = source_.text(dns, "query_name");
    std::string& query = ours["query"].get_ref<std::string&>();
    while (query.size() > 1 && query.back() == '.') query.pop_back();
    ours["type"] = source_.text(dns, "query_type", "A");
    ours["servers"] = Json::array({target_});
    if (source_.text(dns, "transport_protocol", "udp") == "tcp") ours["protocol"] = "tcp";
    if (!source_.flag(dns, "recursion_desired").value_or(true)) ours["recursion"] = false;
    if (source_.flag(dns, "dns_over_tls").value_or(false)) add_todo(ours, "DNS over TLS");
    check["dns"] = std::move(ours);
    Json expect = Json::object();
    const Json& codes = source_.list(dns, "valid_rcodes");
    expect["rcode"] = codes.empty()       ? Json("NOERROR")
                      : codes.size() == 1 ? codes[0]
                                          : Json{{"in", codes}};
    for (const auto& [key, value] : source_.map(dns, "validate_answer_rrs").items()) {
      const std::string pattern = value.is_array() && value.size() == 1 && value[0].is_string()
                                      ? value[0].get<std::string>()
                                      : "";
      // Ours see the data alone, without name, TTL, class and type.
      if (key == "fail_if_not_matches_regexp" && !pattern.empty() &&
          pattern.find_first_of("^\t\\") == pattern.npos && pattern.find("IN") == pattern.npos)
        expect["answers"] =
            Json{{"all_match", pattern.starts_with(".*") ? pattern.substr(2) : pattern}};
      else
        add_todo(expect, fmt::format("answers: {}: {} was written for a whole record", key,
                                     value.dump(-1, ' ', true)));
    }
    for (const char* key : {"validate_authority_rrs", "validate_additional_rrs"})
      if (dns.contains(key))
        add_todo(expect, std::string(key) + " " + dns[key].dump(-1, ' ', true));
    check["expect"] = std::move(expect);
  }

  void add_icmp(Json& check, const Json& icmp) {
    Json ours{{"host", target_}};
    if (const auto size = source_.number(icmp, "payload_size"); size && *size >= 20)
      ours["size"] = fmt::format("{}B", static_cast<long long>(std::min(*size, 1e6)));
    if (const std::string version = ip_version(icmp); !version.empty())
      ours["ip_version"] = Json::parse(version);
    for (const char* key : {"dont_fragment", "ttl", "source_ip_address"})
      if (icmp.contains(key))
        add_todo(ours, std::string(key) + ": " + icmp[key].dump(-1, ' ', true));
    check["icmp"] = ours.size() == 1 ? ours["host"] : ours;
  }

  void add_grpc(Json& check, const Json& grpc) {
    Json ours{{"target", target_}};
    if (const std::string service = source_.text(grpc, "service"); !service.empty())
      ours["service"] = service;
    if (!source_.flag(grpc, "tls").value_or(false)) ours["tls"] = false;
    put_tls_map(ours, source_.map(grpc, "tls_config"));
    check["grpc"] = std::move(ours);
  }

  // preferred_ip_protocol with a fallback prefers only; ours is exact.
  std::string ip_version(const Json& prober) const {
    if (source_.flag(prober, "ip_protocol_fallback").value_or(true)) return "";
    return source_.text(prober, "preferred_ip_protocol", "ip6") == "ip4" ? "4" : "6";
  }

  void put_tls(bool& insecure, std::string& server_name, std::vector<std::string>& todos,
               const Json& tls) const {
    insecure = source_.flag(tls, "insecure_skip_verify").value_or(false);
    server_name = source_.text(tls, "server_name");
    for (const char* key : {"ca_file", "cert_file", "key_file", "min_version", "ca", "cert", "key"})
      if (tls.contains(key))
        todos.push_back(
            fmt::format("tls_config.{}{}", key,
                        key[0] == 'k' ? "" : ": " + cut_utf8(source_.text(tls, key), 80)));
  }

  void put_tls_map(Json& ours, const Json& tls) const {
    bool insecure = false;
    std::string server_name;
    std::vector<std::string> todos;
    put_tls(insecure, server_name, todos, tls);
    for (const std::string& todo : todos) add_todo(ours, todo);
    if (!server_name.empty()) ours["server_name"] = server_name;
    if (insecure) ours["insecure"] = true;
  }

  void tell_rest(const Json& map, const std::set<std::string>& carried,
                 std::vector<std::string>& todos) const {
    for (const auto& [key, value] : map.items())
      if (!carried.contains(key))
        todos.push_back(value.is_structured() || is_secret_name(key)
                            ? key
                            : key + ": " + source_.text_of(value));
  }

  const Source& source_;
  Draft& draft_;
  const Json* module_{nullptr};
  std::string target_;
  std::string name_;
};

}  // namespace

Result<Imported> import_blackbox(const ImportOptions& options, const BlackboxInput& input) {
  const auto source = Source::parse_yaml(options.file, input.modules);
  if (!source) return fail(source.error());
  Draft draft(options);
  auto targets = probe_targets(input, draft);
  if (!targets) return fail(targets.error());
  const Json& modules = source->map(source->root(), "modules");
  Blackbox blackbox(*source, draft);
  std::set<std::string> used;
  for (const ProbeTarget& target : *targets) {
    used.insert(target.module);
    if (const auto module = modules.find(target.module); module == modules.end())
      draft.add_note(
          fmt::format("{}: there is no module {}", public_part(target.target), target.module));
    else if (source->is_map(*module))
      blackbox.add(target, *module);
  }
  // Without any target every module becomes a paused check; else only what is used.
  for (const auto& [name, module] : modules.items())
    if (targets->empty() && source->is_map(module)) blackbox.add({name, name, "", ""}, module);
  if (const Status right = source->status(); !right) return fail(right.error());
  return draft.finish();
}

}  // namespace picket::cli
