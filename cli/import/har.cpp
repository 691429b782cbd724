// HTTP Archives of a browser: what a person did, as one journey, without what a page pulls in.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/import/import.h"
#include "cli/import/request.h"
#include "cli/import/source.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr std::size_t kStepsMax = 50;

std::string host_of(const std::string& url) {
  const std::string shown = public_part(url);
  const std::size_t start = shown.find("://");
  if (start == shown.npos) return "";
  return to_lower_ascii(shown.substr(start + 3, shown.find('/', start + 3) - start - 3));
}

std::string path_of(const std::string& url) {
  const std::string shown = public_part(url);
  const std::size_t start = shown.find("://");
  const std::size_t slash = start == shown.npos ? start : shown.find('/', start + 3);
  return slash == shown.npos ? "/" : shown.substr(slash);
}

// "example.com" of "shop.example.com": near enough to tell first from third parties.
std::string site_of(const std::string& host) {
  const auto labels = split(host.substr(0, host.find(':')), '.');
  return labels.size() < 2 ? host : labels[labels.size() - 2] + "." + labels.back();
}

bool ends_in_noise(const std::string& path) {
  static constexpr const char* kEndings[] = {
      ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".woff", ".woff2",
      ".ttf", ".otf", ".eot",  ".css", ".js",   ".mjs",  ".map", ".mp4", ".webm", ".mp3"};
  const std::string lower = to_lower_ascii(path);
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](const char* one) { return lower.ends_with(one); });
}

bool is_noise(const Source& source, const Json& entry) {
  const Json& request = source.map(entry, "request");
  const std::string url = source.text(request, "url");
  if (!url.starts_with("http://") && !url.starts_with("https://")) return true;  // data:, blob:
  const std::string method = source.text(request, "method", "GET");
  if (method == "OPTIONS" || method == "CONNECT") return true;  // CORS, proxies
  static const std::set<std::string> kTypes{
      "image",    "font",      "media",     "stylesheet",           "script",   "ping", "beacon",
      "manifest", "texttrack", "preflight", "csp-violation-report", "websocket"};
  const std::string type = source.text(entry, "_resourceType");
  if (!type.empty()) return kTypes.contains(type);
  const Json& content = source.map(source.map(entry, "response"), "content");
  const std::string mime = to_lower_ascii(source.text(content, "mimeType"));
  for (const char* one : {"image/", "font/", "video/", "audio/", "text/css", "javascript"})
    if (mime.find(one) != mime.npos) return true;
  return method == "GET" && ends_in_noise(path_of(url));
}

// What a person's request says, without what the browser adds to each.
bool is_kept(const std::string& name) {
  static const std::set<std::string> kKept{"accept", "content-type", "authorization",
                                           "x-requested-with", "accept-language"};
  return kKept.contains(name) || (name.starts_with("x-") && !name.starts_with("x-client-data"));
}

Request request_of(const Source& source, const Json& entry, bool& cookies) {
  const Json& theirs = source.map(entry, "request");
  Request request;
  request.method = source.text(theirs, "method", "GET");
  request.url = source.text(theirs, "url");
  for (const Json& header : source.list(theirs, "headers")) {
    if (!source.is_map(header)) continue;
    const std::string name = to_lower_ascii(source.text(header, "name"));
    cookies = cookies || name == "cookie";
    if (is_kept(name)) request.headers.emplace_back(name, source.text(header, "value"));
  }
  const Json& posted = source.map(theirs, "postData");
  if (posted.empty()) return request;
  const std::string type = source.text(posted, "mimeType");
  if (type.starts_with("multipart/")) {
    request.todos.push_back("the body was multipart");
    return request;
  }
  // The text is what was sent; of `params` Chrome leaves the percent encoding, Firefox does not.
  request.body = source.text(posted, "text");
  const bool is_form = type.starts_with("application/x-www-form-urlencoded");
  if (const std::size_t blank = request.body.rfind("\r\n\r\n"); is_form && blank != type.npos)
    request.body.erase(0, blank + 4);  // Firefox may have headers in it
  if (request.body.empty() && is_form)
    for (const Json& field : source.list(posted, "params"))
      if (source.is_map(field))
        request.form.emplace_back(source.text(field, "name"), source.text(field, "value"));
  const bool typed = std::any_of(request.headers.begin(), request.headers.end(),
                                 [](const auto& one) { return one.first == "content-type"; });
  if (!typed && !type.empty()) request.headers.emplace_back("content-type", type);
  return request;
}

// The steps so far.
struct Journey {
  std::string check;
  std::set<std::string> names;
  Json steps = Json::array();
  bool cookies{false};  // the browser sent some
};

void add_step(const Source& source, Draft& draft, const Json& entry, Journey& journey) {
  Request request = request_of(source, entry, journey.cookies);
  const Json& response = source.map(entry, "response");
  const int status = static_cast<int>(source.number(response, "status").value_or(0));
  const std::string title = cut_utf8(request.method + " " + path_of(request.url), 70);
  std::string name = title;
  for (int n = 2; !journey.names.insert(name).second; ++n) name = fmt::format("{} ({})", title, n);
  Json step{{"name", name}};
  // Browsers write each hop down; a step that follows them would ask twice.
  if (status >= 300 && status < 400 && status != 304) request.follow_redirects = false;
  put_http(draft, step, journey.check, request);
  if (status == 304) add_todo(step, "it was answered from the browser's cache (304)");
  if (status >= 400)
    add_todo(step, fmt::format("it was answered with {} when it was recorded", status));
  if (status >= 100 && status < 600)
    step["expect"] = Json{{"status", status == 304 ? 200 : status}};
  journey.steps.push_back(std::move(step));
}

}  // namespace

Result<Imported> import_har(const ImportOptions& options, const std::string& text) {
  const auto source = Source::parse_json(options.file, text);
  if (!source) return fail(source.error());
  Draft draft(options);
  const Json& log = source->map(source->root(), "log");
  std::vector<const Json*> kept;
  std::set<std::string> others;
  std::string site;
  for (const Json& entry : source->list(log, "entries")) {
    if (!source->is_map(entry)) continue;
    const std::string host = host_of(source->text(source->map(entry, "request"), "url"));
    if (is_noise(*source, entry)) continue;
    if (site.empty()) site = site_of(host);
    if (site_of(host) == site)
      kept.push_back(&entry);
    else
      others.insert(host);
  }
  if (const Status right = source->status(); !right) return fail(right.error());
  if (kept.empty())
    return fail(ErrorCode::invalid_argument, options.file + ": log.entries has no request to keep",
                "images, styles, scripts and the like are left out");
  const std::string first = host_of(source->text((*kept[0])["request"], "url"));
  Json& check = draft.add_check(first + " journey");
  check["interval"] = draft.interval() == "1m" ? "5m" : draft.interval();
  Journey journey;
  journey.check = check["name"].get<std::string>();
  for (const Json* entry : kept)
    if (journey.steps.size() < kStepsMax) add_step(*source, draft, *entry, journey);
  if (journey.cookies)
    add_todo(check, "the browser had cookies; steps share those that earlier steps set");
  if (kept.size() > kStepsMax)
    add_todo(check,
             fmt::format("{} more requests do not fit into a journey", kept.size() - kStepsMax));
  if (!others.empty()) {
    std::string hosts;
    for (const std::string& one : others) hosts += (hosts.empty() ? "" : ", ") + one;
    add_todo(check, "requests to other sites are left out: " + hosts);
  }
  add_todo(check,
           "values that change from run to run (CSRF, ids) want a `capture` of an earlier step");
  check["steps"] = std::move(journey.steps);
  if (const Status right = source->status(); !right) return fail(right.error());
  return draft.finish();
}

}  // namespace picket::cli
