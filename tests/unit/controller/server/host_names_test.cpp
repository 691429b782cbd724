#include "controller/server/host_names.h"

#include <catch2/catch.hpp>

using picket::controller::host_of_url;
using picket::controller::is_host_of;

TEST_CASE("addresses, localhost and the given names are this machine", "[server]") {
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "10.0.0.7:80",
                           "localhost", "LocalHost:8080", "localhost.", "picket.localhost:80",
                           "picket.example.com", "PICKET.example.com.:443"}) {
    INFO(host);
    CHECK(is_host_of(host, {"picket.example.com"}));
  }
}

TEST_CASE("a stranger's name is not", "[server]") {
  for (const char* host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example",
                           "localhost.evil.example", "notlocalhost", "[evil]", "[", ":80"}) {
    INFO(host);
    CHECK_FALSE(is_host_of(host, {"picket.example.com"}));
  }
}

TEST_CASE("the host of an address for people", "[server]") {
  CHECK(host_of_url("https://picket.example.com:8443/a?b") == "picket.example.com");
  CHECK(host_of_url("http://user:word@Picket.example.com") == "picket.example.com");
  CHECK(host_of_url("https://[::1]:8443/") == "::1");
  CHECK(host_of_url("").empty());
}
