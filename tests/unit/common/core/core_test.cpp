#include <catch2/catch.hpp>
#include <set>

#include "common/core/backoff.h"
#include "common/core/deadline.h"
#include "common/core/digest.h"
#include "common/core/github_annotation.h"
#include "common/core/hex.h"
#include "common/core/random.h"
#include "common/core/secure_random.h"
#include "common/core/text.h"
#include "common/core/time.h"
#include "common/core/xml_text.h"

using namespace picket;

TEST_CASE("durations are read with their units and written back", "[time]") {
  CHECK(parse_duration("500ms")->count() == 500);
  CHECK(parse_duration("1.5s")->count() == 1500);
  CHECK(parse_duration("1h30m")->count() == 5'400'000);
  CHECK(parse_duration("30d")->count() == 30LL * 86'400'000);
  CHECK(render_duration(Millis{5'400'000}) == "1h30m");
  CHECK(render_duration(Millis{0}) == "0s");
  CHECK(parse_duration(render_duration(Millis{93'784'005}))->count() == 93'784'005);
}

TEST_CASE("a duration without a unit is refused with the fix", "[time]") {
  for (const char* bad : {"60", "", "-5s", "s", "5 s", "1e3s", "5x", "99999999999d", "nan", "inf",
                          ".5s", "5.s", "1h.5m"}) {
    const auto parsed = parse_duration(bad);
    INFO(bad);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::invalid_argument);
    CHECK(parsed.error().hint.find("30s") != std::string::npos);
  }
}

TEST_CASE("RFC 3339 times survive a round trip", "[time]") {
  CHECK(render_rfc3339(WallTime::from_unix_ms(1'795'314'584'123)) == "2026-11-22T02:29:44.123Z");
  CHECK(parse_rfc3339("2026-11-22T02:29:44.123Z")->unix_ms() == 1'795'314'584'123);
  CHECK(parse_rfc3339("2026-11-22T03:29:44.123+01:00")->unix_ms() == 1'795'314'584'123);
  CHECK(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
  for (const char* bad : {"2026-02-31T00:00:00Z", "2026-11-22", "2026-11-22T25:00:00Z", "x", ""})
    CHECK_FALSE(parse_rfc3339(bad).has_value());
}

TEST_CASE("random numbers repeat from a seed and forks are independent", "[random]") {
  Random a{42};
  Random b{42};
  CHECK(a.next() == b.next());
  Random child_a = a.fork("x");
  Random child_b = b.fork("x");
  CHECK(child_a.next() == child_b.next());
  CHECK(Random{42}.fork("x").next() != Random{42}.fork("y").next());
  for (int i = 0; i < 1000; ++i) CHECK(a.below(7) < 7);
}

TEST_CASE("back-off grows to its ceiling and starts again after a reset", "[backoff]") {
  BackoffOptions options{Millis{100}, Millis{1000}};
  Backoff backoff{options, Random{1}};
  const Millis ceilings[] = {Millis{100}, Millis{200},  Millis{400},
                             Millis{800}, Millis{1000}, Millis{1000}};
  for (const Millis ceiling : ceilings) {
    const Millis wait = backoff.next();
    CHECK(wait >= ceiling / 2);
    CHECK(wait <= ceiling);
  }
  backoff.reset();
  CHECK(backoff.next() <= Millis{100});
}

TEST_CASE("digests and encodings match published vectors", "[digest]") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(hmac_sha256("key", "The quick brown fox jumps over the lazy dog")) ==
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
  for (const auto& [plain, encoded] : {std::pair{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foobar", "Zm9vYmFy"}}) {
    CHECK(to_base64(plain) == encoded);
    CHECK(from_base64(encoded) == plain);
  }
  CHECK_FALSE(from_base64("a").has_value());
  CHECK_FALSE(from_base64("====").has_value());
  CHECK(from_hex("00ff") == std::string("\0\xff", 2));
  CHECK(secure_random_hex(16).size() == 32);
  CHECK(secure_random_hex(16) != secure_random_hex(16));
}

TEST_CASE("text from a target is cleaned of controls and invalid UTF-8", "[text]") {
  CHECK(clean_text("a\x1b[31mb\xff\xc3") == "a [31mb\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(clean_line("a\nb\tc") == "a b c");
  CHECK(clean_text("\xE2\x80\xAEgnp.exe") == " gnp.exe");
  CHECK_FALSE(is_valid_utf8("\xed\xa0\x80"));
  CHECK_FALSE(is_valid_utf8("\xc0\xaf"));
  CHECK(is_valid_utf8("grün ✓ 𝄞"));
}

TEST_CASE("text is cut on code-point boundaries", "[text]") {
  CHECK(cut_utf16("a𝄞b", 2) == "a");
  CHECK(cut_utf16("a𝄞b", 3) == "a𝄞");
  CHECK(cut_utf8("grün", 3) == "gr");
  CHECK(cut_utf8("0123456789", 10) == "0123456789");
  CHECK(cut_utf8("0123456789X", 10) == "0123456…");
}

TEST_CASE("a misspelt word finds its neighbour and nonsense finds nothing", "[text]") {
  const std::vector<std::string> keys{"interval", "timeout", "regions"};
  CHECK(did_you_mean("intervall", keys) == "interval");
  CHECK(did_you_mean("timout", keys) == "timeout");
  CHECK(did_you_mean("zebra", keys).empty());
}

TEST_CASE("every error code has a kind, a name and a summary", "[error]") {
  std::set<std::string_view> names;
#define PICKET_ERROR(code, kind, text) names.insert(to_string(ErrorCode::code));
#include "common/core/error_codes.def"
#undef PICKET_ERROR
  CHECK(names.count("disk_full") == 1);
  CHECK(kind_of(ErrorCode::disk_full) == ErrorKind::operator_fixable);
  CHECK(error_from_errno(28, "write").code == ErrorCode::disk_full);
  CHECK(error_from_errno(24, "open").code == ErrorCode::resource_exhausted);
}

TEST_CASE("an annotation for GitHub cannot be ended by the text in it", "[github]") {
  CHECK(github_message("50 %: a\r\n::error::b") == "50 %25: a%0D%0A::error::b");
  CHECK(github_property("a:b,c%\n") == "a%3Ab%2Cc%25%0A");
}

TEST_CASE("text becomes content and attribute values of XML", "[core]") {
  CHECK(escape_xml("a < \"b\" & c > d\ne") == "a &lt; &quot;b&quot; &amp; c &gt; d&#10;e");
}
