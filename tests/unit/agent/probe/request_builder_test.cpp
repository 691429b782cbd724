#include "agent/probe/request_builder.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

HttpAction action_of(const std::string& url) {
  HttpAction action;
  action.url = url;
  return action;
}

http::Request built(const HttpAction& action) {
  const auto request = build_request(action, "picket/1");
  REQUIRE(request.has_value());
  return request->request;
}

std::string header(const http::Request& request, const std::string& name) {
  return http::find_header(request.headers, name).value_or("(none)");
}

}  // namespace

TEST_CASE("query pairs are encoded and put before the fragment", "[request]") {
  struct Row {
    const char* url;
    const char* wanted;
  };
  for (const Row& row : {Row{"https://a.test", "https://a.test/?q=x%26y%20z"},
                         Row{"https://a.test/p?r=1", "https://a.test/p?r=1&q=x%26y%20z"},
                         Row{"https://a.test/p?", "https://a.test/p?q=x%26y%20z"},
                         Row{"https://a.test/p?r=1&", "https://a.test/p?r=1&q=x%26y%20z"},
                         Row{"https://a.test/p#f", "https://a.test/p?q=x%26y%20z"}}) {
    HttpAction action = action_of(row.url);
    action.query = {{"q", "x&y z"}};
    CHECK(built(action).url == row.wanted);
  }
}

TEST_CASE("bodies have their content type unless the check gives one", "[request]") {
  HttpAction action = action_of("https://a.test/");
  action.method = "POST";
  action.body_kind = BodyKind::form;
  action.form = {{"user", "a b"}, {"p&w", "=é"}};
  CHECK(built(action).body == "user=a%20b&p%26w=%3D%C3%A9");
  CHECK(header(built(action), "content-type") == "application/x-www-form-urlencoded");
  action.body_kind = BodyKind::json;
  action.body = R"({"a":1})";
  CHECK(built(action).body == R"({"a":1})");
  CHECK(header(built(action), "content-type") == "application/json");
  action.headers = {{"Content-Type", "application/vnd.api+json"}};
  CHECK(header(built(action), "content-type") == "application/vnd.api+json");
  CHECK(header(built(action_of("https://a.test/")), "content-type") == "(none)");
}

TEST_CASE("credentials come from the action, else from the URL, and never stay in it",
          "[request]") {
  HttpAction action = action_of("https://anna:p%40ss@a.test/");
  CHECK(header(built(action), "authorization") == "Basic YW5uYTpwQHNz");
  CHECK(built(action).url == "https://a.test/");
  action.basic = {{"u", "p"}};
  CHECK(header(built(action), "authorization") == "Basic dTpw");
  action.bearer = "tok";
  CHECK(header(built(action), "authorization") == "Bearer tok");
  action.headers = {{"Authorization", "Custom x"}};
  CHECK(header(built(action), "authorization") == "Custom x");
}

TEST_CASE("a URL that cannot be requested is refused", "[request]") {
  for (const char* bad : {"", "a.test", "ftp://a.test/", "https://"})
    CHECK_FALSE(build_request(action_of(bad), "picket/1").has_value());
}

TEST_CASE("bytes and parts become bodies, and what is not base64 is named", "[request]") {
  HttpAction action = action_of("https://a.test/");
  action.body_kind = BodyKind::base64;
  action.body = "AAEC/w==";
  CHECK(built(action).body == std::string("\0\1\2\xff", 4));
  CHECK(header(built(action), "content-type") == "application/octet-stream");
  action.body = "no base64";
  CHECK(build_request(action, "picket/1").error().message == "body_base64: not base64");
  action.body_kind = BodyKind::multipart;
  action.multipart = {{.name = "a", .value = "b"}};
  CHECK_THAT(header(built(action), "content-type"),
             Catch::StartsWith("multipart/form-data; boundary="));
  action.headers = {{"content-type", "multipart/mixed; boundary=x"}};
  CHECK(header(built(action), "content-type") == "multipart/mixed; boundary=x");
}

TEST_CASE("the way to the target goes to the client as it is", "[request]") {
  HttpAction action = action_of("https://user:pw@a.test/");
  action.digest = {{"u", "p"}};
  action.route = {.proxy = "http://p.test:3128",
                  .proxy_username = "pu",
                  .proxy_password = "pp",
                  .address = "203.0.113.7",
                  .server_name = "b.test",
                  .client_certificate = "cert",
                  .ca = "ca",
                  .happy_eyeballs = true};
  http::Request request = built(action);
  CHECK(header(request, "authorization") == "(none)");
  CHECK(request.digest == http::Credentials{"u", "p"});
  CHECK(request.proxy == "http://p.test:3128");
  CHECK(request.proxy_login == http::Credentials{"pu", "pp"});
  CHECK(request.address == "203.0.113.7");
  CHECK_FALSE(request.first_address_only);
  CHECK(request.happy_eyeballs);
  CHECK(request.tls.server_name == "b.test");
  CHECK(request.tls.certificate_pem == "cert");
  CHECK(request.tls.ca_pem == "ca");
  action.route = {.every_address = true};
  CHECK(built(action).first_address_only);
  action.route.address = "203.0.113.7";
  CHECK_FALSE(built(action).first_address_only);
}
