#include "controller/routes/readiness.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

ServerRequest asks(bool as_json) {
  ServerRequest request;
  request.method = "GET";
  request.path = "/readyz";
  if (as_json) request.query = {{"format", "json"}};
  return request;
}

}  // namespace

TEST_CASE("a controller that is ready says so in one word, and what is wrong behind it",
          "[routes]") {
  const ServerResponse fine = render_readiness({}, asks(false));
  CHECK(fine.status == 200);
  CHECK(fine.body == "ready\n");
  const ServerResponse warned = render_readiness({{}, {"disk is full soon", "a\nb"}}, asks(false));
  CHECK(warned.status == 200);
  CHECK(warned.body.starts_with("ready\nwarning: disk is full soon\nwarning: a"));
  CHECK(std::count(warned.body.begin(), warned.body.end(), '\n') == 3);  // one line for each
}

TEST_CASE("every reason why a controller is not ready is told at once", "[routes]") {
  const Readiness readiness{{"it stops", "disk_full: no space"}, {"a page is late"}};
  const ServerResponse lines = render_readiness(readiness, asks(false));
  CHECK(lines.status == 503);
  CHECK(lines.body ==
        "not ready: it stops\nnot ready: disk_full: no space\nwarning: a page is late\n");
  const ServerResponse document = render_readiness(readiness, asks(true));
  CHECK(document.status == 503);
  CHECK(document.content_type == "application/json");
  const auto json = nlohmann::json::parse(document.body);
  CHECK(json.at("ready") == false);
  CHECK(json.at("reasons") == nlohmann::json{"it stops", "disk_full: no space"});
  CHECK(json.at("warnings") == nlohmann::json::array({"a page is late"}));
}

TEST_CASE("a ready controller's document has no reasons", "[routes]") {
  const auto json = nlohmann::json::parse(render_readiness({}, asks(true)).body);
  CHECK(json.at("ready") == true);
  CHECK(json.at("reasons").empty());
}
