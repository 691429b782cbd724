// What the words of a check file become in the model.
#include <catch2/catch.hpp>

#include "common/checks/load.h"

namespace picket::checks {
namespace {

Check check_of(const std::string& body) {
  const LoadedChecks loaded = load_check_text(
      "a.check.yaml", "version: 1\nchecks:\n  - name: home\n    owner: shop\n" + body);
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.is_error()) FAIL(render_text(diagnostic));
  REQUIRE(loaded.checks.size() == 1);
  return loaded.checks[0];
}

Check check_with_request(const std::string& http) { return check_of("    http: " + http + "\n"); }

const HttpAction& action_of(const Check& check) {
  return std::get<HttpAction>(check.steps.at(0).action);
}

std::vector<Expectation> expectations_of(const std::string& expect) {
  return check_of("    http: GET https://a.example/\n    expect: " + expect + "\n").steps[0].expect;
}

Expectation one_of(const std::string& expect) {
  for (const Expectation& expectation : expectations_of(expect))
    if (expectation.subject != Subject::status) return expectation;
  FAIL("no expectation in " << expect);
  return {};
}

Value operand_of(const std::string& expect) {
  const Expectation expectation = one_of(expect);
  REQUIRE(expectation.matchers.size() == 1);
  return expectation.matchers[0].operand;
}

}  // namespace

TEST_CASE("the short form of a request is a method and a URL", "[checks]") {
  const Check check = check_with_request("DELETE https://a.example/x?y=z");
  CHECK(action_of(check).method == "DELETE");
  CHECK(action_of(check).url == "https://a.example/x?y=z");
  CHECK(action_of(check).redirects_max == 10);
}

TEST_CASE("the long form of a request is read key by key", "[checks]") {
  const Check check = check_with_request(
      "{method: POST, url: \"https://a.example/\", headers: {a: 1, b: x}, query: {q: true},"
      " form: {f: 2}, basic: {username: u, password: \"${{ secrets.P }}\"}, http_version: 2,"
      " ip_version: 6, insecure: true, compression: false, body_max: 2KiB,"
      " follow_redirects: 3}");
  const HttpAction& action = action_of(check);
  CHECK(action.method == "POST");
  CHECK(action.headers == Pairs{{"a", "1"}, {"b", "x"}});
  CHECK(action.query == Pairs{{"q", "true"}});
  CHECK(action.body_kind == BodyKind::form);
  CHECK(action.form == Pairs{{"f", "2"}});
  CHECK(action.basic == std::pair<std::string, std::string>{"u", "${{ secrets.P }}"});
  CHECK(action.http_version == "2");
  CHECK(action.ip_version == "6");
  CHECK(action.insecure);
  CHECK_FALSE(action.compression);
  CHECK(action.body_bytes_max == 2048);
  CHECK(action.redirects_max == 3);
  CHECK(check.secrets == std::vector<std::string>{"P"});
}

TEST_CASE("redirects are followed, not followed, or counted", "[checks]") {
  const std::string start = "{url: \"https://a.example/\", follow_redirects: ";
  CHECK(action_of(check_with_request(start + "false}")).redirects_max == 0);
  CHECK(action_of(check_with_request(start + "true}")).redirects_max == 10);
  CHECK(action_of(check_with_request(start + "20}")).redirects_max == 20);
}

TEST_CASE("a JSON body keeps order and types", "[checks]") {
  const Check check = check_with_request(
      "{url: \"https://a.example/\", json: {z: 1, a: [true, null, 1.5, \"01\", x, -3], "
      "m: {}, s: \"${{ run.id }}\"}}");
  CHECK(action_of(check).body_kind == BodyKind::json);
  CHECK(action_of(check).body ==
        R"({"z":1,"a":[true,null,1.5,"01","x",-3],"m":{},"s":"${{ run.id }}"})");
}

TEST_CASE("secrets of keys and of subprotocols are secrets of the check", "[checks]") {
  const Check body = check_with_request(
      "{url: \"https://a.example/\", json: {a: [{\"${{ secrets.A }}\": 1}]},"
      " query: {\"${{ secrets.B }}\": 1}}");
  CHECK(body.secrets == std::vector<std::string>{"A", "B"});
  const Check socket = check_of(
      "    websocket: {url: \"wss://a.example/\", subprotocols: [\"${{ secrets.C }}\"]}\n");
  CHECK(socket.secrets == std::vector<std::string>{"C"});
}

TEST_CASE("without `of` as many runs as `x` make a region failing", "[checks]") {
  const Check check = check_of("    http: GET https://a.example/\n    failing: {x: 3}\n");
  CHECK(check.failing_x == 3);
  CHECK(check.failing_y == 3);
}

TEST_CASE("the name of a certificate may be an address", "[checks]") {
  const Check check = check_of(
      "    steps:\n"
      "      - {name: a, tls: {target: \"a.example:443\", server_name: 203.0.113.7}}\n"
      "      - {name: b, tls: {target: \"a.example:443\", server_name: \"2001:db8::7\"}}\n");
  CHECK(std::get<TlsAction>(check.steps[0].action).client.server_name == "203.0.113.7");
  CHECK(std::get<TlsAction>(check.steps[1].action).client.server_name == "2001:db8::7");
}

TEST_CASE("a bracket within a class of a capture's pattern is no group", "[checks]") {
  const Check check = check_of(
      "    steps: [{name: a, http: GET https://a.example/, capture: {word: {regex: "
      "'[[:space:](]+([a-z]+)', filters: [{regex: '\\Q(\\E([a-z])'}]}}}]\n");
  CHECK(check.steps[0].captures[0].expression == "[[:space:](]+([a-z]+)");
}

TEST_CASE("a whole number of a JSON body is sent as it is written", "[checks]") {
  const Check check = check_with_request(
      "{url: \"https://a.example/\", json: [9223372036854775807, 18446744073709551615, "
      "-9223372036854775808, 0]}");
  CHECK(action_of(check).body ==
        "[9223372036854775807,18446744073709551615,-9223372036854775808,0]");
}

TEST_CASE("statuses are codes, classes, ranges and lists of those", "[checks]") {
  struct Row {
    std::string text;
    std::vector<StatusRange> wanted;
  };
  const std::vector<Row> rows{
      {"200", {{200, 200}}},
      {"\"404\"", {{404, 404}}},
      {"2xx", {{200, 299}}},
      {"200-204", {{200, 204}}},
      {"[200, 3xx, 500-503]", {{200, 200}, {300, 399}, {500, 503}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto expectations = expectations_of("{status: " + row.text + "}");
    REQUIRE(expectations.size() == 1);
    CHECK(expectations[0].status == row.wanted);
  }
}

TEST_CASE("durations become milliseconds and sizes bytes", "[checks]") {
  CHECK(operand_of("{duration: {lt: 1.5s}}") == Value{std::int64_t{1500}});
  CHECK(operand_of("{phases: {tls: {lte: 1m30s}}}") == Value{std::int64_t{90'000}});
  CHECK(operand_of("{size: {gt: 1.5KB}}") == Value{std::int64_t{1500}});
  CHECK(operand_of("{size: 2KiB}") == Value{std::int64_t{2048}});
  CHECK(one_of("{phases: {tls: {lte: 1s}}}").key == "tls");
}

TEST_CASE("headers and bodies are compared as text, JSON values with their types", "[checks]") {
  CHECK(operand_of("{headers: {x: 5}}") == Value{std::string{"5"}});
  CHECK(operand_of("{headers: {x: 1.10}}") == Value{std::string{"1.10"}});
  CHECK(operand_of("{body: true}") == Value{std::string{"true"}});
  CHECK(operand_of("{http_version: 2}") == Value{std::string{"2"}});
  CHECK(operand_of("{jsonpath: {$.a: 5}}") == Value{std::int64_t{5}});
  CHECK(operand_of("{jsonpath: {$.a: \"5\"}}") == Value{std::string{"5"}});
  CHECK(operand_of("{jsonpath: {$.a: 5.0}}") == Value{5.0});
  CHECK(operand_of("{jsonpath: {$.a: true}}") == Value{true});
  CHECK(operand_of("{jsonpath: {$.a: null}}") == Value{Null{}});
  CHECK(operand_of("{jsonpath: {$.a: ~}}") == Value{Null{}});
}

TEST_CASE("matchers keep their order and place, count holds matchers of its own", "[checks]") {
  const Expectation expectation =
      one_of("{jsonpath: {$.a: {count: {gte: 1, lt: 5}, includes: x, in: [1, a]}}}");
  REQUIRE(expectation.matchers.size() == 3);
  CHECK(expectation.matchers[0].op == MatchOp::count);
  REQUIRE(expectation.matchers[0].nested.size() == 2);
  CHECK(expectation.matchers[0].nested[1].operand == Value{std::int64_t{5}});
  CHECK(expectation.matchers[2].list ==
        std::vector<Value>{Value{std::int64_t{1}}, Value{std::string{"a"}}});
  CHECK(expectation.matchers[1].at == SourcePosition{"a.check.yaml", 6, 55});
}

TEST_CASE("what stands in warn is soft and implies no status", "[checks]") {
  const auto expectations = expectations_of("{warn: {status: 200, duration: {lt: 1s}}}");
  REQUIRE(expectations.size() == 3);
  CHECK_FALSE(expectations[0].warn);
  CHECK(expectations[0].status == std::vector<StatusRange>{{200, 399}});
  CHECK(expectations[1].warn);
  CHECK(expectations[2].warn);
}

TEST_CASE("captures say where from and whether they are secret", "[checks]") {
  const Check check = check_of(
      "    steps:\n"
      "      - name: a\n"
      "        http: GET https://a.example/\n"
      "        capture:\n"
      "          one: {jsonpath: $.a, secret: true}\n"
      "          two: {header: location, secret: false}\n"
      "          three: {regex: '[(](?:a|b)(?i)\\(([^)]+)'}\n"
      "          four: {url: true}\n"
      "          five: {cookie: session}\n"
      "      - {name: b, wait: 1s500ms, always: true}\n");
  CHECK_FALSE(check.single);
  REQUIRE(check.steps.size() == 2);
  const auto& captures = check.steps[0].captures;
  REQUIRE(captures.size() == 5);
  CHECK(captures[0].source == CaptureSource::jsonpath);
  CHECK(captures[0].secret == std::optional<bool>{true});
  CHECK(captures[1].secret == std::optional<bool>{false});
  CHECK(captures[2].source == CaptureSource::regex);
  CHECK_FALSE(captures[2].secret);
  CHECK(captures[3].expression.empty());
  CHECK(captures[4].expression == "session");
  CHECK(std::get<WaitAction>(check.steps[1].action).span == Millis{1500});
  CHECK(check.steps[1].always);
}

TEST_CASE("the audience of a token is a parameter, before the others", "[checks]") {
  const Check check = check_of(
      "    oauth2: {flow: client_credentials, issuer: 'https://id.example', client_id: probe,\n"
      "             audience: 'https://api.example', parameters: {resource: x}}\n");
  const auto& oauth = std::get<OAuthAction>(check.steps.at(0).action);
  CHECK(oauth.parameters == Pairs{{"audience", "https://api.example"}, {"resource", "x"}});
}

TEST_CASE("regions, quorum, confirmation and failing runs", "[checks]") {
  const Check check = check_of(
      "    http: GET https://a.example/\n"
      "    regions: {labels: {cloud: aws}, at_least: 3}\n"
      "    quorum: 25%\n"
      "    confirm: {regions: 4}\n"
      "    failing: {x: 3, of: 5}\n");
  CHECK_FALSE(check.regions.all);
  CHECK(check.regions.labels.at("cloud") == "aws");
  CHECK(check.regions.at_least == 3);
  CHECK(check.quorum == Quorum{Quorum::Kind::percent, 25});
  CHECK(check.confirm_regions == 4);
  CHECK(check.failing_x == 3);
  CHECK(check.failing_y == 5);
}

TEST_CASE("alerts take the severity of their condition and the name as identity", "[checks]") {
  const Check check = check_of(
      "    http: GET https://a.example/\n"
      "    notify: pagerduty/a\n"
      "    alerts:\n"
      "      - {when: no_data, for: 10m}\n"
      "      - {when: degraded, notify: [webhook/b]}\n"
      "      - {name: slow, when: degraded, severity: info, for: 1h, summary: Slow}\n");
  REQUIRE(check.alerts.size() == 5);
  CHECK(check.alerts[0].severity == Severity::error);
  CHECK(check.alerts[0].hold == Millis{600'000});
  CHECK(check.alerts[1].severity == Severity::warning);
  CHECK(check.alerts[1].notify == std::vector<std::string>{"webhook/b"});
  CHECK(check.alerts[2].id == "slow");
  CHECK(check.alerts[2].summary == "Slow");
  CHECK(check.alerts[3].id == "down");
  CHECK(check.alerts[4].id == "regional");
}

TEST_CASE("a paused check keeps until and reason", "[checks]") {
  const Check check = check_of(
      "    http: GET https://a.example/\n"
      "    paused: {until: 2026-12-01T09:00:00+01:00, reason: migration}\n");
  REQUIRE(check.paused);
  CHECK(check.paused->reason == "migration");
  CHECK(render_rfc3339(*check.paused->until) == "2026-12-01T08:00:00.000Z");
}

TEST_CASE("merge keys: a map's own keys win, then the earlier map", "[checks]") {
  const LoadedChecks loaded = load_check_text(
      "a.check.yaml",
      "version: 1\n"
      "checks:\n"
      "  - &one {name: one, owner: shop, title: first, service: x, http: GET https://a.example/}\n"
      "  - &two {name: two, owner: web, description: second, http: GET https://b.example/}\n"
      "  - {<<: [*two, *one], name: three, title: own}\n");
  CHECK(loaded.errors() == 0);
  REQUIRE(loaded.checks.size() == 3);
  const Check& merged = loaded.checks[2];
  CHECK(merged.name.value == "three");
  CHECK(merged.title == "own");
  CHECK(merged.owner == "web");
  CHECK(merged.description == "second");
  CHECK(merged.service == "x");
  CHECK(std::get<HttpAction>(merged.steps[0].action).url == "https://b.example/");
}

TEST_CASE("a fact is an expectation named by the maps it stands in", "[checks]") {
  const Expectation life = one_of("{tls: {expires_in: {gt: 14d}}}");
  CHECK(life.subject == Subject::fact);
  CHECK(life.key == "tls.expires_in");
  REQUIRE(life.matchers.size() == 1);
  CHECK(life.matchers[0].op == MatchOp::gt);
  CHECK(life.matchers[0].operand == Value{std::int64_t{14 * 86'400'000}});
  const Expectation soft = one_of("{warn: {tls: {version: TLS 1.3}}}");
  CHECK(soft.warn);
  CHECK(soft.matchers[0].operand == Value{1.3});
  for (const char* version : {"1.2", "TLSv1.2", "TLS 1.2", "TLS1.2"})
    CHECK(operand_of(std::string{"{tls: {version: {gte: "} + version + "}}}") == Value{1.2});
}

}  // namespace picket::checks
