#include <catch2/catch.hpp>

#include "cli/import/import.h"

namespace picket::cli {
namespace {

using Catch::Matchers::Contains;

// A form that a browser posted, with what stands in its postData.
std::string posted(const std::string& data) {
  const std::string text =
      R"({"log": {"entries": [{"request": {"method": "POST", "url": "https://a.test/login",)"
      R"("postData": {"mimeType": "application/x-www-form-urlencoded", )" +
      data + R"(}}, "response": {"status": 200, "content": {}}}]}})";
  const auto done = import_har({"har", "in", "shop", "1m"}, text);
  return done ? done->text : done.error().message;
}

}  // namespace

TEST_CASE("form fields of a browser are decoded once", "[import][har]") {
  const std::string chrome =
      posted(R"("text": "mail=a%40b.test&city=K%C3%B6ln+S%C3%BCd", "params": [)"
             R"({"name": "mail", "value": "a%40b.test"},)"
             R"({"name": "city", "value": "K%C3%B6ln+S%C3%BCd"}])");
  CHECK_THAT(chrome, Contains("mail: \"a@b.test\"") && Contains("city: \"Köln Süd\""));
  const std::string firefox =
      posted(R"("text": "mail=a%40b.test", "params": [{"name": "mail", "value": "a@b.test"}])");
  CHECK_THAT(firefox, Contains("mail: \"a@b.test\""));
  const std::string headed =
      posted(R"("text": "Content-Length: 9\r\n\r\nmail=a%40b.test", "params": [])");
  CHECK_THAT(headed, Contains("mail: \"a@b.test\"") && !Contains("Content-Length"));
}

TEST_CASE("without the text of a form its fields are taken as they stand", "[import][har]") {
  CHECK_THAT(posted(R"("params": [{"name": "mail", "value": "a@b.test"}])"),
             Contains("mail: \"a@b.test\""));
}

}  // namespace picket::cli
