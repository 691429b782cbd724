#include "cli/import/postman_script.h"

#include <catch2/catch.hpp>

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

TestScript read(const std::string& text) {
  TestScript script;
  read_test_script(text, script);
  return script;
}

using Left = std::vector<std::string>;

}  // namespace

TEST_CASE("every assertion of a test is carried or left", "[import][postman]") {
  const TestScript script = read(R"(
pm.test("up", function () {
    pm.response.to.have.status(200);
    pm.expect(pm.response.json().status).to.eql("UP");
    pm.expect(pm.response.json().items.length).to.be.above(3);
    pm.expect(pm.response.responseTime).to.be.below(1500);
    pm.response.to.have.header("Content-Type");
});
pm.test("ours", () => { customCheck(); });
pm.test("text", () => pm.expect(pm.response.text()).to.include("Welcome"));
)");
  CHECK(script.expect == Json::parse(R"({"status": 200, "jsonpath": {"$.status": "UP"},
        "duration": {"lt": "1500ms"}, "body": {"contains": "Welcome"}})"));
  CHECK(script.left == Left{"pm.expect(pm.response.json().items.length).to.be.above(3)",
                            "pm.response.to.have.header(\"Content-Type\")", "pm.test(\"ours\")"});
}

TEST_CASE("what a script calls the answer is known", "[import][postman]") {
  const TestScript script = read(
      "const j = pm.response.json();\n"
      "pm.test('a', () => {\n  pm.expect(j.data[0].id).to.equal(7)\n  pm.expect(x.j.a).to.eql(1)\n"
      "  pm.expect('j.b').to.eql(1)\n});\n"
      "pm.environment.set(\"orderId\", j.data[0].id);\n"
      "pm.environment.set(\"now\", Date.now());\n");
  CHECK(script.expect == Json::parse(R"({"jsonpath": {"$.data[0].id": 7}})"));
  CHECK(script.captures ==
        std::vector<std::pair<std::string, std::string>>{{"orderId", "$.data[0].id"}});
  CHECK(script.left == Left{"pm.expect(x.j.a).to.eql(1)", "pm.expect('j.b').to.eql(1)",
                            "the variable now is set"});
}

TEST_CASE("of two assertions for one place the first is carried", "[import][postman]") {
  const TestScript script = read(
      "pm.response.to.have.status(200); pm.response.to.be.ok;\n"
      "pm.expect(pm.response.code).to.be.oneOf([200, 201]);\n"
      "pm.expect(pm.response.text()).to.include('a'); "
      "pm.expect(pm.response.text()).to.include('b');\n"
      "pm.expect(pm.response.code).to.equal(200); pm.expect(pm.response.json().a).to.eql('b');\n");
  CHECK(script.expect == Json::parse(R"({"status": 200, "body": {"contains": "a"},
                                         "jsonpath": {"$.a": "b"}})"));
  CHECK(script.left == Left{"pm.expect(pm.response.code).to.be.oneOf([200, 201])",
                            "pm.expect(pm.response.text()).to.include('b')"});
}

TEST_CASE("of two limits of a script the shorter is carried", "[import][postman]") {
  for (const char* order : {"2000 200", "200 2000"}) {
    const std::string text = order;
    const std::size_t space = text.find(' ');
    const std::string head = "pm.expect(pm.response.responseTime).to.be.below(";
    const TestScript script =
        read(head + text.substr(0, space) + ");" + head + text.substr(space + 1) + ");");
    CHECK(script.expect == Json::parse(R"({"duration": {"lt": "200ms"}})"));
    CHECK(script.left.empty());
  }
}

TEST_CASE("chains, lines and comments are read as they are meant", "[import][postman]") {
  CHECK(read("pm.expect(pm.response.code)\n    .to.equal(204)\n").expect["status"] == 204);
  CHECK(read("pm.expect(pm.response.text()).to.include('a').and.include('b');").left.size() == 1);
  CHECK(read("pm.response.to.not.have.status(500)").left.size() == 1);
  const TestScript commented = read(
      "// pm.response.to.have.status(500)\n/* pm.response.to.be.ok */\n"
      "pm.expect(pm.response.text()).to.include('http://a.test') // of b\n");
  CHECK(commented.expect == Json::parse(R"({"body": {"contains": "http://a.test"}})"));
  CHECK(commented.left.empty());
  const TestScript apostrophe =
      read("pm.expect(x).to.match(/it's/)\npm.response.to.have.status(200)\n");
  CHECK(apostrophe.expect["status"] == 200);
  CHECK(apostrophe.left.size() == 1);
}

TEST_CASE("other ways to assert are left, too", "[import][postman]") {
  CHECK(read("tests['up'] = responseCode.code === 200;").left ==
        Left{"tests['up'] = responseCode.code === 200"});
  CHECK(read("console.log('x');").left == Left{"a test script without assertions"});
  CHECK(read("pm.sendRequest('https://a.test', () => pm.expect(1).to.eql(1));").left ==
        Left{"pm.sendRequest( .."});
  CHECK(read("pm.test.skip('x', () => pm.response.to.have.status(1));").expect.empty());
  CHECK(read("").left.empty());
  CHECK(read("pm.expect(pm.response.json().a).to.be.null; ").left.size() == 1);
  CHECK(read("pm.expect(pm.response.json().a).to.eql(null)").expect ==
        Json::parse(R"({"jsonpath": {"$.a": {"equals": null}}})"));
}

TEST_CASE("no secret of a script is shown or carried", "[import][postman]") {
  for (const char* text : {"pm.expect(pm.response.json().token).to.eql('hunter2')",
                           "pm.environment.set('token', 'hunter2')",
                           "pm.expect('hunter2').to.eql(pm.environment.get('password'))",
                           "tests['secret'] = x === 'hunter2'",
                           "pm.sendRequest({header: {Authorization: 'hunter2'}})"}) {
    const TestScript script = read(text);
    CHECK(script.expect.empty());
    REQUIRE(script.left.size() == 1);
    CHECK(script.left[0].find("hunter2") == std::string::npos);
  }
}

TEST_CASE("hostile scripts end", "[import][postman]") {
  for (const char* text : {"pm.expect(", "pm.expect('", "`", "'\\", "/*", "//", "pm.test(",
                           "pm.expect.", "tests[", "const a = pm.response.json(); a."})
    CHECK(read(text).expect.empty());
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "pm.expect(a).to.eql(1);\n";
  CHECK(read(many).left.size() == 201);
  CHECK(read(many).left.back() == "the rest of a long test script");
  CHECK(read("pm.expect(" + std::string(100'000, '(')).left.size() == 1);
}

}  // namespace picket::cli
