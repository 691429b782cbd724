#include "agent/probe/multipart.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

std::string body_of(const std::vector<BodyPart>& parts) {
  const auto made = make_multipart(parts);
  REQUIRE(made.has_value());
  const auto equals = made->content_type.find("boundary=");
  REQUIRE(equals != std::string::npos);
  std::string out = made->body;
  const std::string boundary = made->content_type.substr(equals + 9);
  for (auto at = out.find(boundary); at != std::string::npos; at = out.find(boundary))
    out.replace(at, boundary.size(), "B");
  return out;
}

}  // namespace

TEST_CASE("fields and files stand between boundaries", "[multipart]") {
  CHECK(body_of({{.name = "note", .value = "hello"},
                 {.name = "file", .value = "x", .filename = "a.txt"},
                 {.name = "pic",
                  .kind = BodyPart::Kind::base64,
                  .value = "AAE=",
                  .filename = "p",
                  .content_type = "image/png"}}) ==
        std::string("--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
                    "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
                    "Content-Type: application/octet-stream\r\n\r\nx\r\n"
                    "--B\r\nContent-Disposition: form-data; name=\"pic\"; filename=\"p\"\r\n"
                    "Content-Type: image/png\r\n\r\n") +
            std::string("\0\1", 2) + "\r\n--B--\r\n");
}

TEST_CASE("names cannot leave their header", "[multipart]") {
  const std::string body = body_of({{.name = "a\"b\r\nX: y", .value = "", .filename = "c\"d"}});
  CHECK_THAT(body, Catch::Contains("name=\"a%22b%0D%0AX: y\"; filename=\"c%22d\"\r\n"));
}

TEST_CASE("generated content has its size, equal parts make equal bytes", "[multipart]") {
  const auto sized = [](std::uint64_t bytes) {
    return make_multipart({{.name = "a", .kind = BodyPart::Kind::generated, .bytes = bytes}})
        ->body.size();
  };
  const auto frame = sized(0);
  for (const std::uint64_t bytes : {1ull, 63ull, 64ull, 65ull, 1'000'000ull})
    CHECK(sized(bytes) == frame + bytes);
  const std::vector<BodyPart> parts{{.name = "a", .value = "b"}};
  CHECK(make_multipart(parts)->body == make_multipart(parts)->body);
  CHECK(make_multipart(parts)->content_type !=
        make_multipart({{.name = "a", .value = "c"}})->content_type);
}

TEST_CASE("a part whose base64 is none is named", "[multipart]") {
  const auto made = make_multipart({{.name = "pic", .kind = BodyPart::Kind::base64, .value = "?"}});
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().message == "multipart: pic: not base64");
}
