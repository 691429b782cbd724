#include "common/jose/pkce.h"

#include <catch2/catch.hpp>

namespace picket::jose {
namespace {

TEST_CASE("verifier and challenge are those of RFC 7636, appendix B", "[jose]") {
  const unsigned char octets[] = {116, 24,  223, 180, 151, 153, 224, 37,  79,  250, 96,
                                  125, 216, 173, 187, 186, 22,  212, 37,  77,  105, 214,
                                  191, 240, 91,  88,  5,   88,  83,  132, 141, 121};
  const std::string verifier =
      make_code_verifier({reinterpret_cast<const char*>(octets), sizeof octets});
  CHECK(verifier == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  CHECK(code_challenge_s256(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace picket::jose
