// Drafts of post-mortems and the figures of delivery, from rows.
#include "controller/api/postmortem.h"

#include <catch2/catch.hpp>

#include "controller/api/delivery_performance.h"
#include "controller/api/people_metrics.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-23T02:00:00Z");

Postmortem recorded() {
  Postmortem view;
  IncidentRow& row = view.incident;
  row.id = IncidentId{"01K"};
  row.check = CheckName{"shop-login"};
  row.verdict = "down";
  row.service = "shop";
  row.owner = "payments";
  row.title = "shop-login down: <script>alert(1)</script> | [x](http://evil.example)";
  row.started = kStart;
  row.opened = kStart + Seconds{20};
  row.state = IncidentState::resolved;
  row.resolved = kStart + minutes{10};
  row.resolved_by = "anna";
  row.recovered = kStart + minutes{12};
  row.detail_json = R"({"regions": "3 of 12 fail, 12 report"})";
  view.timeline = {{row.id, kStart, "first_bad_run", "it"},
                   {row.id, kStart + Seconds{25}, "paged", "pagerduty/shop"},
                   {row.id, kStart + minutes{2}, "acknowledged", "anna"},
                   {row.id, kStart + minutes{10}, "resolved", "by anna"}};
  view.deployments = {{"d", "shop", "1.2.3", "payments", kStart - minutes{12}, kStart, "", "ci"}};
  ActionItemRow item;
  item.id = "a1";
  item.owner = "anna";
  item.text = "add a breaker";
  item.due = kStart + hours{24 * 7};
  view.items = {item};
  view.failed = {{CheckName{"shop-login"}, RegionName{"eu-1"}, kStart, "scheduled", 0, "fail",
                  false, kStart, ""}};
  return view;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a draft says when, how long, where, what was deployed and what is to be done",
          "[postmortem]") {
  const std::string text =
      render_postmortem(recorded(), "https://picket.example", kStart + hours{1});
  CHECK(has(text, "detected within 25 s"));
  CHECK(has(text, "| acknowledged | 2026-11-23 02:02:00, after 1 min 35 s |"));
  CHECK(has(text, "| restored | 2026-11-23 02:12:00, after 12 min 0 s |"));
  CHECK(has(text, "| resolved by hand | 2026-11-23 02:10:00, by anna |"));
  CHECK(has(text, "3 of 12 fail, 12 report"));
  CHECK(has(text, "eu-1: 1 failed runs"));
  CHECK(has(text, "shop 1.2.3 by payments"));
  CHECK(has(text, "- [ ] a1 (anna, until 2026-11-30): add a breaker"));
  CHECK(has(text, "picket actions add 01K"));
  CHECK(has(text, "https://picket.example/api/v1/checks/shop-login/evidence"));
}

TEST_CASE("what a target says is text in a draft, never markup", "[postmortem]") {
  const std::string text = render_postmortem(recorded(), "", kStart + hours{1});
  CHECK_FALSE(has(text, "<script>"));
  CHECK_FALSE(has(text, "[x](http"));
  CHECK(has(text, "\\<script\\>"));
}

TEST_CASE("what still fails has no end in a draft, whatever a person said", "[postmortem]") {
  Postmortem view = recorded();
  view.incident.recovered.reset();
  view.incident.after_resolve = AfterResolve::hold;
  const std::string text = render_postmortem(view, "", kStart + hours{1});
  CHECK(has(text, "| restored | not yet |"));
  CHECK(has(text, "1 h 0 min so far"));
}

TEST_CASE("figures of delivery: rates and medians by service and team", "[delivery]") {
  const DeploymentRow row{"d", "shop", "1", "payments", kStart, kStart, "", ""};
  const auto after = [](int seconds) { return kStart + Seconds{seconds}; };
  const auto times = [&](int paged, std::optional<int> acked, int restored) {
    IncidentTimes one{IncidentId{"i"}, "shop",       "payments", kStart,
                      kStart,          after(paged), {},         after(restored)};
    if (acked) one.acknowledged = after(*acked);
    return one;
  };
  const auto all =
      measure_delivery({{row, true}, {row, false}, {row, false}, {row, false}},
                       {times(10, 70, 600), times(30, {}, 1200), times(20, 60, 60)}, hours{24 * 2});
  REQUIRE(all.size() == 1);
  CHECK(all[0].service == "shop");
  CHECK(all[0].per_day == Approx(2));
  CHECK(all[0].failure_rate == Approx(0.25));
  CHECK(all[0].detect.median == Seconds{20});
  CHECK(all[0].acknowledge.median == Seconds{50});
  CHECK(all[0].acknowledge.count == 2);
  CHECK(all[0].restore.median == Seconds{600});
  CHECK(measure_delivery({}, {}, hours{1}).empty());
  const std::string text = render_delivery_metrics({{row, true}}, all);
  CHECK(has(text, "picket_deployments_total{service=\"shop\",team=\"payments\"} 1\n"));
  CHECK(has(text, "picket_change_failures_total{service=\"shop\",team=\"payments\"} 1\n"));
  CHECK(has(text, "# TYPE picket_deployments_total counter\n"));
  CHECK(has(text, "picket_time_to_detect_median_seconds{service=\"shop\",team=\"payments\"} 20"));
}

TEST_CASE("action items are counted by state, overdue ones by owner", "[delivery]") {
  ActionItemRow late;
  late.owner = "anna";
  late.due = kStart;
  ActionItemRow early = late;
  early.due = kStart + hours{1};
  ActionItemRow done = late;
  done.state = ActionState::done;
  const std::string text = render_action_metrics({late, early, done}, kStart);
  CHECK(has(text, "picket_action_items{state=\"open\"} 2\n"));
  CHECK(has(text, "picket_action_items{state=\"done\"} 1\n"));
  CHECK(has(text, "picket_action_items{state=\"deprioritised\"} 0\n"));
  CHECK(has(text, "picket_action_items_overdue{owner=\"anna\"} 1\n"));
}
