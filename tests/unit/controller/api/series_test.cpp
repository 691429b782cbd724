#include "controller/api/series.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);

Check make_check() {
  Check check;
  check.name = CheckName{"shop"};
  check.interval = minutes{5};
  Step step;
  HttpAction action;
  action.url = "https://shop.example.com/path?token=1";
  step.action = action;
  check.steps.push_back(step);
  check.labels = {{"cost-centre", "a\"b"}, {"tier", "one"}};
  return check;
}

RunResult make_run(RunVerdict verdict, WallTime started) {
  RunResult run;
  run.key = {CheckName{"shop"}, RegionName{"eu-west-1"}, started, RunKind::scheduled, 0};
  run.started = started;
  run.verdict = verdict;
  Attempt attempt;
  attempt.duration = Millis{120};
  StepResult step;
  RequestResult request;
  request.status = 200;
  request.phases = {Millis{5}, Millis{10}, Millis{20}, Millis{60}, Millis{25}};
  TlsFacts tls;
  CertificateFacts certificate;
  certificate.not_after = kNow + hours{24};
  tls.chain.push_back(certificate);
  request.tls = tls;
  step.requests.push_back(request);
  attempt.steps.push_back(step);
  run.attempts.push_back(attempt);
  return run;
}

bool has(const std::string& text, const std::string& line) {
  return text.find(line + "\n") != std::string::npos;
}

const std::string kLabels =
    "job=\"shop\",instance=\"https://shop.example.com/path\",probe=\"eu-west-1\"";

}  // namespace

TEST_CASE("a run shows under the names that dashboards know", "[series]") {
  SeriesBook book;
  book.define(make_check());
  book.observe(make_run(RunVerdict::pass, kNow));
  book.observe(make_run(RunVerdict::fail, kNow + minutes{5}));
  const std::string text = book.render(kNow + minutes{6});
  CHECK(has(text, "probe_success{" + kLabels + "} 0"));
  CHECK(has(text, "probe_duration_seconds{" + kLabels + "} 0.12"));
  CHECK(has(text, "probe_http_duration_seconds{" + kLabels + ",phase=\"processing\"} 0.06"));
  CHECK(has(text, "probe_http_status_code{" + kLabels + "} 200"));
  CHECK(has(text, "probe_ssl_earliest_cert_expiry{" + kLabels + "} 1800086400"));
  CHECK(has(text, "probe_all_success_sum{" + kLabels + "} 1"));
  CHECK(has(text, "probe_all_success_count{" + kLabels + "} 2"));
  CHECK(has(text, "probe_all_duration_seconds_bucket{" + kLabels + ",le=\"0.1\"} 0"));
  CHECK(has(text, "probe_all_duration_seconds_bucket{" + kLabels + ",le=\"0.25\"} 2"));
  CHECK(has(text, "# TYPE picket_runs_retried_total counter"));
  CHECK(text.find("token=1") == std::string::npos);
  CHECK(has(text, "sm_check_info{" + kLabels +
                      ",check_name=\"http\",frequency=\"300000\",geohash=\"\","
                      "region=\"eu-west-1\",label_cost_centre=\"a\\\"b\",label_tier=\"one\"} 1"));
}

TEST_CASE("what speaks no HTTP has no series of HTTP", "[series]") {
  Check check = make_check();
  SECTION("icmp") {
    check.steps[0].action = IcmpAction{};
    SeriesBook book;
    book.define(check);
    book.observe(make_run(RunVerdict::pass, kNow));
    const std::string text = book.render(kNow);
    CHECK(text.find("probe_http_status_code{") == std::string::npos);
    CHECK(text.find("probe_http_duration_seconds{") == std::string::npos);
    CHECK(text.find("probe_success{job=\"shop\"") != std::string::npos);
    CHECK(text.find(",check_name=\"ping\",") != std::string::npos);
  }
  SECTION("a step of several does") {
    Step step;
    step.action = TlsAction{};
    check.steps.insert(check.steps.begin(), step);
    SeriesBook book;
    book.define(check);
    book.observe(make_run(RunVerdict::pass, kNow));
    const std::string text = book.render(kNow);
    CHECK(text.find("probe_http_status_code{") != std::string::npos);
    CHECK(text.find(",check_name=\"http\",") != std::string::npos);
  }
}

TEST_CASE("series end three intervals after the last result", "[series]") {
  SeriesBook book;
  book.define(make_check());
  book.observe(make_run(RunVerdict::pass, kNow));
  CHECK(has(book.render(kNow + minutes{15}), "probe_success{" + kLabels + "} 1"));
  CHECK(book.render(kNow + minutes{15} + Millis{1}).find("shop") == std::string::npos);
  book.remove(CheckName{"shop"});
  CHECK(book.render(kNow).find("shop") == std::string::npos);
}

TEST_CASE("confirmations and unknown runs are not in the series", "[series]") {
  SeriesBook book;
  book.define(make_check());
  RunResult confirmation = make_run(RunVerdict::fail, kNow);
  confirmation.key.kind = RunKind::confirmation;
  book.observe(confirmation);
  book.observe(make_run(RunVerdict::unknown, kNow));
  CHECK(book.render(kNow).find("shop") == std::string::npos);
}

TEST_CASE("what the cap drops is counted", "[series]") {
  SeriesBook book{0};
  book.define(make_check());
  book.observe(make_run(RunVerdict::pass, kNow));
  CHECK(book.dropped() == 1);
  CHECK(book.render(kNow).find("shop") == std::string::npos);
}

TEST_CASE("label values are escaped", "[series]") {
  CHECK(escape_label("a\"b\\c\nd\x01") == "a\\\"b\\\\c d ");
}

TEST_CASE("the instance is the target with its variables, never with a secret", "[series]") {
  Check check = make_check();
  check.vars = {{"base", "https://shop.example.com"}, {"quoted", "${{ secrets.KEY }}"}};
  const auto instance = [&check](const std::string& url) {
    std::get<HttpAction>(check.steps[0].action).url = url;
    return instance_of(check);
  };
  CHECK(instance("${{ vars.base }}/") == "https://shop.example.com/");
  CHECK(instance("${{vars.base}}/a?key=${{ secrets.KEY }}") == "https://shop.example.com/a");
  CHECK(instance("https://x.test/${{ secrets.KEY }}/a") == "https://x.test/***/a");
  CHECK(instance("https://x.test/${{ capture.id }}") == "https://x.test/***");
  CHECK(instance("https://x.test/${{ vars.gone }}") == "https://x.test/***");
  CHECK(instance("https://ann:word@x.test/a@b") == "https://x.test/a@b");
  CHECK(instance("https://x.test/${{ vars.quoted }}") == "https://x.test/${{ secrets.KEY }}");
  CHECK(instance("https://x.test/${{") == "");
}

TEST_CASE("a target named after the region has it in its instance", "[series]") {
  Check check = make_check();
  std::get<HttpAction>(check.steps[0].action).url = "https://${{ region }}.example.com/?a";
  SeriesBook book;
  book.define(check);
  book.observe(make_run(RunVerdict::pass, kNow));
  CHECK(has(book.render(kNow),
            "probe_success{job=\"shop\",instance=\"https://eu-west-1.example.com/\","
            "probe=\"eu-west-1\"} 1"));
}

TEST_CASE("a failed pattern of the body is told apart from other failures", "[series]") {
  Check check = make_check();
  Expectation body;
  body.subject = Subject::body;
  body.matchers = {Matcher{MatchOp::not_matches, Value{std::string{"sorry"}}, {}, {}, {}}};
  body.at = {"shop.check.yaml", 7, 5};
  Expectation status;
  status.at = {"shop.check.yaml", 6, 5};
  check.steps[0].expect = {status, body};
  const auto shown = [&check](const SourcePosition& at) {
    SeriesBook book;
    book.define(check);
    RunResult run = make_run(RunVerdict::fail, kNow);
    run.attempts[0].steps[0].failures.push_back({FailureKind::expectation, "expect", at});
    book.observe(run);
    return book.render(kNow);
  };
  CHECK(has(shown(body.at), "probe_failed_due_to_regex{" + kLabels + "} 1"));
  CHECK(has(shown(status.at), "probe_failed_due_to_regex{" + kLabels + "} 0"));
}
