#include "common/jose/base64url.h"

#include <catch2/catch.hpp>

namespace picket::jose {
namespace {

TEST_CASE("base64url has no padding and its own two digits", "[jose]") {
  // RFC 7515, appendix C.
  const std::string bytes("\x03\xec\xff\xe0\xc1", 5);
  CHECK(to_base64url(bytes) == "A-z_4ME");
  CHECK(from_base64url("A-z_4ME") == bytes);
  CHECK(to_base64url("") == "");
  CHECK(from_base64url("") == "");
}

TEST_CASE("base64url decoding is strict", "[jose]") {
  const auto text = GENERATE(as<std::string>{}, "A-z_4ME=", "A+z/4ME", "A-z_4 ME", "A", "AAAAA",
                             "A-z_4MF" /* bits beyond the last byte */, "\xc3\xa9");
  CAPTURE(text);
  CHECK_FALSE(from_base64url(text));
}

}  // namespace
}  // namespace picket::jose
