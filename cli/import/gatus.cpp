// Gatus: endpoints with their conditions and alerts.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "cli/import/import.h"
#include "cli/import/request.h"
#include "cli/import/source.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

struct Condition {
  std::string left;
  std::string op;
  std::string right;
};

std::optional<Condition> parse_condition(const std::string& text) {
  for (const char* op : {" == ", " != ", " <= ", " >= ", " < ", " > "})
    if (const std::size_t at = text.find(op); at != text.npos)
      return Condition{std::string(trim_ascii(text.substr(0, at))), std::string(trim_ascii(op)),
                       std::string(trim_ascii(text.substr(at + std::string_view(op).size())))};
  return std::nullopt;
}

const std::map<std::string, const char*> kMatchers{
    {"==", "equals"}, {"!=", "not_equals"}, {"<", "lt"}, {"<=", "lte"}, {">", "gt"}, {">=", "gte"}};

// A literal: numbers and flags are that only for JSON; the rest is text.
Json literal(const std::string& text, bool typed) {
  if (!typed) return text;
  const Json value = Json::parse(text, nullptr, false);
  return value.is_number() || value.is_boolean() || value.is_null() ? value : Json(text);
}

bool is_function(const std::string& text) {
  return text.starts_with("any(") || text.starts_with("pat(") || text.starts_with("len(") ||
         text.starts_with("has(") || text.starts_with("[");
}

// "any(a, b)" as a list; nothing: it is none, or of more than literals.
std::optional<Json> any_of(const std::string& text, bool typed) {
  if (!text.starts_with("any(") || !text.ends_with(")")) return std::nullopt;
  Json list = Json::array();
  for (const std::string& one : split(text.substr(4, text.size() - 5), ',')) {
    const std::string word(trim_ascii(one));
    if (is_function(word)) return std::nullopt;
    list.push_back(literal(word, typed));
  }
  return list;
}

// "x" of "pat(*x*)", which has no other wildcards; nothing: it is none of that kind.
std::optional<std::string> part_of(const std::string& text) {
  if (!text.starts_with("pat(*") || !text.ends_with("*)") || text.size() < 8) return std::nullopt;
  const std::string part = text.substr(5, text.size() - 7);
  return part.find_first_of("*?[]\\") == part.npos ? std::optional(part) : std::nullopt;
}

// "pat(*x*)" as an RE2 expression; nothing: it is none.
std::optional<std::string> pattern_of(const std::string& text) {
  if (!text.starts_with("pat(") || !text.ends_with(")")) return std::nullopt;
  std::string pattern = "(?s)^";
  for (const char c : text.substr(4, text.size() - 5)) {
    if (c == '*')
      pattern += ".*";
    else if (c == '?')
      pattern += ".";
    else
      pattern +=
          std::string(std::string_view(".+()|[]{}^$\\").find(c) != std::string_view::npos ? "\\"
                                                                                          : "") +
          c;
  }
  return pattern + "$";
}

// Takes away what a condition began and could not fill; a null is a value that was wanted.
void prune(Json& expect) {
  for (auto it = expect.begin(); it != expect.end();) {
    if (it->is_object()) prune(*it);
    it = it->is_object() && it->empty() ? expect.erase(it) : std::next(it);
  }
}

// A matcher that is not there yet; of two for one place the second is for a person.
bool put_new(Json& place, const char* matcher, Json value) {
  return place.emplace(matcher, std::move(value)).second;
}

class Gatus {
 public:
  Gatus(const Source& source, Draft& draft) : source_(source), draft_(draft) {}

  void add(const Json& endpoint) {
    if (!source_.is_map(endpoint)) return;
    const std::string group = source_.text(endpoint, "group");
    Json& check = draft_.add_check((group.empty() ? "" : group + " ") +
                                   source_.text(endpoint, "name", "endpoint"));
    name_ = check["name"].get<std::string>();
    if (!group.empty()) check["service"] = group;
    if (!source_.flag(endpoint, "enabled").value_or(true))
      check["paused"] = Json{{"reason", "was not enabled in Gatus"}};
    const std::string interval = duration_from_go(source_.text(endpoint, "interval", "60s"));
    check["interval"] = interval.empty() ? "1m" : interval;
    const Json& client = source_.map(endpoint, "client");
    const std::string timeout = duration_from_go(source_.text(client, "timeout", "10s"));
    check["timeout"] = timeout.empty() ? "10s" : timeout;
    Json alerts = add_alerts(check, endpoint);
    expect_ = Json::object();
    put_target(check, endpoint, client);
    status_.clear();
    for (int code = 100; code < 600; ++code) status_.insert(code);
    for (const std::string& condition : source_.texts(endpoint, "conditions")) carry(condition);
    if (is_http_) expect_["status"] = wanted_status();  // Gatus judges none by itself
    prune(expect_);
    put_expect(check, std::move(expect_));
    for (const auto& [key, value] : alerts.items())
      check[key[0] == '#' ? fmt::format("#\x01{}", check.size()) : key] = value;
    for (const char* key :
         {"ssh", "ui", "maintenance-windows", "extra-labels", "store", "always-run"})
      if (endpoint.contains(key)) add_todo(check, fmt::format("{} of the endpoint", key));
  }

 private:
  void put_target(Json& check, const Json& endpoint, const Json& client) {
    const std::string url = source_.text(endpoint, "url");
    const std::size_t scheme_end = std::min(url.find("://"), url.size());
    const std::string scheme = scheme_end == url.size() ? "" : url.substr(0, scheme_end);
    const std::string rest = scheme.empty() ? url : url.substr(scheme_end + 3);
    is_http_ = scheme == "http" || scheme == "https";
    is_socket_ = scheme == "ws" || scheme == "wss";
    is_tls_ = scheme == "tls" || scheme == "starttls";
    const bool insecure = source_.flag(client, "insecure").value_or(false);
    if (const Json& dns = source_.map(endpoint, "dns"); !dns.empty()) {
      std::string query = source_.text(dns, "query-name");
      while (query.size() > 1 && query.back() == '.') query.pop_back();
      check["dns"] = Json{{"query", query},
                          {"type", source_.text(dns, "query-type", "A")},
                          {"servers", Json::array({rest})}};
      return;
    }
    if (scheme == "tcp") {
      check["tcp"] = rest;
    } else if (is_tls_) {
      Json tls{{"target", rest}};
      if (scheme == "starttls") tls["starttls"] = "smtp";
      if (insecure) tls["insecure"] = true;
      check["tls"] = tls.size() == 1 ? tls["target"] : tls;
    } else if (scheme == "icmp") {
      check["icmp"] = rest;
    } else if (is_socket_) {
      Json socket{{"url", url}};
      if (insecure) socket["insecure"] = true;
      if (const std::string said = source_.text(endpoint, "body"); !said.empty())
        socket["send"] = said;
      check["websocket"] = socket.size() == 1 ? socket["url"] : socket;
    } else if (is_http_) {
      put_request(check, endpoint, client, url, insecure);
    } else {
      draft_.leave_out(check, "there is no probe for " + (scheme.empty() ? "this URL" : scheme));
    }
  }

  void put_request(Json& check, const Json& endpoint, const Json& client, const std::string& url,
                   bool insecure) {
    Request request;
    request.url = url;
    request.method = source_.text(endpoint, "method");
    request.body = source_.text(endpoint, "body");
    request.insecure = insecure;
    request.proxy = source_.text(client, "proxy-url");
    if (source_.flag(client, "ignore-redirect").value_or(false)) request.follow_redirects = false;
    for (const auto& [key, value] : source_.map(endpoint, "headers").items())
      request.headers.emplace_back(key, source_.text_of(value));
    if (source_.flag(endpoint, "graphql").value_or(false) && !request.body.empty()) {
      request.body =
          Json{{"query", request.body}}.dump(-1, ' ', false, Json::error_handler_t::replace);
      request.method = request.method.empty() ? "POST" : request.method;
    }
    for (const char* key : {"oauth2", "identity-aware-proxy", "tls", "dns-resolver", "network"})
      if (client.contains(key))
        request.todos.push_back(fmt::format("client.{} of the endpoint", key));
    put_http(draft_, check, name_, request);
  }

  // `failing` and `notify` of the check, `alerts` after `expect`: what is for later is returned.
  Json add_alerts(Json& check, const Json& endpoint) {
    Json later = Json::object();
    Json receivers = Json::array();
    std::set<int> thresholds;
    std::string summary;
    for (const Json& alert : source_.list(endpoint, "alerts")) {
      if (!source_.is_map(alert) || !source_.flag(alert, "enabled").value_or(true)) continue;
      const std::string receiver = name_from(source_.text(alert, "type", "webhook")) + "/gatus";
      if (std::find(receivers.begin(), receivers.end(), Json(receiver)) == receivers.end())
        receivers.push_back(receiver);
      const double wanted = source_.number(alert, "failure-threshold").value_or(3);
      thresholds.insert(static_cast<int>(std::clamp(wanted, 1.0, 20.0)));
      if (summary.empty()) summary = source_.text(alert, "description");
    }
    if (receivers.empty()) return later;
    const int threshold = *thresholds.rbegin();
    if (thresholds.size() > 1)
      add_todo(check, fmt::format("alerts came after {} failures; the largest stands for all",
                                  fmt::join(thresholds, " or ")));
    if (threshold > 1) check["failing"] = Json{{"x", threshold}, {"of", threshold}};
    Json alert{{"when", "down"}, {"severity", "critical"}};
    if (!summary.empty()) alert["summary"] = summary;
    later["alerts"] = Json::array({alert});
    add_todo(later, "the controller needs a receiver of this name");
    later["notify"] = receivers.size() == 1 ? receivers[0] : receivers;
    return later;
  }

  void carry(const std::string& text) {
    const auto condition = parse_condition(text);
    if (!condition || !carry_parsed(*condition)) add_todo(expect_, "condition: " + text);
  }

  bool carry_parsed(const Condition& c) {
    if (c.left == "[STATUS]") return carry_status(c);
    if (c.left == "[CONNECTED]")
      return (c.op == "==" && c.right == "true") || (c.op == "!=" && c.right == "false");
    if (c.left == "[RESPONSE_TIME]") return put_threshold(expect_["duration"], c, "ms");
    if (c.left == "[CERTIFICATE_EXPIRATION]") {
      Json& place = is_tls_ ? expect_["expires_in"] : expect_["tls"]["expires_in"];
      return put_threshold(place, c, "");
    }
    if (c.left == "[DNS_RCODE]") return put_matcher(expect_["rcode"], c, false);
    if (c.left == "[BODY]" || c.left.starts_with("[BODY].") || c.left.starts_with("[BODY][") ||
        c.left.starts_with("len([BODY]") || c.left.starts_with("has([BODY]"))
      return carry_body(c);
    return false;
  }

  // Narrows the codes down; what would leave none is for a person.
  bool carry_status(const Condition& c) {
    if (!is_http_) return false;
    std::set<int> left;
    if (const auto list = any_of(c.right, true); list && c.op == "==") {
      for (const Json& one : *list) {
        if (!one.is_number_integer()) return false;
        if (const int code = code_of(one); status_.contains(code)) left.insert(code);
      }
    } else {
      const Json value = literal(c.right, true);
      if (!value.is_number_integer()) return false;
      const int wanted = code_of(value);
      for (const int code : status_)
        if (compares(code, c.op, wanted)) left.insert(code);
    }
    if (left.empty()) return false;
    status_ = std::move(left);
    return true;
  }

  static int code_of(const Json& value) {
    return static_cast<int>(std::clamp(value.get<double>(), -1.0, 10'000.0));
  }

  static bool compares(int code, const std::string& op, int wanted) {
    if (op == "==") return code == wanted;
    if (op == "!=") return code != wanted;
    if (op == "<") return code < wanted;
    if (op == "<=") return code <= wanted;
    return op == ">" ? code > wanted : code >= wanted;
  }

  // "200-299", 200, or a list of such.
  Json wanted_status() const {
    Json ranges = Json::array();
    for (auto code = status_.begin(); code != status_.end();) {
      const int from = *code;
      int to = from;
      while (++code != status_.end() && *code == to + 1) ++to;
      if (to - from > 1) {
        ranges.push_back(fmt::format("{}-{}", from, to));
      } else {
        ranges.push_back(from);
        if (to > from) ranges.push_back(to);
      }
    }
    return ranges.size() == 1 ? ranges[0] : ranges;
  }

  static bool put_threshold(Json& place, const Condition& c, const std::string& unit) {
    if (!place.is_object()) place = Json::object();
    const std::string duration = duration_from_go(c.right + unit);
    if (duration.empty() || c.op == "==" || c.op == "!=") return false;
    return put_new(place, kMatchers.at(c.op), duration);
  }

  static bool put_matcher(Json& place, const Condition& c, bool typed) {
    if (!place.is_object()) place = Json::object();
    if (const auto list = any_of(c.right, typed))
      return c.op == "==" && put_new(place, "in", *list);
    if (const auto pattern = pattern_of(c.right)) return put_pattern(place, c, *pattern);
    if (is_function(c.right)) return false;
    return put_new(place, kMatchers.at(c.op), literal(c.right, typed));
  }

  static bool put_pattern(Json& place, const Condition& c, const std::string& pattern) {
    if (c.op != "==" && c.op != "!=") return false;
    const bool wanted = c.op == "==";
    if (put_new(place, wanted ? "matches" : "not_matches", pattern)) return true;
    if (!wanted) {  // neither this nor that
      place["not_matches"] = any_of_patterns({place["not_matches"].get<std::string>(), pattern});
      return true;
    }
    const auto part = part_of(c.right);
    return part && put_new(place, "contains", *part);
  }

  bool carry_body(const Condition& c) {
    if (!is_http_ && !is_socket_) return false;
    const bool length = c.left.starts_with("len(");
    const bool presence = c.left.starts_with("has(");
    std::string path = length || presence ? c.left.substr(4, c.left.size() - 5) : c.left;
    path = "$" + path.substr(6);  // behind "[BODY]"
    if (path == "$" && !length && !presence) return put_matcher(expect_["body"], c, false);
    Json& place = expect_["jsonpath"][path];
    if (!place.is_object()) place = Json::object();
    if (!length && !presence) return put_matcher(place, c, true);
    const bool equality = c.op == "==" || c.op == "!=";
    if (presence)
      return equality && (c.right == "true" || c.right == "false") &&
             put_new(place, "exists", (c.right == "true") == (c.op == "=="));
    return put_count(place, c);
  }

  static bool put_count(Json& place, const Condition& c) {
    const Json value = literal(c.right, true);
    if (!value.is_number_integer()) return false;
    Json& count = place["count"];
    if (count.is_null()) count = Json::object();
    if (count.is_number()) count = Json{{"equals", Json(count)}};
    const bool carried = put_new(count, kMatchers.at(c.op), value);
    if (count.size() == 1 && count.contains("equals")) count = Json(count["equals"]);
    return carried;
  }

  const Source& source_;
  Draft& draft_;
  std::string name_;
  Json expect_;
  bool is_http_{false};
  bool is_socket_{false};
  bool is_tls_{false};
  std::set<int> status_;  // what the conditions so far leave
};

}  // namespace

Result<Imported> import_gatus(const ImportOptions& options, const std::string& text) {
  const auto source = Source::parse_yaml(options.file, text);
  if (!source) return fail(source.error());
  Draft draft(options);
  const Json& root = source->root();
  for (const char* key : {"alerting", "external-endpoints", "suites", "maintenance", "remote"})
    if (root.is_object() && root.contains(key))
      draft.add_note(fmt::format("`{}` of the configuration is not carried", key));
  Gatus gatus(*source, draft);
  for (const char* key : {"endpoints", "services"})  // `services` until version 3
    for (const Json& endpoint : source->list(root, key)) gatus.add(endpoint);
  if (const Status right = source->status(); !right) return fail(right.error());
  return draft.finish();
}

}  // namespace picket::cli
