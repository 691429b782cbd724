// The property that no secret leaves in any form, over random values.
#include "tests/support/canary.h"

#include <catch2/catch.hpp>

#include "agent/script/redactor.h"
#include "common/core/hex.h"
#include "common/wire/wire.h"
#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

Redactor with(const std::string& value) {
  Redactor redactor;
  redactor.add("SECRET", value);
  return redactor;
}

}  // namespace

TEST_CASE("a random secret is masked in every spelling, and nothing beside it", "[canary]") {
  Random random{20261128};
  for (int round = 0; round < 2000; ++round) {
    const std::string value = test::random_secret(random);
    const Redactor redactor = with(value);
    for (const test::Spelled& spelled : test::spellings(value)) {
      const std::string out = redactor.apply("{" + spelled.text + "}");
      if (out == "{***}") continue;
      INFO(value << "\nas " << spelled.form << ": " << spelled.text << "\nbecame " << out);
      // The characters at the edges of a base64 text belong to its neighbours as well.
      REQUIRE(spelled.form.starts_with("base64 inside"));
      REQUIRE_FALSE(test::find_canary(out, value));
    }
  }
}

TEST_CASE("a random secret is masked in the base64 of anything around it", "[canary]") {
  Random random{7};
  for (int round = 0; round < 2000; ++round) {
    const std::string value = test::random_secret(random);
    if (value.size() < Redactor::kInnerBytesMin) continue;
    const std::string around = std::string(random.below(20), 'u') + ":" + value + "|tail";
    const std::string out = with(value).apply("x=" + to_base64(around));
    INFO(value << "\nbecame " << out);
    REQUIRE(out.find("***") != std::string::npos);
    REQUIRE_FALSE(test::find_canary(out, value));
  }
}

TEST_CASE("a random secret is masked in what headers and messages leave of it", "[canary]") {
  Random random{11};
  for (int round = 0; round < 2000; ++round) {
    const std::string value = " \t" + test::random_secret(random) + "\r\n";
    const Redactor redactor = with(value);
    const std::string trimmed = value.substr(2, value.size() - 4);
    INFO(value);
    REQUIRE(redactor.apply("[" + trimmed + "]") == "[***]");
    std::string one_line = value;
    for (char& c : one_line)
      if (c == '\n' || c == '\t' || c == '\r') c = ' ';
    REQUIRE_FALSE(test::find_canary(redactor.apply(one_line), trimmed));
  }
}

TEST_CASE("several secrets in one text are all masked", "[canary]") {
  Random random{13};
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> values;
    Redactor redactor;
    for (int i = 0; i < 6; ++i) values.push_back(test::random_secret(random));
    for (const std::string& value : values) redactor.add("S", value);
    std::string text;
    for (const std::string& value : values) {
      const auto all = test::spellings(value);
      text += all[random.below(all.size())].text + " , ";
    }
    const std::string out = redactor.apply(text);
    for (const std::string& value : values) {
      const auto found = test::find_canary(out, value);
      INFO(text << "\nbecame " << out << "\n" << found.value_or(""));
      REQUIRE_FALSE(found);
    }
  }
}

TEST_CASE("text that makes the search slow is masked whole, soon", "[canary]") {
  std::string hostile;  // what a target may set as a cookie and send back
  for (int i = 0; i < 1300; ++i) hostile += "%25";
  Redactor redactor;
  for (int i = 0; i < 20; ++i) redactor.add("COOKIE", hostile + std::to_string(i));
  const std::string text = hostile + hostile + "x";
  std::string out;
  for (int i = 0; i < 50; ++i) out = redactor.apply(text);
  CHECK(out == Redactor::kMask);
  CHECK(with("other").apply(text) == text);
}

namespace {

const std::string kBase = "https://shop.test/";

std::string one_line(std::string value) {
  for (char& c : value)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return value;
}

// Sends back all it ever saw of the secret, everywhere a response has room.
test::Reply echo(const http::Request& request, const std::string& value, Random& random) {
  const auto all = test::spellings(value);
  const auto any = [&] { return one_line(all[random.below(all.size())].text); };
  test::Reply reply;
  reply.status = random.chance(0.3) ? 302 : random.chance(0.5) ? 500 : 200;
  const std::string url_form = test::spellings(value)[1].text;
  if (reply.status == 302) reply.headers.emplace_back("location", kBase + "next?again=" + url_form);
  reply.headers.emplace_back("set-cookie", "sid=" + any() + "; Path=/; Comment=" + any());
  reply.headers.emplace_back("x-echo", any());
  reply.headers.emplace_back("x-pop", any());
  reply.headers.emplace_back("x-cache", any());
  reply.headers.emplace_back("www-authenticate", "Basic realm=\"" + any() + "\"");
  reply.headers.emplace_back("x-" + any(), "1");
  reply.body = std::string(random.below(2100), '.') + request.url + "\n" + request.body + "\n";
  for (const auto& [name, text] : request.headers) reply.body += name + ": " + text + "\n";
  for (const test::Spelled& spelled : all) reply.body += spelled.text + "\n";
  return reply;
}

// The secret in every place of a check that takes one.
Check everywhere(const std::string& method) {
  const std::string secret = "${{ secrets.S }}";
  Step step = http_step("use it", method, kBase + secret + "?q=" + secret + "#" + secret);
  HttpAction& action = http_of(step);
  action.headers = {{"x-key", secret}, {"x-" + secret, "1"}, {"cookie", "c=" + secret}};
  action.query = {{secret, secret}};
  if (method == "POST") action.body_kind = BodyKind::json;
  if (method == "POST") action.body = R"({"k":")" + secret + R"("})";
  if (method == "PUT") action.body_kind = BodyKind::form;
  if (method == "PUT") action.form = {{"password", secret}, {secret, "x"}};
  if (method == "PUT") action.basic = {{"anna", secret}};
  if (method == "PATCH") action.body_kind = BodyKind::raw;
  if (method == "PATCH") action.body = "<p>" + secret + "</p>";
  if (method == "PATCH") action.bearer = secret;
  step.captures = {capture_of("shown", CaptureSource::regex, "(?s)key: .{8,30}"),
                   capture_of("where", CaptureSource::url, "")};
  step.expect = {expect(Subject::body, "", MatchOp::equals, Value{secret}),
                 expect(Subject::header, "x-echo", MatchOp::equals, Value{secret}),
                 expect(Subject::header, "x-echo", MatchOp::matches, Value{std::string{"^$"}}),
                 expect(Subject::cookie, "sid", MatchOp::contains, Value{secret + "!"})};
  step.continue_on_failure = true;
  Step plain = step;
  http_of(plain).url = kBase + "plain";
  http_of(plain).headers.erase(http_of(plain).headers.begin() + 1);
  Check check = check_of({step, plain}, 1);
  check.secrets = {"S"};
  return check;
}

}  // namespace

TEST_CASE("no run with a random secret everywhere lets it out", "[canary]") {
  Random random{42};
  const std::vector<std::string> methods{"GET", "POST", "PUT", "PATCH"};
  for (int round = 0; round < 500; ++round) {
    const std::string value = test::random_secret(random);
    World w;
    w.keep_evidence = true;
    w.secrets.values["S"] = value;
    w.http.otherwise([&](const http::Request& request) { return echo(request, value, random); });
    std::string out = wire::serialize(wire::encode(w.run(everywhere(methods[random.below(4)]))));
    for (const AttemptFailed& failed : w.reported) out += wire::serialize(wire::encode(failed));
    const auto found = test::find_canary(out, value);
    INFO("round " << round << ": " << value << "\n" << found.value_or("") << "\n" << out);
    REQUIRE_FALSE(found);
  }
}
