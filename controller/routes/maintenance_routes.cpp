#include "controller/routes/maintenance_routes.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/incident/suppressions.h"
#include "controller/incident/upcoming_spans.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDays = 14;
constexpr int kDaysMax = 366;

Result<int> days_in(const ServerRequest& request) {
  const auto text = request.query_value("days");
  if (!text) return kDays;
  int days = 0;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, days);
  if (parsed.ec != std::errc{} || parsed.ptr != end || days < 1 || days > kDaysMax)
    return fail(ErrorCode::invalid_argument, "`days` is a number from 1 to 366", "days=14");
  return days;
}

// An incident of one of its alerts at least.
bool may_match(const Silence& silence, const Check& check) {
  return std::any_of(check.alerts.begin(), check.alerts.end(), [&](const Alert& alert) {
    IncidentRow row;
    row.check = check.name;
    row.subject = "check:" + check.name.value;
    row.alert_id = alert.id;
    row.verdict = to_string(alert.condition);
    row.severity = alert.severity;
    return is_silenced(silence, labels_of(row, &check));
  });
}

Json span_json(const UpcomingSpan& span, WallTime now) {
  Json json{{"kind", span.silence ? "silence" : "window"},
            {"begin", render_rfc3339(span.begin)},
            {"end", render_rfc3339(span.end)},
            {"active", span.begin <= now},
            {"reason", span.reason},
            {"checks", Json::array()},
            {"silence", nullptr}};
  for (const CheckName& check : span.checks) json["checks"].push_back(check.value);
  if (!span.silence) return json;
  Json matchers = Json::array();
  for (const SilenceMatcher& matcher : span.silence->matchers) matchers.push_back(render(matcher));
  json["silence"] = {
      {"id", span.silence->id}, {"matchers", matchers}, {"author", span.silence->author}};
  return json;
}

std::string render_spans(const UpcomingSpans& found, WallTime now, WallTime until) {
  Json document{{"schema_version", 1},
                {"now", render_rfc3339(now)},
                {"until", render_rfc3339(until)},
                {"spans", Json::array()},
                {"more", found.more}};
  for (const UpcomingSpan& span : found.spans) document["spans"].push_back(span_json(span, now));
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::vector<OfferedRoute> MaintenanceRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = MaintenanceRoutes;
  return {
      {"GET", "/api/v1/maintenance", false, 200, to(&R::list)},
  };
}

MaintenanceRoutes::Answer MaintenanceRoutes::list(ServerRequest request, std::string) {
  const auto days = days_in(request);
  if (!days) co_return fail(days.error());
  const WallTime now = ports_.turn.now();
  const WallTime until = now + hours{24} * *days;
  const Evaluator& evaluator = ports_.turn.evaluator();
  std::vector<Silence> silences = ports_.turn.book().silences(now);
  std::vector<std::shared_ptr<const Check>> checks;
  if (const auto wanted = request.query_value("check")) {
    const auto view = evaluator.view(CheckName{*wanted});
    if (!view) co_return fail(no_check(*wanted));
    checks.push_back(view->check);
    std::erase_if(silences, [&](const Silence& one) { return !may_match(one, *view->check); });
  } else {
    for (const CheckName& name : evaluator.checks())
      if (const auto view = evaluator.view(name)) checks.push_back(view->check);
  }
  const auto find = [&] {
    return render_spans(upcoming_spans(checks, silences, now, until, kSpansMax), now, until);
  };
  co_return co_await async::offload(ports_.work_pool, find);
}

}  // namespace picket::controller
