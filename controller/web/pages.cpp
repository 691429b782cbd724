#include "controller/web/pages.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace picket::controller {
namespace {

constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kAssets = "/assets/";

// First segments of the paths that the interface's own router knows.
constexpr std::array<std::string_view, 13> kPages{
    "",        "checks",     "incidents",   "map",           "slos", "agents", "silences",
    "actions", "deliveries", "deployments", "third-parties", "cdn",  "public"};

// Everything from the controller itself, nothing inline, no frame, no form that leaves.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view kNotBuilt =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Picket</title>"
    "<h1>The web interface is not in this build</h1>"
    "<p>This controller works; it was built without web/dist. With npm: "
    "<code>npm ci --prefix web &amp;&amp; npm run build --prefix web</code>, then build the "
    "controller again. <code>./dev up</code> and <code>./dev build</code> do both.</p>"
    "<p>The API is at <a href=\"/api/v1/status\">/api/v1/status</a>, metrics are at "
    "<a href=\"/metrics\">/metrics</a>.</p></html>\n";

bool is_page(std::string_view path) {
  const auto segment = path.substr(1, path.find('/', 1) - 1);
  return std::find(kPages.begin(), kPages.end(), segment) != kPages.end();
}

const Asset* find(std::span<const Asset> assets, std::string_view path) {
  const auto found = std::find_if(assets.begin(), assets.end(),
                                  [path](const Asset& asset) { return asset.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

bool takes_gzip(const ServerRequest& request) {
  return request.header("accept-encoding").value_or("").find("gzip") != std::string::npos;
}

ServerResponse plain(int status, std::string_view type, std::string_view body) {
  ServerResponse response;
  response.status = status;
  response.content_type = std::string{type};
  response.body = std::string{body};
  response.headers.emplace_back("cache-control", "no-store");
  protect_page(response);
  return response;
}

ServerResponse serve(const ServerRequest& request, const Asset& asset, bool hashed_name) {
  ServerResponse response;
  response.content_type = std::string{asset.content_type};
  response.headers.emplace_back("etag", std::string{asset.etag});
  response.headers.emplace_back("vary", "accept-encoding");
  response.headers.emplace_back("cache-control",
                                hashed_name ? "public, max-age=31536000, immutable" : "no-cache");
  protect_page(response);
  const std::string known = request.header("if-none-match").value_or("");
  if (known.find(asset.etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  const bool packed = !asset.gzip.empty() && takes_gzip(request);
  if (packed) response.headers.emplace_back("content-encoding", "gzip");
  response.body = std::string{packed ? asset.gzip : asset.body};
  return response;
}

}  // namespace

void protect_page(ServerResponse& response) {
  response.headers.emplace_back("content-security-policy", std::string{kPolicy});
  response.headers.emplace_back("referrer-policy", "no-referrer");
  response.headers.emplace_back("cross-origin-opener-policy", "same-origin");
}

std::optional<ServerResponse> answer_page(const ServerRequest& request,
                                          std::span<const Asset> assets) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const std::string_view path = request.path;
  if (path.empty() || path.front() != '/') return std::nullopt;
  if (path.substr(0, kAssets.size()) == kAssets) {
    const Asset* asset = find(assets, path);
    if (asset == nullptr) return plain(404, "text/plain; charset=utf-8", "no such asset\n");
    return serve(request, *asset, true);
  }
  if (!is_page(path)) return std::nullopt;
  const Asset* index = find(assets, kIndex);
  if (index == nullptr) return plain(200, "text/html; charset=utf-8", kNotBuilt);
  return serve(request, *index, false);
}

}  // namespace picket::controller
