// Postman collections: folders as journeys, requests, variables, and the assertions that are plain.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/import/import.h"
#include "cli/import/postman_script.h"
#include "cli/import/request.h"
#include "cli/import/source.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr std::size_t kStepsMax = 50;
constexpr std::size_t kLeftMax = 20;  // of one request

std::string identifier_from(const std::string& name) {
  std::string ours;
  for (const char c : name) ours += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return ours.empty() ? "value" : ours;
}

class Postman {
 public:
  Postman(const Source& source, Draft& draft) : source_(source), draft_(draft) {
    for (const Json& one : source_.list(source_.root(), "variable"))
      if (source_.is_map(one))
        variables_[source_.text(one, "key", source_.text(one, "id"))] = source_.text(one, "value");
  }

  void add_all() {
    const Json& root = source_.root();
    const std::string collection = source_.text(source_.map(root, "info"), "name", "collection");
    Outer outer{&source_.map(root, "auth"), {&root}};
    for (const Json& item : source_.list(root, "item")) {
      if (!source_.is_map(item)) continue;
      const std::string name = source_.text(item, "name", collection);
      std::vector<Leaf> leaves;
      collect(item, outer, "", leaves, 0);
      if (!leaves.empty()) add_check(collection, name, item.contains("item"), leaves);
    }
  }

 private:
  // What the folders around a request, and the collection, say for it.
  struct Outer {
    const Json* auth;
    std::vector<const Json*> scripted;  // those that may have scripts, the outermost first
  };

  struct Leaf {
    std::string name;
    const Json* item;
    Outer outer;
  };

  void collect(const Json& item, Outer outer, const std::string& prefix, std::vector<Leaf>& leaves,
               int depth) {
    if (!source_.is_map(item) || depth > 20) return;
    if (const Json& own = source_.map(item, "auth"); !own.empty()) outer.auth = &own;
    if (item.contains("request")) {
      Leaf leaf{prefix + source_.text(item, "name", "request"), &item, outer};
      if (const Json& request = item["request"]; request.is_object())
        if (const Json& inner = source_.map(request, "auth"); !inner.empty())
          leaf.outer.auth = &inner;
      leaves.push_back(std::move(leaf));
    }
    const std::string below = depth == 0 ? "" : prefix + source_.text(item, "name") + ": ";
    outer.scripted.push_back(&item);
    for (const Json& child : source_.list(item, "item"))
      collect(child, outer, below, leaves, depth + 1);
  }

  void add_check(const std::string& collection, const std::string& name, bool folder,
                 const std::vector<Leaf>& leaves) {
    Json& check = draft_.add_check(name);
    name_ = check["name"].get<std::string>();
    check["service"] = cut_utf8(clean_line(collection), 100);
    check["interval"] = draft_.interval();
    vars_ = Json::object();
    captured_.clear();
    Json steps = Json::array();
    std::set<std::string> names;
    for (const Leaf& leaf : leaves) {
      if (steps.size() == kStepsMax) {
        add_todo(check, fmt::format("{} more requests do not fit into a journey",
                                    leaves.size() - kStepsMax));
        break;
      }
      Json step = Json::object();
      std::string title = cut_utf8(clean_line(leaf.name), 80);
      for (int n = 2; !names.insert(title).second; ++n)
        title = cut_utf8(clean_line(leaf.name), 74) + fmt::format(" ({})", n);
      if (folder) step["name"] = title;
      put_request(step, leaf);
      steps.push_back(std::move(step));
    }
    if (!vars_.empty()) check["vars"] = vars_;
    if (folder) {
      check["steps"] = std::move(steps);
      return;
    }
    for (const auto& [key, value] : steps[0].items()) {
      if (key == "capture")
        add_todo(check, "a variable was set for other requests");
      else
        check[key[0] == '#' ? fmt::format("#\x01{}", check.size()) : key] = value;
    }
  }

  void put_request(Json& step, const Leaf& leaf) {
    const Json& theirs = (*leaf.item)["request"];
    Request request;
    if (theirs.is_string()) {
      request.url = resolved(theirs.get<std::string>());
    } else if (source_.is_map(theirs)) {
      request.method = source_.text(theirs, "method", "GET");
      request.url = resolved(url_of(theirs));
      for (const Json& header : source_.list(theirs, "header"))
        if (source_.is_map(header) && !source_.flag(header, "disabled").value_or(false))
          request.headers.emplace_back(source_.text(header, "key"),
                                       resolved(source_.text(header, "value")));
      put_body(request, source_.map(theirs, "body"));
    }
    put_auth(request, *leaf.outer.auth);
    if (request.url.find("://") == std::string::npos && !request.url.starts_with("${{"))
      request.url = "http://" + request.url;
    TestScript script;
    for (const Json* outer : leaf.outer.scripted) read_outer(*outer, script);
    for (const Json& event : source_.list(*leaf.item, "event"))
      if (source_.is_map(event)) read_own(event, request, script);
    put_http(draft_, step, name_ + " " + leaf.name, request);
    put_script(step, script);
  }

  std::string url_of(const Json& request) const {
    const auto url = request.find("url");
    if (url == request.end()) return "";
    if (url->is_string()) return url->get<std::string>();
    if (!source_.is_map(*url)) return "";
    std::string raw = source_.text(*url, "raw");
    for (const Json& one : source_.list(*url, "variable")) {  // /users/:id
      if (!source_.is_map(one)) continue;
      const std::string key = "/:" + source_.text(one, "key");
      if (const std::size_t at = raw.find(key); at != raw.npos)
        raw.replace(at, key.size(), "/" + source_.text(one, "value"));
    }
    return raw;
  }

  void put_body(Request& request, const Json& body) {
    const std::string mode = source_.text(body, "mode");
    if (mode == "raw") {
      request.body = resolved(source_.text(body, "raw"));
    } else if (mode == "urlencoded") {
      for (const Json& field : source_.list(body, "urlencoded"))
        if (source_.is_map(field) && !source_.flag(field, "disabled").value_or(false))
          request.form.emplace_back(source_.text(field, "key"),
                                    resolved(source_.text(field, "value")));
    } else if (mode == "graphql") {
      const Json& graphql = source_.map(body, "graphql");
      Json document{{"query", resolved(source_.text(graphql, "query"))}};
      const Json variables = Json::parse(source_.text(graphql, "variables", "{}"), nullptr, false);
      if (variables.is_object() && !variables.empty()) document["variables"] = variables;
      request.body = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    } else if (!mode.empty() && mode != "none") {
      request.todos.push_back("the body was of the kind " + mode);
    }
  }

  void put_auth(Request& request, const Json& auth) {
    const std::string type = source_.text(auth, "type");
    const auto value = [&](const char* kind, const char* key) {
      const auto at = auth.find(kind);
      if (at == auth.end()) return std::string{};
      if (at->is_object()) return resolved(source_.text(*at, key));  // format 2.0
      for (const Json& one : source_.list(auth, kind))
        if (source_.is_map(one) && source_.text(one, "key") == key)
          return resolved(source_.text(one, "value"));
      return std::string{};
    };
    if (type == "basic" || type == "digest") {
      request.username = value(type.c_str(), "username");
      request.password = value(type.c_str(), "password");
      request.digest = type == "digest";
    } else if (type == "bearer") {
      request.bearer = value("bearer", "token");
    } else if (type == "apikey") {
      const std::string key = value("apikey", "key");
      std::string secret = value("apikey", "value");
      Json todos = Json::object();
      secret = draft_.secret(todos, name_ + " " + key, secret);
      if (!todos.empty())
        request.todos.push_back("give the agents the secret of " + key +
                                "; its value is not kept here");
      if (value("apikey", "in") == "query")
        request.url +=
            (request.url.find('?') == std::string::npos ? "?" : "&") + key + "=" + secret;
      else
        request.headers.emplace_back(key.empty() ? "x-api-key" : key, secret);
    } else if (!type.empty() && type != "noauth" && type != "inherit") {
      request.todos.push_back("authentication of the kind " + type);
    }
  }

  // {{name}} as a reference: captured earlier, a secret by its name, else one of `vars`.
  std::string resolved(const std::string& text) {
    std::string ours;
    std::size_t from = 0;
    for (std::size_t end = text.find("}}"); end != text.npos; end = text.find("}}", from)) {
      const std::size_t start = text.rfind("{{", end);
      const bool names = start != text.npos && start >= from && end - start < 100;
      ours += text.substr(from, (names ? start : end + 2) - from);
      if (names)
        ours += reference(std::string(trim_ascii(text.substr(start + 2, end - start - 2))));
      from = end + 2;
    }
    return ours + text.substr(from);
  }

  std::string reference(const std::string& name) {
    const std::string ours = identifier_from(name);
    if (name == "$guid" || name == "$randomUUID") return "${{ run.id }}";
    if (captured_.contains(ours)) return "${{ capture." + ours + " }}";
    const auto known = variables_.find(name);
    if (is_secret_name(name)) {
      Json todos = Json::object();
      return draft_.secret(
          todos, name,
          known == variables_.end() || known->second.empty() ? "{{" + name + "}}" : known->second);
    }
    if (!vars_.contains(ours)) {
      if (known == variables_.end() || known->second.find("{{") != std::string::npos)
        add_todo(vars_, fmt::format("the collection does not say what {} is", name));
      vars_[ours] = known == variables_.end()                        ? "todo.invalid"
                    : known->second.find("://") == std::string::npos ? known->second
                                                                     : public_part(known->second);
    }
    return "${{ vars." + ours + " }}";
  }

  std::string script_of(const Json& event) const {
    const Json& script = source_.map(event, "script");
    if (const auto exec = script.find("exec"); exec != script.end() && exec->is_string())
      return exec->get<std::string>();
    std::string text;
    for (const std::string& line : source_.texts(script, "exec")) text += line + "\n";
    return text;
  }

  void read_own(const Json& event, Request& request, TestScript& script) {
    const std::string text = script_of(event);
    if (trim_ascii(text).empty()) return;
    if (source_.text(event, "listen") == "test")
      read_test_script(text, script);
    else
      request.todos.push_back("a pre-request script");
  }

  // The scripts of a folder or collection run with each of its requests.
  void read_outer(const Json& owner, TestScript& script) {
    const auto [known, is_new] = outer_.try_emplace(&owner);
    if (is_new) known->second = outer_script(owner);
    merge(known->second.expect, script.expect, known->second.whose, "");
  }

  struct OuterScript {
    Json expect = Json::object();
    std::string whose;
  };

  // What they hold that cannot be carried is told once.
  OuterScript outer_script(const Json& owner) {
    TestScript script;
    const std::string whose =
        &owner == &source_.root() ? "the collection" : "the folder " + source_.text(owner, "name");
    for (const Json& event : source_.list(owner, "event")) {
      const std::string text = source_.is_map(event) ? script_of(event) : "";
      if (trim_ascii(text).empty()) continue;
      if (source_.text(event, "listen") == "test")
        read_test_script(text, script);
      else
        note_once("a pre-request script of " + whose);
    }
    for (const std::string& left : script.left) note_once("test script of " + whose + ": " + left);
    for (const auto& [variable, path] : script.captures)
      note_once("test script of " + whose + ": the variable " + variable + " is set");
    return {std::move(script.expect), whose};
  }

  // What `expect` has stays; `path` is where we are in it.
  void merge(const Json& from, Json& expect, const std::string& whose, const std::string& path) {
    for (const auto& [key, value] : from.items())
      if (!expect.contains(key))
        expect[key] = value;
      else if (value.is_object() && expect[key].is_object())
        merge(value, expect[key], whose, path + key + " ");
      else if (expect[key] != value)
        note_once(fmt::format("test script of {}: {}{}: {}", whose, path, key,
                              value.dump(-1, ' ', true, Json::error_handler_t::replace)));
  }

  void note_once(const std::string& note) {
    if (noted_.insert(note).second) draft_.add_note(note);
  }

  void put_script(Json& step, TestScript& script) {
    for (std::size_t i = 0; i < script.left.size() && i < kLeftMax; ++i)
      add_todo(script.expect, "test script: " + script.left[i]);
    if (script.left.size() > kLeftMax)
      add_todo(script.expect,
               fmt::format("test script: {} more lines", script.left.size() - kLeftMax));
    put_expect(step, std::move(script.expect));
    Json capture = Json::object();
    for (const auto& [variable, path] : script.captures) {
      captured_.insert(identifier_from(variable));
      capture[identifier_from(variable)] = Json{{"jsonpath", path}};
    }
    if (!capture.empty()) step["capture"] = std::move(capture);
  }

  const Source& source_;
  Draft& draft_;
  std::map<std::string, std::string> variables_;
  std::set<std::string> captured_;
  std::map<const Json*, OuterScript> outer_;  // by folder
  std::set<std::string> noted_;
  std::string name_;
  Json vars_;
};

}  // namespace

Result<Imported> import_postman(const ImportOptions& options, const std::string& text) {
  const auto source = Source::parse_json(options.file, text);
  if (!source) return fail(source.error());
  const std::string schema = source->text(source->map(source->root(), "info"), "schema");
  if (!source->root().is_object() || !source->root().contains("item"))
    return fail(ErrorCode::invalid_argument, options.file + ": no Postman collection",
                "export it as Collection v2.1");
  Draft draft(options);
  if (schema.find("/v2.") == schema.npos)
    draft.add_note("it does not say that it is a Collection v2.1");
  Postman(*source, draft).add_all();
  if (const Status right = source->status(); !right) return fail(right.error());
  return draft.finish();
}

}  // namespace picket::cli
