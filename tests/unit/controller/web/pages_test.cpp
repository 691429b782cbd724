#include "controller/web/pages.h"

#include <catch2/catch.hpp>

using namespace picket::controller;

namespace {

constexpr Asset kAssets[] = {
    {"/assets/index-1a2b.js", "text/javascript; charset=utf-8", "\"aa\"", "let a = 1", "packed"},
    {"/index.html", "text/html; charset=utf-8", "\"bb\"", "<!doctype html>", ""},
};

ServerRequest get(const std::string& path, const std::string& encoding = {}) {
  ServerRequest request;
  request.method = "GET";
  request.path = path;
  if (!encoding.empty()) request.headers.emplace_back("accept-encoding", encoding);
  return request;
}

std::string header_of(const ServerResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

}  // namespace

TEST_CASE("every path of the interface's own router is its one page", "[web]") {
  for (const char* path : {"/", "/checks/shop", "/checks/shop/runs/a/b", "/incidents", "/public"}) {
    INFO(path);
    const auto page = answer_page(get(path), kAssets);
    REQUIRE(page.has_value());
    CHECK(page->status == 200);
    CHECK(page->body == "<!doctype html>");
    CHECK(header_of(*page, "cache-control") == "no-cache");
  }
}

TEST_CASE("other paths and methods are not the interface's", "[web]") {
  for (const char* path : {"/api/v1/none", "/checksum", "/index.html", "/agent/v1/poll", ""}) {
    INFO(path);
    CHECK_FALSE(answer_page(get(path), kAssets).has_value());
  }
  ServerRequest post = get("/");
  post.method = "POST";
  CHECK_FALSE(answer_page(post, kAssets).has_value());
}

TEST_CASE("an asset is packed for who takes it, and kept for ever", "[web]") {
  const auto packed = answer_page(get("/assets/index-1a2b.js", "br, gzip"), kAssets);
  REQUIRE(packed.has_value());
  CHECK(packed->body == "packed");
  CHECK(header_of(*packed, "content-encoding") == "gzip");
  CHECK(header_of(*packed, "cache-control") == "public, max-age=31536000, immutable");
  CHECK(header_of(*packed, "vary") == "accept-encoding");
  const auto whole = answer_page(get("/assets/index-1a2b.js"), kAssets);
  CHECK(whole->body == "let a = 1");
  CHECK(header_of(*whole, "content-encoding").empty());
  CHECK(answer_page(get("/assets/gone.js"), kAssets)->status == 404);
}

TEST_CASE("a page that is known already is not sent again", "[web]") {
  ServerRequest request = get("/incidents");
  request.headers.emplace_back("if-none-match", "\"zz\", \"bb\"");
  const auto page = answer_page(request, kAssets);
  CHECK(page->status == 304);
  CHECK(page->body.empty());
  CHECK(header_of(*page, "etag") == "\"bb\"");
  request.headers.back().second = "\"zz\"";
  CHECK(answer_page(request, kAssets)->status == 200);
}

TEST_CASE("every answer forbids what is inline and what is elsewhere", "[web]") {
  for (const char* path : {"/", "/assets/index-1a2b.js", "/assets/gone.js"}) {
    const auto page = answer_page(get(path), kAssets);
    const std::string policy = header_of(*page, "content-security-policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("script-src 'self';") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(header_of(*page, "referrer-policy") == "no-referrer");
  }
}

TEST_CASE("a build without the interface says how to build it", "[web]") {
  const auto page = answer_page(get("/"), {});
  REQUIRE(page.has_value());
  CHECK(page->status == 200);
  CHECK(page->body.find("npm ci") != std::string::npos);
}
