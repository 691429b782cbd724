#include "cli/render/run_har.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/run_results.h"

using namespace picket;
using Json = nlohmann::json;

namespace {

Json log_of(const std::vector<RunResult>& results) {
  return Json::parse(cli::render_har(results, "1.2.3"))["log"];
}

}  // namespace

TEST_CASE("a HAR has a page per attempt and an entry per HTTP exchange", "[har]") {
  const Json log = log_of({test::failed_journey(), test::passed_on_retry()});
  CHECK(log["version"] == "1.2");
  CHECK(log["creator"]["version"] == "1.2.3");
  REQUIRE(log["pages"].size() == 3);
  CHECK(log["pages"][0]["comment"] == "1 exchange that is not HTTP left out");
  CHECK(log["pages"][2]["id"] == "home/local/2");
  REQUIRE(log["entries"].size() == 5);
  CHECK(log["entries"][4]["pageref"] == "home/local/2");
}

TEST_CASE("TLS is part of connect and the sum of the timings is the time", "[har]") {
  const Json entry = log_of({test::failed_journey()})["entries"][0];
  const Json& timings = entry["timings"];
  CHECK(timings["connect"] == 45.0);
  CHECK(timings["ssl"] == 31.0);
  const double sum = timings["dns"].get<double>() + timings["connect"].get<double>() +
                     timings["send"].get<double>() + timings["wait"].get<double>() +
                     timings["receive"].get<double>();
  CHECK(entry["time"].get<double>() == Approx(sum));
  RunResult plain = test::failed_journey();
  plain.attempts[0].steps[0].requests[0].phases = {Nanos{0}, Nanos{0}, Nanos{0}, Millis{5},
                                                   Nanos{0}};
  const Json reached = log_of({plain})["entries"][0]["timings"];
  CHECK(reached["dns"] == -1);
  CHECK(reached["connect"] == -1);
  CHECK(reached["ssl"] == -1);
}

TEST_CASE("requests and responses are as they were sent, with what was taken out", "[har]") {
  const Json entries = log_of({test::failed_journey()})["entries"];
  const Json& request = entries[0]["request"];
  CHECK(request["queryString"] ==
        Json::parse(R"([{"name":"a","value":"1"},{"name":"b","value":""}])"));
  CHECK(request["cookies"][1] == Json::parse(R"({"name":"a","value":"***"})"));
  CHECK_FALSE(request.contains("postData"));
  const Json& response = entries[0]["response"];
  CHECK(response["redirectURL"] == "/welcome");
  CHECK(response["cookies"][0] ==
        Json::parse(R"({"name":"sid","value":"***","path":"/","secure":true,"httpOnly":true})"));
  CHECK(entries[0]["serverIPAddress"] == "203.0.113.7");
  const Json& content = entries[1]["response"]["content"];
  CHECK(content["size"] == 42);
  CHECK(content["compression"] == 21);
  CHECK(content["mimeType"] == "application/json");
  CHECK(entries[2]["request"]["postData"]["text"] == "item=1&password=***");
}

TEST_CASE("what was cut says so, and an exchange without an answer says why", "[har]") {
  RunResult result = test::passed_on_retry();
  RequestEvidence& evidence = *result.attempts[1].steps[0].requests[0].evidence;
  evidence.body_decoded_bytes = 100'000;
  evidence.body_start = std::string(2048, 'x');
  const Json entries = log_of({result})["entries"];
  CHECK(entries[1]["response"]["content"]["comment"] == "the first 2048 of 100000 bytes");
  CHECK(entries[0]["_error"] == "no complete response within 5 s");
  CHECK(entries[0]["response"]["status"] == 0);
}

TEST_CASE("IPv6 addresses lose their brackets", "[har]") {
  RunResult result = test::passed_on_retry();
  result.attempts[1].steps[0].requests[0].remote_address = "[2001:db8::1]:443";
  CHECK(log_of({result})["entries"][1]["serverIPAddress"] == "2001:db8::1");
}
