#include "common/jose/totp.h"

#include <catch2/catch.hpp>

namespace picket::jose {
namespace {

Totp make_totp(const std::string& digest, std::size_t key_bytes) {
  Totp totp;
  while (totp.key.size() < key_bytes) totp.key += "1234567890";
  totp.key.resize(key_bytes);
  totp.digest = digest;
  totp.digits = 8;
  return totp;
}

TEST_CASE("codes are those of RFC 6238, appendix B", "[jose]") {
  struct Row {
    std::int64_t seconds;
    std::string sha1;
    std::string sha256;
    std::string sha512;
  };
  const Row row = GENERATE(values<Row>({
      {59, "94287082", "46119246", "90693936"},
      {1111111109, "07081804", "68084774", "25091201"},
      {1111111111, "14050471", "67062674", "99943326"},
      {1234567890, "89005924", "91819424", "93441116"},
      {2000000000, "69279037", "90698825", "38618901"},
      {20000000000, "65353130", "77737706", "47863826"},
  }));
  const WallTime now = WallTime::from_unix_ms(row.seconds * 1000 + 999);
  CHECK(totp_code(make_totp("SHA1", 20), now) == row.sha1);
  CHECK(totp_code(make_totp("SHA256", 32), now) == row.sha256);
  CHECK(totp_code(make_totp("SHA512", 64), now) == row.sha512);
}

TEST_CASE("base32 is that of RFC 4648, section 10", "[jose]") {
  CHECK(from_base32("MZXW6YTBOI======") == "foobar");
  CHECK(from_base32("MZXW6YTB") == "fooba");
  CHECK(from_base32("mzxw 6ytb-oi") == "foobar");
  CHECK(from_base32("") == "");
  CHECK_FALSE(from_base32("MZXW1"));
  CHECK_FALSE(from_base32("MZ\xc3\xa9"));
}

TEST_CASE("a seed is base32 or an otpauth URL", "[jose]") {
  const auto plain = parse_totp(" GEZD GNBV GY3T QOJQ ");
  REQUIRE(plain);
  CHECK(plain->key == "1234567890");
  CHECK(plain->digits == 6);
  CHECK(plain->period == Seconds{30});
  const auto url = parse_totp(
      "otpauth://totp/Shop:probe%40example?secret=GEZDGNBVGY3TQOJQ&issuer=Shop&algorithm=sha256"
      "&digits=8&period=60");
  REQUIRE(url);
  CHECK(url->key == "1234567890");
  CHECK(url->digest == "SHA256");
  CHECK(url->digits == 8);
  CHECK(url->period == Seconds{60});
}

TEST_CASE("a wrong seed is told without repeating it", "[jose]") {
  const auto seed = GENERATE(
      as<std::string>{}, "", "hunter2!", "otpauth://totp/x",
      "otpauth://totp/x?secret=", "otpauth://totp/x?secret=hunter2!",
      "otpauth://hotp/x?secret=MZXW6YTB", "otpauth://totp/x?secret=MZXW6YTB&algorithm=MD5",
      "otpauth://totp/x?secret=MZXW6YTB&digits=12", "otpauth://totp/x?secret=MZXW6YTB&period=0");
  const auto totp = parse_totp(seed);
  CAPTURE(seed);
  REQUIRE_FALSE(totp);
  CHECK(totp.error().code == ErrorCode::invalid_argument);
  CHECK_THAT(render(totp.error()), !Catch::Contains("hunter2") && !Catch::Contains("MZXW6YTB"));
}

}  // namespace
}  // namespace picket::jose
