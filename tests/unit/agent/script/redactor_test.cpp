#include "agent/script/redactor.h"

#include <catch2/catch.hpp>

#include "agent/script/escaped_text.h"
#include "common/core/hex.h"
#include "common/core/random.h"

using namespace picket;
using namespace picket::agent;

namespace {

Redactor with(const std::string& value) {
  Redactor redactor;
  redactor.add("SECRET", value);
  return redactor;
}

std::string shell(const Redactor& redactor, const std::string& text) {
  std::string out;
  for (const auto& piece : redactor.pieces(text)) out += piece.text;
  return out;
}

}  // namespace

TEST_CASE("a secret is found however a target escapes it", "[redactor]") {
  const std::string value = "p@s \"w\"/<é>+\\";
  const Redactor redactor = with(value);
  for (const std::string& form : {
           value,
           std::string{"p%40s%20%22w%22%2F%3C%C3%A9%3E%2B%5C"},
           std::string{"p%40s%20%22w%22%2f%3c%c3%a9%3e%2b%5c"},
           std::string{"p%40s+%22w%22/%3C%C3%A9%3E%2B%5C"},
           std::string{R"(p@s \"w\"/<é>+\\)"},
           std::string{R"(p@s \"w\"\/\u003cé\u003e+\\)"},
           std::string{"p@s &quot;w&quot;/&lt;é&gt;+\\"},
           std::string{"p@s &#34;w&#x22;/&#60;é&#x3E;+\\"},
           std::string{R"(p@s \"w\"/<\u00e9>+\\)"},
           to_base64(value),
       }) {
    INFO(form);
    CHECK(redactor.apply("a " + form + " b") == "a *** b");
  }
}

TEST_CASE("letters are recognised in either case", "[redactor]") {
  CHECK(with("TenantOne").apply("https://tenantone.shop.test/TENANTONE") ==
        "https://***.shop.test/***");
}

TEST_CASE("text without a secret stays as it is", "[redactor]") {
  const std::string text = "100% of \\u0041 &amp; a+b \xff %zz \\";
  CHECK(with("secret").apply(text) == text);
  CHECK(Redactor{}.apply(text) == text);
  Redactor empty;
  empty.add("EMPTY", "");
  CHECK(empty.apply(text) == text);
}

TEST_CASE("a short value is masked only where it stands alone", "[redactor]") {
  const Redactor redactor = with("42");
  CHECK(redactor.apply("id=42&n=1425, 42") == "id=***&n=1425, ***");
  CHECK(redactor.apply("x42y") == "x42y");
}

TEST_CASE("a secret that is the start of another does not leave its rest", "[redactor]") {
  Redactor redactor;
  redactor.add("SHORT", "canary");
  redactor.add("LONG", "canary-and-more");
  CHECK(redactor.apply("canary-and-more canary") == "*** ***");
}

TEST_CASE("a secret in UTF-8 that was taken for Latin-1 is found", "[redactor]") {
  CHECK(with("p\xc3\xa9-\xe2\x82\xac-word")
            .apply("<p\xc3\x83\xc2\xa9-\xc3\xa2\xc2\x82\xc2\xac-word>") == "<***>");
}

TEST_CASE("a secret that begins inside of another does not leave its rest", "[redactor]") {
  Redactor redactor;
  redactor.add("CAPTURE", "some text and hunt");
  redactor.add("PASSWORD", "hunter22");
  redactor.add("LAST", "r22-more");
  CHECK(redactor.apply("<some text and hunter22-more>") == "<***>");
  CHECK(shell(redactor, "<some text and hunter22-more>") == "<\"$CAPTURE\"\"$PASSWORD\"\"$LAST\">");
}

TEST_CASE("a secret across the cut is replaced whole", "[redactor]") {
  const std::string text = "0123456789secret-value tail";
  CHECK(with("secret-value").apply_start(text, 14) == "0123456789***");
  CHECK(with("secret-value").apply_start(text, 10) == "0123456789");
}

TEST_CASE("basic authentication is recognised by its parts", "[redactor]") {
  Redactor redactor;
  redactor.add("PASSWORD", "hunter22");
  redactor.add_basic("anna", "hunter22");
  CHECK(redactor.apply("Basic " + to_base64("anna:hunter22")) == "Basic ***");
  CHECK(shell(redactor, to_base64("anna:hunter22")) ==
        "\"$(printf %s anna:\"$PASSWORD\" | base64 -w0)\"");
  Redactor public_pair;
  public_pair.add_basic("anna", "anna");
  CHECK(public_pair.apply(to_base64("anna:anna")) == to_base64("anna:anna"));
}

TEST_CASE("pieces for a shell name the variable and its encoding", "[redactor]") {
  const Redactor redactor = with("a b\"c-secret");
  CHECK(shell(redactor, "x=a b\"c-secret") == "x=\"$SECRET\"");
  CHECK(shell(redactor, "x=a%20b%22c-secret") ==
        R"~(x="$(printf %s "$SECRET" | perl -0777pe )~"
        R"~('s/[^A-Za-z0-9._~-]/sprintf"%%%02X",ord$&/ge')")~");
  CHECK(shell(redactor, "a b\\\"c-secret") ==
        R"~("$(printf %s "$SECRET" | perl -0777pe )~"
        R"~('s/["\\]/\\$&/g;s/[\x00-\x1f]/sprintf"\\u%04x",ord$&/ge')")~");
}

TEST_CASE("any value in any mixture of escapes is found", "[redactor]") {
  Random random{11};
  constexpr std::string_view kBytes = "aZ9 %+&\"'\\/<>{}=?#~\xc3\xa9";
  for (int round = 0; round < 3000; ++round) {
    std::string value;
    std::string spelled;
    const auto length = 4 + random.below(12);
    for (std::uint64_t i = 0; i < length; ++i) {
      const auto at = random.below(kBytes.size() - 1);
      const std::string c{at < kBytes.size() - 2 ? std::string{kBytes[at]} : "\xc3\xa9"};
      value += c;
      for (const char byte : c) {
        const std::string hex = to_hex(std::string_view{&byte, 1});
        const bool plain =
            random.chance(0.5) && byte != '%' && byte != '\\' && byte != '&' && byte != '+';
        spelled += plain ? std::string{byte} : "%" + hex;
      }
    }
    INFO(value << " as " << spelled);
    CHECK(find_spelling("x" + spelled + "y", 1, value).length == spelled.size());
    CHECK(with(value).apply(spelled) == "***");
  }
}
