// The people's side of the controller: JSON API, metrics and health, on a listener of its own.
// Every route has a policy: health is open, reading is open to whoever reaches the listener
// (bind it to loopback or put a proxy before it), changing needs the admin token; a webhook shows
// its right by its signature.
#pragma once

#include <functional>
#include <string>

#include "common/async/offload.h"
#include "common/telemetry/metrics.h"
#include "controller/api/series.h"
#include "controller/reload/reloader.h"
#include "controller/routes/agent_routes.h"
#include "controller/routes/apply_routes.h"
#include "controller/routes/channel_routes.h"
#include "controller/routes/history_routes.h"
#include "controller/routes/offered_route.h"
#include "controller/routes/pagerduty_webhooks.h"
#include "controller/routes/silence_routes.h"
#include "controller/routes/test_routes.h"
#include "controller/routes/web_routes.h"

namespace picket::controller {

class PeopleRoutes {
 public:
  struct Ports {
    async::Clock& clock;
    async::BlockingPool& pool;  // the database's
    Store& store;
    Turn& turn;
    Dispatch& dispatch;
    Registry& registry;
    Reloader& reloader;
    const SeriesBook& series;
    SilenceRoutes& silences;
    TestRoutes& tests;
    ChannelRoutes& channels;
    PagerDutyWebhooks& webhooks;
    HistoryRoutes& history;
    ApplyRoutes& apply;
    WebRoutes& web;
  };
  struct Settings {
    std::string version;
    std::string admin_token;
    std::string backup_directory;
  };
  PeopleRoutes(Ports ports, Settings settings) : ports_(ports), settings_(std::move(settings)) {}

  async::Task<ServerResponse> handle(ServerRequest request);

  // Routes of other parts, beside those of this one.
  void offer(std::vector<OfferedRoute> routes);

  // Returns when everything staged so far is durable, or after 10 s with why it is not.
  async::Task<Status> settle();

  // Where a region lies; not set: nowhere.
  std::function<RegionPlace(const RegionName&)> place_of;

  // The daemon's own metrics, rendered behind the series of the checks.
  std::function<std::string()> own_metrics;
  // Those that are read from the store.
  std::function<async::Task<std::string>()> stored_metrics;

  // What is wrong with the controller itself, and its part of the status.
  std::function<std::vector<std::string>()> warnings;
  std::function<void(StatusView&)> add_health;

  // The web interface: asked for paths that no route has.
  std::function<std::optional<ServerResponse>(const ServerRequest&)> pages;

 private:
  using Method = async::Task<ServerResponse> (PeopleRoutes::*)(ServerRequest, std::string);
  enum class Policy { open, read, admin, signature };
  struct Route {
    std::string_view method;
    std::string_view path;  // "*" stands for one segment, given to the handler
    Method handler;
    Policy policy;
  };
  static const std::vector<Route>& routes();

  async::Task<ServerResponse> healthz(ServerRequest request, std::string segment);
  async::Task<ServerResponse> readyz(ServerRequest request, std::string segment);
  async::Task<ServerResponse> metrics(ServerRequest request, std::string segment);
  async::Task<ServerResponse> status(ServerRequest request, std::string segment);
  async::Task<ServerResponse> check(ServerRequest request, std::string name);
  async::Task<ServerResponse> incidents(ServerRequest request, std::string segment);
  async::Task<ServerResponse> incident(ServerRequest request, std::string id);
  async::Task<ServerResponse> acknowledge(ServerRequest request, std::string id);
  async::Task<ServerResponse> deliveries(ServerRequest request, std::string segment);
  async::Task<ServerResponse> retry_delivery(ServerRequest request, std::string id);
  async::Task<ServerResponse> notify_routes(ServerRequest request, std::string segment);
  async::Task<ServerResponse> test_route(ServerRequest request, std::string segment);
  async::Task<ServerResponse> explain_route(ServerRequest request, std::string segment);
  async::Task<ServerResponse> pagerduty_webhook(ServerRequest request, std::string segment);
  async::Task<ServerResponse> slos(ServerRequest request, std::string segment);
  async::Task<ServerResponse> silences(ServerRequest request, std::string segment);
  async::Task<ServerResponse> create_silence(ServerRequest request, std::string segment);
  async::Task<ServerResponse> end_silence(ServerRequest request, std::string id);
  async::Task<ServerResponse> agents(ServerRequest request, std::string segment);
  async::Task<ServerResponse> create_token(ServerRequest request, std::string segment);
  async::Task<ServerResponse> revoke(ServerRequest request, std::string segment);
  async::Task<ServerResponse> show_reload(ServerRequest request, std::string segment);
  async::Task<ServerResponse> reload(ServerRequest request, std::string segment);
  async::Task<ServerResponse> apply(ServerRequest request, std::string segment);
  async::Task<ServerResponse> history(ServerRequest request, std::string segment);
  async::Task<ServerResponse> history_batches(ServerRequest request, std::string segment);
  async::Task<ServerResponse> definitions(ServerRequest request, std::string segment);
  async::Task<ServerResponse> public_status(ServerRequest request, std::string segment);
  async::Task<ServerResponse> public_badge(ServerRequest request, std::string segment);
  async::Task<ServerResponse> backup(ServerRequest request, std::string segment);
  async::Task<ServerResponse> start_test(ServerRequest request, std::string segment);
  async::Task<ServerResponse> show_test(ServerRequest request, std::string id);

  async::Task<Status> copy_database(std::string path);
  bool may(const ServerRequest& request, Policy policy) const;
  async::Task<ServerResponse> answer_offered(const OfferedRoute& route, ServerRequest request,
                                             std::string segment);
  StatusView view_status() const;

  Ports ports_;
  Settings settings_;
  std::vector<OfferedRoute> offered_;
};

}  // namespace picket::controller
