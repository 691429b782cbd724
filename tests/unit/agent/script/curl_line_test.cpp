#include "agent/script/curl_line.h"

#include <catch2/catch.hpp>

#include "agent/script/shell_words.h"

using namespace picket;
using namespace picket::agent;

TEST_CASE("words are quoted so that a shell reads them back", "[curl]") {
  CHECK(shell_quote("https://a.test/x-1_2") == "https://a.test/x-1_2");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("a b$c`d`\"e\"!") == "'a b$c`d`\"e\"!'");
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("a\nb'\\") == "$'a\\x0ab\\'\\\\'");
  CHECK(shell_quote("\xff") == "$'\\xff'");
  CHECK(shell_quote("é") == "'é'");
}

TEST_CASE("secrets are named for a shell", "[curl]") {
  CHECK(variable_name("SHOP_PASSWORD") == "SHOP_PASSWORD");
  CHECK(variable_name("shop-password") == "SHOP_PASSWORD");
  CHECK(variable_name("2fa") == "_2FA");
  CHECK(variable_name("") == "_");
  CHECK(variable_name("é$(id)") == "____ID_");
}

TEST_CASE("a line names what curl would do by itself otherwise", "[curl]") {
  http::Request request;
  request.method = "POST";
  request.url = "https://a.test/x?y=[1]";
  request.headers = {{"x-empty", ""}, {"x-a", "b c"}};
  request.body = "@file";
  request.http_version = http::HttpVersion::http1_1;
  request.ip_version = http::IpVersion::v4;
  request.tls.insecure = true;
  CHECK(render_curl(request, Redactor{}) ==
        "curl -sS -i -g -X POST --http1.1 -4 --compressed -k 'https://a.test/x?y=[1]' "
        "-H 'x-empty;' -H 'x-a: b c' --data-raw @file");
  request.method = "HEAD";
  request.body.clear();
  CHECK(render_curl(request, Redactor{}).find("--head") != std::string::npos);
}

TEST_CASE("a large or binary body stands as a file", "[curl]") {
  http::Request request;
  request.method = "PUT";
  request.url = "https://a.test/";
  request.body = std::string(kInlineBodyMax + 1, 'x');
  CHECK(render_curl(request, Redactor{}).ends_with(" --data-binary @BODY_FILE"));
  request.body = std::string("a\0b", 3);
  CHECK(render_curl(request, Redactor{}).ends_with(" --data-binary @BODY_FILE"));
}

TEST_CASE("the way to the target is part of the line, its secrets are variables", "[curl]") {
  Redactor redactor;
  redactor.add("CERT", "-----BEGIN-----");
  redactor.add("PW", "pa55word");
  http::Request request;
  request.url = "https://a.test/";
  request.compression = false;
  request.proxy = "http://p.test:3128";
  request.proxy_login = {"probe", "pa55word"};
  request.digest = http::Credentials{"me", "pa55word"};
  request.tls.certificate_pem = "-----BEGIN-----";
  request.tls.ca_pem = "ca";
  CHECK(render_curl(request, redactor) ==
        "curl -sS -i -g -x http://p.test:3128 -U probe:\"$PW\" --digest -u me:\"$PW\" "
        "--cert <(printf %s \"$CERT\") --cacert <(printf %s ca) https://a.test/");
}

TEST_CASE("pinned addresses and server names are said in curl's own words", "[curl]") {
  http::Request request;
  request.url = "https://a.test:8443/x";
  request.compression = false;
  request.address = "2001:db8::7";
  CHECK(render_curl(request, Redactor{}) ==
        "curl -sS -i -g --connect-to '::[2001:db8::7]:' https://a.test:8443/x");
  request.address.clear();
  request.tls.server_name = "b.test";
  CHECK(render_curl(request, Redactor{}) ==
        "curl -sS -i -g --connect-to ::a.test: -H 'host: a.test:8443' https://b.test:8443/x");
}
