#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/import/import.h"

namespace picket::cli {
namespace {

using Catch::Matchers::Contains;

Json event(const std::string& listen, const std::string& code) {
  return Json{{"listen", listen}, {"script", {{"exec", Json::array({code})}}}};
}

Json request(const std::string& name, const Json& events) {
  return Json{{"name", name}, {"request", "https://a.test/" + name}, {"event", events}};
}

std::string imported(const Json& items, const Json& events) {
  const Json collection{{"info", {{"name", "c"}, {"schema", "https://s/v2.1.0/"}}},
                        {"item", items},
                        {"event", events}};
  const auto done = import_postman({"postman", "in", "shop", "1m"}, collection.dump());
  std::string text = done ? done->text : done.error().message;
  for (std::size_t at = text.find("\n#   "); at != text.npos; at = text.find("\n#   ", at))
    text.replace(at, 5, " ");  // long comments in one line
  return text;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("tests of folders and of the collection hold for their requests", "[import][postman]") {
  const Json folder{
      {"name", "Shop"},
      {"event", Json::array({event("test", "pm.expect(pm.response.json().ok).to.eql(true);"),
                             event("prerequest", "pm.variables.set('a', 1);")})},
      {"item",
       Json::array({request("one", Json::array({event("test",
                                                      "pm.response.to.have.status(200);"
                                                      "pm.expect(pm.response.text()).to.include("
                                                      "'x')")})),
                    request("two", Json::array())})}};
  const std::string text =
      imported(Json::array({folder, request("three", Json::array())}),
               Json::array({event("test",
                                  "pm.test('t', () => { pm.response.to.have.status(200); });"
                                  "pm.expect(pm.response.responseSize).to.be.below(9);"
                                  "pm.environment.set('last', pm.response.json().id);"),
                            event("prerequest", "")}));
  INFO(text);
  CHECK(times(text, "status: 200") == 3);
  CHECK(times(text, "\"$.ok\": true") == 2);
  CHECK(times(text, "contains: x") == 1);
  CHECK(times(text, "capture:") == 0);
  for (const char* note :
       {"# TODO(import): a pre-request script of the folder Shop\n",
        "# TODO(import): test script of the collection: "
        "pm.expect(pm.response.responseSize).to.be.below(9)\n",
        "# TODO(import): test script of the collection: the variable last is set\n"})
    CHECK(times(text, note) == 1);
  CHECK(times(text, "TODO(import):") == 3);
}

TEST_CASE("a request and its collection that disagree are told", "[import][postman]") {
  const std::string text = imported(
      Json::array(
          {request("one", Json::array({event("test", "pm.response.to.have.status(201);")}))}),
      Json::array({event("test", "pm.response.to.have.status(200);")}));
  CHECK_THAT(text, Contains("status: 200\n"));
  CHECK_THAT(text, Contains("# TODO(import): test script: pm.response.to.have.status(201)"));
}

TEST_CASE("a request of which no assertion could be carried is kept", "[import][postman]") {
  const std::string text = imported(
      Json::array({request("one", Json::array({event("test", "pm.expect(ours()).to.be.true;")}))}),
      Json::array());
  CHECK_THAT(text, Contains("http: GET https://a.test/one"));
  CHECK_THAT(text, Contains("# TODO(import): test script: pm.expect(ours()).to.be.true"));
}

}  // namespace picket::cli
