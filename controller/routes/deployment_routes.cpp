#include "controller/routes/deployment_routes.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"
#include "controller/api/people_json.h"
#include "controller/api/people_metrics.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kUrlBytes = 500;
constexpr Millis kWindow = hours{24 * 30};
constexpr Millis kWindowMax = hours{24 * 400};
constexpr Millis kAhead = minutes{5};       // clocks of pipelines
constexpr Millis kBehind = hours{24 * 30};  // older ones belong into no record
constexpr Millis kMetricsKept = minutes{1};

Error wrong(std::string message, std::string hint) {
  return {ErrorCode::invalid_argument, std::move(message), std::move(hint)};
}

Result<std::string> word_in(const nlohmann::json& body, const char* key, std::size_t bytes) {
  if (body.contains(key) && !body[key].is_string() && !body[key].is_null())
    return fail(wrong(std::string{"`"} + key + "` is a text", {}));
  std::string text{trim_ascii(clean_line(text_of(body, key)))};
  if (text.size() > bytes)
    return fail(
        wrong(std::string{"`"} + key + "` is longer than " + std::to_string(bytes) + " bytes",
              "shorten it"));
  return text;
}

Result<WallTime> time_in(const nlohmann::json& body, WallTime now) {
  if (!body.contains("at") || body["at"].is_null()) return now;
  const auto at = parse_rfc3339(text_of(body, "at"));
  if (!at) return fail(wrong("`at` is no time", "RFC 3339, for example 2026-12-01T22:00:00Z"));
  if (*at > now + kAhead)
    return fail(
        wrong("`at` lies ahead: " + render_rfc3339(*at), "record a deployment when it is live"));
  if (*at < now - kBehind)
    return fail(wrong("`at` is more than 30 days ago: " + render_rfc3339(*at),
                      "only recent deployments explain anything"));
  return std::min(*at, now);
}

Result<DeploymentRow> deployment_in(const nlohmann::json& body, WallTime now) {
  DeploymentRow row;
  Status status;
  const auto take = [&](const char* key, std::size_t bytes, std::string& into) {
    if (!status) return;
    auto text = word_in(body, key, bytes);
    if (text)
      into = std::move(*text);
    else
      status = fail(std::move(text.error()));
  };
  take("service", kNameBytes, row.service);
  take("version", kNameBytes, row.version);
  take("team", kNameBytes, row.team);
  take("url", kUrlBytes, row.url);
  take("by", kNameBytes, row.by);
  if (!status) return fail(std::move(status.error()));
  if (row.service.empty() || row.version.empty())
    return fail(wrong("`service` and `version` are needed",
                      "{\"service\": \"shop\", \"version\": \"1.2.3\", \"team\": \"payments\"}"));
  const auto at = time_in(body, now);
  if (!at) return fail(at.error());
  row.at = *at;
  row.recorded = now;
  row.id = make_deployment_id(row);
  return row;
}

struct Figures {
  std::vector<DeploymentOutcome> deployments;
  std::vector<DeliveryPerformance> performance;
};

Result<Figures> read_figures(Store& store, WallTime from, WallTime until) {
  Figures out;
  auto deployments = store.deployment_outcomes(from, until);
  if (!deployments) return fail(deployments.error());
  const auto incidents = store.incident_times(from, until);
  if (!incidents) return fail(incidents.error());
  out.performance = measure_delivery(*deployments, *incidents, until - from);
  out.deployments = std::move(*deployments);
  return out;
}

Result<std::string> read_metrics(Store& store, WallTime now) {
  const auto recent = read_figures(store, now - kWindow, now + Millis{1});
  if (!recent) return fail(recent.error());
  const auto all = store.deployment_outcomes(WallTime{}, now + Millis{1});
  if (!all) return fail(all.error());
  ActionItemFilter everything;
  everything.limit = 1'000'000;
  const auto items = store.action_items(everything);
  if (!items) return fail(items.error());
  return render_delivery_metrics(*all, recent->performance) + render_action_metrics(*items, now);
}

Result<Millis> window_in(const ServerRequest& request) {
  const auto text = request.query_value("window");
  if (!text) return kWindow;
  const auto span = parse_duration(*text);
  if (!span) return fail(span.error());
  if (*span < hours{1} || *span > kWindowMax)
    return fail(wrong("`window` is 1h to 400d", "30d is the usual one"));
  return *span;
}

}  // namespace

std::vector<OfferedRoute> DeploymentRoutes::routes() {
  const auto to = handlers_of(*this);
  using R = DeploymentRoutes;
  return {
      {"POST", "/api/v1/deployments", true, 201, to(&R::record)},
      {"GET", "/api/v1/deployments", false, 200, to(&R::list)},
      {"GET", "/api/v1/delivery-performance", false, 200, to(&R::performance)},
  };
}

DeploymentRoutes::Answer DeploymentRoutes::record(ServerRequest request, std::string) {
  const auto row = deployment_in(parse_body(request), ports_.turn.now());
  if (!row) co_return fail(row.error());
  if (const Status recorded = ports_.turn.record_deployment(*row); !recorded)
    co_return fail(recorded.error());
  if (const Status settled = co_await settle(); !settled) co_return fail(settled.error());
  metrics_at_.reset();
  co_return render_deployment(*row);
}

DeploymentRoutes::Answer DeploymentRoutes::list(ServerRequest request, std::string) {
  DeploymentFilter filter;
  filter.limit = limit_of(request, 100);
  filter.service = request.query_value("service");
  filter.team = request.query_value("team");
  const auto read = [this, &filter] { return ports_.store.deployments(filter); };
  const auto rows = co_await async::offload(ports_.pool, read);
  if (!rows) co_return fail(rows.error());
  co_return render_deployments(*rows);
}

DeploymentRoutes::Answer DeploymentRoutes::performance(ServerRequest request, std::string) {
  const auto window = window_in(request);
  if (!window) co_return fail(window.error());
  const WallTime until = ports_.turn.now();
  const WallTime from = until - *window;
  const auto read = [this, from, until] {
    return read_figures(ports_.store, from, until + Millis{1});
  };
  const auto figures = co_await async::offload(ports_.pool, read);
  if (!figures) co_return fail(figures.error());
  co_return render_delivery_performance(figures->performance, from, until);
}

async::Task<std::string> DeploymentRoutes::render_metrics() {
  const WallTime now = ports_.turn.now();
  if (metrics_at_ && now - *metrics_at_ < kMetricsKept) co_return metrics_;
  const auto read = [this, now] { return read_metrics(ports_.store, now); };
  auto text = co_await async::offload(ports_.pool, read);
  if (!text) co_return std::string{};
  metrics_ = std::move(*text);
  metrics_at_ = now;
  co_return metrics_;
}

}  // namespace picket::controller
