#include "agent/probe/redirect.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

TEST_CASE("what is for one host or origin is not taken to another", "[redirect]") {
  http::Request request;
  request.address = "203.0.113.7";
  request.first_address_only = true;
  request.happy_eyeballs = true;
  request.proxy = "http://p.test";
  request.digest = http::Credentials{"u", "p"};
  request.tls = {.ca_pem = "ca", .certificate_pem = "cert", .server_name = "b.test"};

  const http::Request same = next_request(request, 302, {}, {});
  CHECK(same.address == request.address);
  CHECK(same.digest == request.digest);
  CHECK(same.tls.certificate_pem == "cert");

  // From http to https of one host: another origin, the same machines.
  const http::Request secure =
      next_request(request, 302, {.same_origin = false, .same_host = true}, {});
  CHECK(secure.address == request.address);
  CHECK(secure.first_address_only);
  CHECK(secure.tls.server_name == "b.test");
  CHECK_FALSE(secure.digest);
  CHECK(secure.tls.certificate_pem.empty());

  const http::Request other =
      next_request(request, 302, {.same_origin = false, .same_host = false}, {});
  CHECK(other.address.empty());
  CHECK_FALSE(other.first_address_only);
  CHECK(other.tls.server_name.empty());
  CHECK_FALSE(other.digest);
  CHECK(other.tls.certificate_pem.empty());
  CHECK(other.proxy == request.proxy);
  CHECK(other.tls.ca_pem == "ca");
  CHECK(other.happy_eyeballs);
}
