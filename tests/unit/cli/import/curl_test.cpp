#include <catch2/catch.hpp>

#include "cli/import/curl_options.h"
#include "cli/import/import.h"

namespace picket::cli {
namespace {

using Catch::Matchers::Contains;

std::string of(const std::string& command) {
  const auto done = import_curl({"curl", "in", "shop", "1m"}, command);
  std::string text = done ? done->text : done.error().message;
  std::erase(text, '"');
  return text;
}

}  // namespace

TEST_CASE("the value of an option is never taken for the URL", "[import][curl]") {
  for (const char* command :
       {"curl --retry-max-time 60 https://shop.test/health",
        "curl --noproxy '*' https://shop.test/health",
        "curl --proto '=https' --tlsv1.2 -sSf https://shop.test/health",
        "curl -Y 100 -y 30 https://shop.test/health", "curl -sz yesterday https://shop.test/health",
        "curl --keepalive-time 5 --stderr err.txt --trace-ascii t.txt https://shop.test/health",
        "curl --socks5-hostname socks.test:1080 https://shop.test/health",
        "curl --doh-url https://dns.test/q https://shop.test/health",
        "curl --preproxy socks5://socks.test https://shop.test/health"}) {
    const std::string text = of(command);
    INFO(text);
    CHECK_THAT(text, Contains("  - name: shop-test-health\n"));
    CHECK_THAT(text, Contains("url: https://shop.test/health"));
    CHECK_THAT(text, !Contains("a second URL"));
  }
  CHECK_THAT(of("curl --proto '=https' https://a.test/"), Contains("TODO(import): --proto =https"));
  CHECK_THAT(of("curl --noproxy '*' https://a.test/"), Contains("TODO(import): --noproxy *"));
  CHECK_THAT(of("curl --retry-max-time 60 https://a.test/"), !Contains("TODO(import):"));
}

TEST_CASE("of several words the one with a scheme is asked, the others are told",
          "[import][curl]") {
  const std::string text = of("curl --of-tomorrow 60 https://shop.test/health");
  CHECK_THAT(text, Contains("url: https://shop.test/health"));
  CHECK_THAT(text, Contains("TODO(import): the option --of-tomorrow"));
  CHECK_THAT(text, Contains("TODO(import): the word 60 after --of-tomorrow"));
  CHECK_THAT(of("curl --of-tomorrow 60 shop.test/health"),
             Contains("url: http://shop.test/health\n"));
  CHECK_THAT(of("curl localhost"), Contains("url: http://localhost"));
  CHECK_THAT(of("curl https://a.test/ 'https://b.test/x?token=made-up'"),
             Contains("TODO(import): a second URL: https://b.test/x\n") && !Contains("made-up"));
  CHECK_THAT(of("curl --new-password made-up https://a.test/"), !Contains("made-up"));
  CHECK_THAT(of("curl -s -- https://a.test/"),
             Contains("url: https://a.test/") && !Contains("TODO(import):"));
}

TEST_CASE("each request of one command is a check", "[import][curl]") {
  const std::string text = of("curl https://a.test/ --next -d x=1 https://b.test/form");
  CHECK_THAT(text, Contains("  - name: a-test\n") && Contains("  - name: b-test-form\n"));
  CHECK_THAT(text.substr(0, text.find("b-test-form")), !Contains("POST") && !Contains("x:"));
}

TEST_CASE("options are known by letter and by name", "[import][curl]") {
  CHECK(long_curl_option("-H") == "--header");
  CHECK(long_curl_option("-?") == "-?");
  for (const char letter : std::string("ACDEFHKPQTUXYbcdemortuwxyz"))
    CHECK(takes_curl_value(long_curl_option(std::string("-") + letter)));
  for (const char letter : std::string("0146GILNOSZfgiknqsv#"))
    CHECK_FALSE(takes_curl_value(long_curl_option(std::string("-") + letter)));
  CHECK(takes_curl_value("--expand-data"));
  CHECK_FALSE(takes_curl_value("--compressed"));
  CHECK_FALSE(takes_curl_value("data"));
  CHECK_FALSE(is_public_curl_option("--pass"));
}

}  // namespace picket::cli
