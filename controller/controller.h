// The controller, given its ports: everything between two listeners and a database. The daemon
// (daemon/app.h) gives it real ones, the simulation virtual ones. One executor; owns all its tasks.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/core/random.h"
#include "common/http/http_client.h"
#include "common/http/smtp_client.h"
#include "common/telemetry/metrics.h"
#include "controller/api/gauge_text.h"
#include "controller/api/region_places.h"
#include "controller/api/series.h"
#include "controller/controller_settings.h"
#include "controller/deliver/deliverer.h"
#include "controller/health_watch.h"
#include "controller/reload/config_reloads.h"
#include "controller/reload/reloader.h"
#include "controller/remote_write/remote_writer.h"
#include "controller/routes/agent_routes.h"
#include "controller/routes/channel_routes.h"
#include "controller/routes/check_routes.h"
#include "controller/routes/deployment_routes.h"
#include "controller/routes/event_feed.h"
#include "controller/routes/incident_routes.h"
#include "controller/routes/maintenance_routes.h"
#include "controller/routes/pagerduty_webhooks.h"
#include "controller/routes/people_routes.h"
#include "controller/routes/prometheus_routes.h"
#include "controller/routes/web_routes.h"
#include "controller/turn/test_deliveries.h"

namespace picket::controller {

class Controller {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;  // disciplined
    async::BlockingPool& database_pool;
    async::BlockingPool& work_pool;
    Store& store;
    CertificateAuthority& authority;
    http::HttpClient& delivery;
    Random random;
    Reloader::Load load_checks;
    Reloader::Fingerprint fingerprint;
    http::SmtpClient* mail{nullptr};  // null: e-mail cannot be sent
    OwnFacts own_facts{};
  };

  // Restores everything from the store; blocking. Errors: the store's.
  static Result<std::unique_ptr<Controller>> create(Ports ports, ControllerSettings settings);
  ~Controller();

  void start();

  // Parked polls return, what was taken is made durable, a checkpoint is written, sends under way
  // end. Returns when no task is left.
  async::Task<void> stop();

  async::Task<ServerResponse> handle_agent(ServerRequest request);
  async::Task<ServerResponse> handle_people(ServerRequest request);

  // What is answered piece by piece, asked before handle_people; ends at stop().
  std::optional<StreamedResponse> open_stream(const ServerRequest& r) { return feed_.open(r); }

  async::Task<Status> reload(bool confirmed) { return reloader_.reload(confirmed); }

  // Brings of `next` into force what change_with() takes over, with the checks as `load` finds
  // them, in one turn; nothing of it after an error. invalid_config: a check would name a receiver
  // that is gone.
  async::Task<Status> reconfigure(ControllerSettings next, Reloader::Load load);

  // The clock was just set by so much. What waits is no older or younger for it, and of what jumps
  // forward nobody was silent: absence of data counts anew, as after a start.
  void clock_stepped(Millis by);

  // A new configuration that cannot be read is told by metrics and /readyz.
  void note_bad_configuration() { reloads_.failed(); }

  // The end of the certificate that the agents' listener shows.
  void set_server_until(WallTime until) { health_.server_until = until; }

  const Turn& turn() const { return turn_; }
  const Dispatch& dispatch() const { return dispatch_; }

 private:
  struct Restored;
  Controller(Ports ports, ControllerSettings settings, Restored restored);
  static Result<Restored> load(Ports& ports, const ControllerSettings& settings);
  Status begin(Restored& restored);
  void connect();
  void connect_channels();  // controller_channels.cpp
  void connect_feed();
  void observe_delivery(const DeliveryReport& report);
  void let_out(const Outbound& out);
  void observe(const Event& event);
  void take_report(const DeliveryReport& report);
  void put_in_force(ControllerSettings next);  // controller_reload.cpp
  std::vector<std::string> warnings() const;   // controller_reload.cpp
  async::Task<void> housekeep();
  async::Task<bool> prune();
  std::string render_own_metrics();
  async::Task<std::string> render_metrics();  // all that a scrape reads
  void add_totals(GaugeText& gauges);
  void add_deliveries(GaugeText& gauges);
  void add_alertmanagers(GaugeText& gauges);
  void add_channels(GaugeText& gauges);  // controller_channels.cpp
  void add_reloads(GaugeText& gauges);   // controller_reload.cpp
  void add_agents(GaugeText& gauges);
  void add_regions(GaugeText& gauges);
  void add_checks(GaugeText& gauges);
  void add_incidents(GaugeText& gauges);
  void add_remote_write(GaugeText& gauges);

  Ports ports_;
  ControllerSettings settings_;
  RegionPlaces places_;
  telemetry::Metrics metrics_;
  SeriesBook series_;
  Registry registry_;
  Turn turn_;
  Dispatch dispatch_;
  Reloader reloader_;
  SilenceRoutes silences_;
  TestRoutes tests_;
  TestDeliveries test_deliveries_;
  ChannelRoutes channel_routes_;
  PagerDutyWebhooks webhooks_;
  IncidentRoutes incident_routes_;
  DeploymentRoutes deployment_routes_;
  HistoryRoutes history_;
  ApplyRoutes apply_;
  WebRoutes web_routes_;
  CheckRoutes check_routes_;
  MaintenanceRoutes maintenance_routes_;
  EventFeed feed_;
  PrometheusRoutes prometheus_routes_;
  AgentRoutes agent_routes_;
  PeopleRoutes people_routes_;
  Deliverer deliverer_;
  HealthWatch health_;
  RemoteWriter remote_writer_;
  ConfigReloads reloads_;
  // By receivers that a reload removed: acknowledgements of their pages still count.
  std::map<std::string, std::vector<std::string>> gone_webhook_secrets_;
  async::TaskGroup tasks_;
};

}  // namespace picket::controller
